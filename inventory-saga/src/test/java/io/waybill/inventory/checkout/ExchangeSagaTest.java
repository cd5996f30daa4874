package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.ADDRESS;
import static io.waybill.inventory.checkout.Samples.LINES;
import static io.waybill.inventory.checkout.Samples.ORDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExchangeSagaTest {

    private static final String NEW_ORDER = "order-2";
    private static final ExchangeRequested REQUESTED =
            new ExchangeRequested(ORDER, "return-1", NEW_ORDER, "customer-7", LINES, ADDRESS, "tok_ok");
    private static final PlaceOrder PLACE = new PlaceOrder(NEW_ORDER, "customer-7", LINES, ADDRESS, "tok_ok", ORDER);

    private final ProcessFixture<ExchangeSaga> exchange = new ProcessFixture<>(ExchangeSaga.class);

    @Test
    void placesTheOrderThatReplacesTheGoodsAndIsOver() {
        exchange.given()
                .whenPublishingA(REQUESTED)
                .expectDispatchedCommands(PLACE)
                .expectActiveSagas(0);
    }

    @Test
    void deliveredAgainAsksForTheSameAgain() {
        exchange.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List.of(REQUESTED));
    }

    @Test
    void isSeenOnceTheOrderWasRefusedAndOverWhenARetrySucceeds() {
        exchange.refusing(PlaceOrder.class);
        exchange.given()
                .whenPublishingA(REQUESTED)
                .expectPublishedEvents(exchange.stalledBy(PlaceOrder.class))
                .expectActiveSagas(1);
        assertThat(exchange.view().processId()).isEqualTo(NEW_ORDER);
        assertThat(exchange.view().orderId()).isEqualTo(ORDER);
        exchange.refusingNothing();

        exchange.whenRetried().expectDispatchedCommands(PLACE).expectActiveSagas(0);
    }

    @Test
    void resolvedEnds() {
        exchange.refusing(PlaceOrder.class).given(REQUESTED);

        exchange.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }
}
