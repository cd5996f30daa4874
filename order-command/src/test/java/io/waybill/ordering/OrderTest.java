package io.waybill.ordering;

import static io.waybill.ordering.Samples.ADDRESS;
import static io.waybill.ordering.Samples.CONFIRMED;
import static io.waybill.ordering.Samples.CUP;
import static io.waybill.ordering.Samples.ORDER;
import static io.waybill.ordering.Samples.PLACE;
import static io.waybill.ordering.Samples.PLACED;
import static io.waybill.ordering.Samples.TEA;
import static io.waybill.ordering.Samples.confirmedWaitingFor;
import static io.waybill.ordering.Samples.cups;
import static io.waybill.ordering.Samples.eur;
import static io.waybill.ordering.Samples.isQuiet;
import static io.waybill.ordering.Samples.isRefused;
import static io.waybill.ordering.Samples.leaving;
import static io.waybill.ordering.Samples.place;
import static io.waybill.ordering.Samples.tea;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordBackorderArrival;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From the placement to the confirmation, and what holds for every command. */
class OrderTest {

    private static final ConfirmOrder CONFIRM = new ConfirmOrder(ORDER, List.of());
    private static final RejectOrder REJECT = new RejectOrder(ORDER, "OUT_OF_STOCK");
    private static final RecordBackorderArrival TEA_ARRIVES = new RecordBackorderArrival(ORDER, "TEA-500");
    private static final OrderRejected REJECTED = new OrderRejected(ORDER, "OUT_OF_STOCK");
    private static final OrderCancelled CANCELLED =
            new OrderCancelled(ORDER, "changed my mind", OrderStatus.PLACED, List.of("TEA-500", "CUP-1"));
    private static final BackorderArrived TEA_ARRIVED = new BackorderArrived(ORDER, "TEA-500");

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
        var dearer = new OrderLine(TEA.sku(), TEA.quantity(), eur(9999));

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
                new PlaceOrder(ORDER, "customer-8", lines, ADDRESS, "tok_ok", null),
                new PlaceOrder(ORDER, "customer-7", lines, elsewhere, "tok_ok", null),
                new PlaceOrder(ORDER, "customer-7", lines, ADDRESS, "tok_3ds", null),
                new PlaceOrder(ORDER, "customer-7", lines, ADDRESS, "tok_ok", "order-before"));
    }

    @ParameterizedTest
    @MethodSource("otherOrders")
    void anotherOrderUnderTheSameIdIsRefused(PlaceOrder another) {
        isRefused(fixture.given(PLACED).when(another), Fault.Kind.INVALID, "IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void cannotPlaceOrderInTwoCurrencies() {
        var sencha = new OrderLine("SENCHA", 1, new Money(1800, "JPY"));

        isRefused(fixture.givenNoPriorActivity().when(place(TEA, sencha)), Fault.Kind.INVALID, "MIXED_CURRENCIES");
    }

    @Test
    void cannotPlaceOrderThatNamesAProductTwice() {
        isRefused(fixture.givenNoPriorActivity().when(place(TEA, TEA)), Fault.Kind.INVALID, "REPEATED_SKU");
    }

    @Test
    void confirmsPlacedOrder() {
        fixture.given(PLACED).when(CONFIRM).expectEvents(CONFIRMED);
    }

    @Test
    void confirmsOrderThatWaitsForStock() {
        fixture.given(PLACED)
                .when(new ConfirmOrder(ORDER, List.of("TEA-500")))
                .expectEvents(confirmedWaitingFor("TEA-500"));
    }

    @Test
    void confirmingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED).when(CONFIRM));
    }

    @Test
    void cannotConfirmCancelledOrder() {
        isQuiet(fixture.given(PLACED, CANCELLED).when(CONFIRM));
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
        isQuiet(fixture.given(PLACED, CANCELLED).when(REJECT));
    }

    @Test
    void stockArrivesForALineThatWaitsForIt() {
        fixture.given(PLACED, confirmedWaitingFor("TEA-500")).when(TEA_ARRIVES).expectEvents(TEA_ARRIVED);
    }

    @Test
    void stockThatArrivesTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, confirmedWaitingFor("TEA-500"), TEA_ARRIVED)
                .when(TEA_ARRIVES));
    }

    @Test
    void stockForALineThatDoesNotWaitChangesNothing() {
        isQuiet(fixture.given(PLACED, confirmedWaitingFor("CUP-1")).when(TEA_ARRIVES));
    }

    @Test
    void stockForACancelledOrderChangesNothing() {
        isQuiet(fixture.given(PLACED, CANCELLED).when(TEA_ARRIVES));
    }

    @Test
    void stockForALineThatWasCancelledChangesNothing() {
        var cupsLeave = leaving("cups", 2997, cups(3));
        var teaCancelled = new RestCancelled(ORDER, "cancellation", "too late", List.of(tea(2)), false);

        isQuiet(fixture.given(PLACED, confirmedWaitingFor("TEA-500"), cupsLeave, teaCancelled)
                .when(TEA_ARRIVES));
    }

    @Test
    void stockMayArriveBeforeTheConfirmation() {
        fixture.given(PLACED).when(TEA_ARRIVES).expectEvents(TEA_ARRIVED);
    }

    @Test
    void stockThatArrivesTwiceBeforeTheConfirmationChangesNothing() {
        isQuiet(fixture.given(PLACED, TEA_ARRIVED).when(TEA_ARRIVES));
    }

    @Test
    void aLineWhoseStockCameBeforeTheConfirmationDoesNotWait() {
        fixture.given(PLACED, TEA_ARRIVED)
                .when(new ConfirmOrder(ORDER, List.of("TEA-500", "CUP-1")))
                .expectEvents(confirmedWaitingFor("CUP-1"));
    }

    static Stream<OrderCommand> commandsForAKnownOrder() {
        var line = List.of(new LineQuantity("TEA-500", 1));
        return Stream.of(
                CONFIRM,
                REJECT,
                TEA_ARRIVES,
                new CancelOrder(ORDER, "cancellation", "changed my mind", null),
                new AmendOrder(ORDER, "amendment", List.of(TEA), null),
                new AcceptAmendment(ORDER, "amendment"),
                new RefuseAmendment(ORDER, "amendment", "OUT_OF_STOCK"),
                new ShipOrder(ORDER, "shipment", List.of(), null, null),
                new RecordShipment(ORDER, "shipment"),
                new RefuseShipment(ORDER, "shipment", "CAPTURE_REFUSED"),
                new RecordDelivery(ORDER, null),
                new RequestReturn(ORDER, "return", line, "too small"),
                new RequestExchange(ORDER, "return", line, "too small", "other", List.of(TEA), "tok_ok"),
                new ReceiveReturn(ORDER, "return"),
                new InspectReturn(ORDER, "return", List.of(), null),
                new CompleteReturn(ORDER, "return"),
                new RecordReturnRefundRefusal(ORDER, "return", "REFUND_REFUSED"));
    }

    @ParameterizedTest
    @MethodSource("commandsForAKnownOrder")
    void unknownOrderIsNotFound(OrderCommand command) {
        isRefused(fixture.givenNoPriorActivity().when(command), Fault.Kind.NOT_FOUND, "ORDER_NOT_FOUND");
    }
}
