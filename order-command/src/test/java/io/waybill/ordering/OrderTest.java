package io.waybill.ordering;

import static io.waybill.ordering.Samples.ADDRESS;
import static io.waybill.ordering.Samples.CUP;
import static io.waybill.ordering.Samples.ORDER;
import static io.waybill.ordering.Samples.PLACE;
import static io.waybill.ordering.Samples.PLACED;
import static io.waybill.ordering.Samples.TEA;
import static io.waybill.ordering.Samples.place;
import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderCommand;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrderTest {

    private static final ConfirmOrder CONFIRM = new ConfirmOrder(ORDER);
    private static final RejectOrder REJECT = new RejectOrder(ORDER, "OUT_OF_STOCK");
    private static final CancelOrder CANCEL = new CancelOrder(ORDER, "changed my mind");
    private static final OrderConfirmed CONFIRMED = new OrderConfirmed(ORDER);
    private static final OrderRejected REJECTED = new OrderRejected(ORDER, "OUT_OF_STOCK");

    private final AggregateTestFixture<Order> fixture = new AggregateTestFixture<>(Order.class);

    @Test
    void placesOrderWithTotalOfItsLines() {
        fixture.givenNoPriorActivity().when(PLACE).expectEvents(PLACED);
    }

    @Test
    void samePlacementAgainChangesNothing() {
        isQuiet(fixture.given(PLACED).when(PLACE));
    }

    @Test
    void samePlacementAgainAfterAPriceChangeChangesNothing() {
        var dearer = new OrderLine(TEA.sku(), TEA.quantity(), new Money(9999, "EUR"));

        isQuiet(fixture.given(PLACED).when(place(dearer, CUP)));
    }

    @Test
    void samePlacementAgainAfterConfirmationChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED).when(PLACE));
    }

    static Stream<PlaceOrder> otherOrders() {
        var more = new OrderLine(TEA.sku(), TEA.quantity() + 1, TEA.unitPrice());
        var elsewhere = new Address("Ada Lovelace", "13 St James's Square", null, "SW1Y 4JH", "London", "GB");
        List<OrderLine> lines = List.of(TEA, CUP);
        return Stream.of(
                place(TEA),
                place(more, CUP),
                new PlaceOrder(ORDER, "customer-8", lines, ADDRESS, "tok_ok"),
                new PlaceOrder(ORDER, "customer-7", lines, elsewhere, "tok_ok"),
                new PlaceOrder(ORDER, "customer-7", lines, ADDRESS, "tok_3ds"));
    }

    @ParameterizedTest
    @MethodSource("otherOrders")
    void anotherOrderUnderTheSameIdIsRefused(PlaceOrder another) {
        isRefused(fixture.given(PLACED).when(another), Fault.Kind.INVALID, "IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void confirmsPlacedOrder() {
        fixture.given(PLACED).when(CONFIRM).expectEvents(CONFIRMED);
    }

    @Test
    void confirmingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED).when(CONFIRM));
    }

    @Test
    void cannotConfirmCancelledOrder() {
        isQuiet(fixture.given(PLACED, cancelledFrom(OrderStatus.PLACED)).when(CONFIRM));
    }

    @Test
    void cannotConfirmRejectedOrder() {
        isQuiet(fixture.given(PLACED, REJECTED).when(CONFIRM));
    }

    @Test
    void rejectsPlacedOrder() {
        fixture.given(PLACED).when(REJECT).expectEvents(REJECTED);
    }

    @Test
    void rejectingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, REJECTED).when(REJECT));
    }

    @Test
    void cannotRejectConfirmedOrder() {
        isQuiet(fixture.given(PLACED, CONFIRMED).when(REJECT));
    }

    @Test
    void cannotRejectCancelledOrder() {
        isQuiet(fixture.given(PLACED, cancelledFrom(OrderStatus.PLACED)).when(REJECT));
    }

    @Test
    void cancelsPlacedOrder() {
        fixture.given(PLACED).when(CANCEL).expectEvents(cancelledFrom(OrderStatus.PLACED));
    }

    @Test
    void cancelsConfirmedOrder() {
        fixture.given(PLACED, CONFIRMED).when(CANCEL).expectEvents(cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void cancellingTwiceIsQuiet() {
        isQuiet(fixture.given(PLACED, cancelledFrom(OrderStatus.PLACED)).when(CANCEL));
    }

    @Test
    void cannotCancelRejectedOrder() {
        isRefused(fixture.given(PLACED, REJECTED).when(CANCEL), Fault.Kind.CONFLICT, "ORDER_NOT_CANCELLABLE");
    }

    static Stream<OrderCommand> commandsForAKnownOrder() {
        return Stream.of(CONFIRM, REJECT, CANCEL);
    }

    @ParameterizedTest
    @MethodSource("commandsForAKnownOrder")
    void unknownOrderIsNotFound(OrderCommand command) {
        isRefused(fixture.givenNoPriorActivity().when(command), Fault.Kind.NOT_FOUND, "ORDER_NOT_FOUND");
    }

    private static OrderCancelled cancelledFrom(OrderStatus status) {
        return new OrderCancelled(ORDER, "changed my mind", status, List.of("TEA-500", "CUP-1"));
    }

    private static void isQuiet(ResultValidator<Order> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    private static void isRefused(ResultValidator<Order> result, Fault.Kind kind, String code) {
        result.expectNoEvents()
                .expectExceptionDetails(matches(
                        (Fault fault) -> fault.kind() == kind && fault.code().equals(code)));
    }
}
