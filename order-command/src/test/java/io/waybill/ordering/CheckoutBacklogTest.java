package io.waybill.ordering;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckoutBacklogTest {

    private final CheckoutBacklog backlog = new CheckoutBacklog(2);

    @Test
    void takesNoOrderOnceAsManyWaitAsMay() {
        backlog.on(placed("1"));
        assertThatCode(backlog::refuseIfFull).doesNotThrowAnyException();
        backlog.on(placed("2"));

        assertThatThrownBy(backlog::refuseIfFull)
                .isInstanceOf(RequestRefused.class)
                .hasFieldOrPropertyWithValue("code", "OVERLOADED");
    }

    @Test
    void countsAnOrderOnceHoweverOftenItIsTold() {
        backlog.on(placed("1"));
        backlog.on(placed("1"));

        assertThatCode(backlog::refuseIfFull).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("waysOut")
    void takesOrdersAgainWhenOneWaitsForTheCheckoutNoLonger(Consumer<CheckoutBacklog> wayOut) {
        backlog.on(placed("1"));
        backlog.on(placed("2"));

        wayOut.accept(backlog);

        assertThatCode(backlog::refuseIfFull).doesNotThrowAnyException();
    }

    static Stream<Consumer<CheckoutBacklog>> waysOut() {
        return Stream.of(
                backlog -> backlog.on(new OrderConfirmed("2", List.of())),
                backlog -> backlog.on(new OrderRejected("2", "DECLINED")),
                backlog -> backlog.on(new OrderCancelled("2", "Changed my mind", OrderStatus.PLACED, List.of())),
                backlog -> backlog.on(new CustomerActionRequired("p", "2", "p", null, Instant.EPOCH)),
                backlog -> backlog.on(new OutcomeUnknown("p", "2", ProviderOperation.AUTHORIZE, "p", "no answer")),
                backlog -> backlog.on(new ProcessStalled("2", "2", "checkout", "ReserveStock", "CODE", "detail")));
    }

    static OrderPlaced placed(String orderId) {
        return new OrderPlaced(
                orderId, "customer-7", List.of(Samples.TEA), Samples.eur(2500), Samples.ADDRESS, "tok_ok", null);
    }
}
