package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.reservation;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.order.OrderCommand.RecordBackorderArrival;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackorderSagaTest {

    private static final BackorderFilled FILLED =
            new BackorderFilled("CUP", reservation("CUP"), ORDER, 3, List.of(new Allocation("main", 3)));
    private static final RecordBackorderArrival RECORD = new RecordBackorderArrival(ORDER, "CUP");

    private final ProcessFixture<BackorderSaga> backorder = new ProcessFixture<>(BackorderSaga.class);

    @Test
    void tellsTheOrderThatItsPiecesHaveArrivedAndIsOver() {
        backorder
                .given()
                .whenPublishingA(FILLED)
                .expectDispatchedCommands(RECORD)
                .expectActiveSagas(0);
    }

    @Test
    void deliveredAgainAsksForTheSameAgain() {
        backorder.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List.of(FILLED));
    }

    @Test
    void isSeenOnceTheOrderRefusedAndOverWhenARetrySucceeds() {
        backorder.refusing(RecordBackorderArrival.class);
        backorder
                .given()
                .whenPublishingA(FILLED)
                .expectPublishedEvents(backorder.stalledBy(RecordBackorderArrival.class))
                .expectActiveSagas(1);
        assertThat(backorder.view().processId()).isEqualTo(reservation("CUP"));
        backorder.refusingNothing();

        backorder.whenRetried().expectDispatchedCommands(RECORD).expectActiveSagas(0);
    }

    @Test
    void resolvedEnds() {
        backorder.refusing(RecordBackorderArrival.class).given(FILLED);

        backorder.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }
}
