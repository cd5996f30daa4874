package io.waybill.ordering;

import static io.waybill.ordering.Samples.CONFIRMED;
import static io.waybill.ordering.Samples.CUP;
import static io.waybill.ordering.Samples.ORDER;
import static io.waybill.ordering.Samples.PLACED;
import static io.waybill.ordering.Samples.allShipped;
import static io.waybill.ordering.Samples.confirmedWaitingFor;
import static io.waybill.ordering.Samples.cups;
import static io.waybill.ordering.Samples.eur;
import static io.waybill.ordering.Samples.isQuiet;
import static io.waybill.ordering.Samples.isRefused;
import static io.waybill.ordering.Samples.leaving;
import static io.waybill.ordering.Samples.shipped;
import static io.waybill.ordering.Samples.tea;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrderShipmentTest {

    private static final ShipmentRequested TEA_LEAVES = leaving("tea", 2500, tea(2));
    private static final ShipmentRequested CUPS_LEAVE = leaving("cups", 2997, cups(3));
    private static final ShipmentRefused TEA_REFUSED = new ShipmentRefused(ORDER, "tea", "CAPTURE_REFUSED");

    private final AggregateTestFixture<Order> fixture = new AggregateTestFixture<>(Order.class);

    @Test
    void shipsAllForItsWholePrice() {
        fixture.given(PLACED, CONFIRMED).when(ship("all")).expectEvents(leaving("all", 5497, tea(2), cups(3)));
    }

    @Test
    void shipsAPartForItsPrice() {
        fixture.given(PLACED, CONFIRMED)
                .when(ship("part", tea(1), cups(2)))
                .expectEvents(leaving("part", 1250 + 2 * 999, tea(1), cups(2)));
    }

    @Test
    void shipsTheRest() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(ship("rest"))
                .expectEvents(leaving("rest", 2997, cups(3)));
    }

    @Test
    void severalShipmentsMayWaitForTheirPayments() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(ship("cups", cups(3))).expectEvents(CUPS_LEAVE);
    }

    @Test
    void cannotShipWhatIsAboutToLeave() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, leaving("one", 1250, tea(1))).when(ship("two", tea(2))),
                Fault.Kind.CONFLICT,
                "NOT_SHIPPABLE");
    }

    @Test
    void cannotShipWhatHasLeft() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                        .when(ship("more", tea(1))),
                Fault.Kind.CONFLICT,
                "NOT_SHIPPABLE");
    }

    @Test
    void cannotShipMoreThanWasOrdered() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(ship("all", tea(3))), Fault.Kind.CONFLICT, "NOT_SHIPPABLE");
    }

    @Test
    void cannotShipWhatWasCancelled() {
        isRefused(
                fixture.given(
                                PLACED,
                                CONFIRMED,
                                TEA_LEAVES,
                                new RestCancelled(ORDER, "cancellation", "too late", List.of(cups(3)), false))
                        .when(ship("cups", cups(3))),
                Fault.Kind.CONFLICT,
                "NOT_SHIPPABLE");
    }

    @Test
    void cannotShipWhatWasNotOrdered() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(ship("all", new LineQuantity("POT-1", 1))),
                Fault.Kind.INVALID,
                "LINE_NOT_FOUND");
    }

    @Test
    void cannotShipAProductTwiceInOneShipment() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(ship("all", tea(2), tea(1))), Fault.Kind.INVALID, "REPEATED_SKU");
    }

    @Test
    void cannotShipNoPieces() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(ship("all", tea(0))), Fault.Kind.INVALID, "QUANTITY_TOO_SMALL");
    }

    @Test
    void cannotShipWhenEverythingIsAboutToLeave() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES, CUPS_LEAVE).when(ship("more")),
                Fault.Kind.CONFLICT,
                "NOTHING_TO_SHIP");
    }

    @Test
    void cannotShipALineThatWaitsForStock() {
        isRefused(
                fixture.given(PLACED, confirmedWaitingFor("TEA-500")).when(ship("tea", tea(1))),
                Fault.Kind.CONFLICT,
                "LINE_BACKORDERED");
    }

    @Test
    void shipsAllThatDoesNotWaitForStock() {
        fixture.given(PLACED, confirmedWaitingFor("TEA-500")).when(ship("cups")).expectEvents(CUPS_LEAVE);
    }

    @Test
    void shipsALineWhoseStockHasArrived() {
        fixture.given(PLACED, confirmedWaitingFor("TEA-500", "CUP-1"), new BackorderArrived(ORDER, "TEA-500"))
                .when(ship("tea"))
                .expectEvents(TEA_LEAVES);
    }

    @Test
    void cannotShipWhileAnAmendmentIsPending() {
        var amendment =
                new AmendmentRequested(ORDER, "amendment", List.of(CUP), eur(2997), List.of(), List.of(tea(2)), eur(0));

        isRefused(
                fixture.given(PLACED, CONFIRMED, amendment).when(ship("all")),
                Fault.Kind.CONFLICT,
                "AMENDMENT_PENDING");
    }

    static Stream<List<?>> historiesWithNothingToShip() {
        return Stream.of(
                List.of(PLACED),
                List.of(PLACED, new OrderRejected(ORDER, "OUT_OF_STOCK")),
                List.of(PLACED, new OrderCancelled(ORDER, "no", OrderStatus.PLACED, List.of("TEA-500", "CUP-1"))),
                List.of(allShipped()),
                List.of(allShipped(new ShipmentDelivered(ORDER, "all", true))));
    }

    @ParameterizedTest
    @MethodSource("historiesWithNothingToShip")
    void cannotShipBeforeTheConfirmationNorAfterTheEnd(List<?> history) {
        isRefused(fixture.given(history).when(ship("more")), Fault.Kind.CONFLICT, "ORDER_NOT_SHIPPABLE");
    }

    @Test
    void shippingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(ship("tea", tea(2))));
        isQuiet(fixture.given(allShipped()).when(ship("all")));
    }

    @Test
    void shipsTheVersionThatTheSenderKnows() {
        fixture.given(PLACED, CONFIRMED)
                .when(new ShipOrder(ORDER, "tea", List.of(tea(2)), "JD-tea", 1L))
                .expectEvents(TEA_LEAVES);
    }

    @Test
    void cannotShipAnotherVersion() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(new ShipOrder(ORDER, "tea", List.of(tea(2)), "JD-tea", 0L)),
                Fault.Kind.STALE,
                "VERSION_MISMATCH");
    }

    @Test
    void leavesOnceItIsPaidFor() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES)
                .when(new RecordShipment(ORDER, "tea"))
                .expectEvents(shipped(TEA_LEAVES, false));
    }

    @Test
    void theLastShipmentCompletesTheOrder() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, CUPS_LEAVE, shipped(TEA_LEAVES, false))
                .when(new RecordShipment(ORDER, "cups"))
                .expectEvents(shipped(CUPS_LEAVE, true));
    }

    @Test
    void leavingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(new RecordShipment(ORDER, "tea")));
    }

    @Test
    void doesNotLeaveOnceItWasRefused() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES, TEA_REFUSED).when(new RecordShipment(ORDER, "tea")));
    }

    @Test
    void staysWhenItIsNotPaidFor() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES)
                .when(new RefuseShipment(ORDER, "tea", "CAPTURE_REFUSED"))
                .expectEvents(TEA_REFUSED);
    }

    @Test
    void cannotRefuseWhatHasLeft() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(new RefuseShipment(ORDER, "tea", "CAPTURE_REFUSED")));
    }

    @Test
    void refusingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES, TEA_REFUSED)
                .when(new RefuseShipment(ORDER, "tea", "CAPTURE_REFUSED")));
    }

    @Test
    void shipsAgainWhatWasNotPaidFor() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, TEA_REFUSED)
                .when(ship("again"))
                .expectEvents(leaving("again", 5497, tea(2), cups(3)));
    }

    @Test
    void oneShipmentArrives() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(new RecordDelivery(ORDER, "tea"))
                .expectEvents(new ShipmentDelivered(ORDER, "tea", false));
    }

    @Test
    void theLastArrivalCompletesTheDelivery() {
        fixture.given(allShipped())
                .when(new RecordDelivery(ORDER, "all"))
                .expectEvents(new ShipmentDelivered(ORDER, "all", true));
    }

    @Test
    void anArrivalBeforeAnotherDoesNotCompleteTheDelivery() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, CUPS_LEAVE, shipped(TEA_LEAVES, false), shipped(CUPS_LEAVE, true))
                .when(new RecordDelivery(ORDER, "cups"))
                .expectEvents(new ShipmentDelivered(ORDER, "cups", false));
    }

    @Test
    void allThatIsOnItsWayArrives() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, CUPS_LEAVE, shipped(TEA_LEAVES, false), shipped(CUPS_LEAVE, true))
                .when(new RecordDelivery(ORDER, null))
                .expectEvents(new ShipmentDelivered(ORDER, "tea", false), new ShipmentDelivered(ORDER, "cups", true));
    }

    @Test
    void cancellingTheRestAfterTheArrivalCompletesTheDelivery() {
        var arrivedAndRestCancelled = new Object[] {
            PLACED,
            CONFIRMED,
            TEA_LEAVES,
            shipped(TEA_LEAVES, false),
            new ShipmentDelivered(ORDER, "tea", false),
            new RestCancelled(ORDER, "cancellation", "too late", List.of(cups(3)), true)
        };

        isQuiet(fixture.given(arrivedAndRestCancelled).when(new RecordDelivery(ORDER, null)));
    }

    @Test
    void arrivingTwiceChangesNothing() {
        var arrived = new ShipmentDelivered(ORDER, "all", true);

        isQuiet(fixture.given(allShipped(arrived)).when(new RecordDelivery(ORDER, "all")));
        isQuiet(fixture.given(allShipped(arrived)).when(new RecordDelivery(ORDER, null)));
    }

    @Test
    void cannotArriveBeforeLeaving() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(new RecordDelivery(ORDER, "tea")),
                Fault.Kind.CONFLICT,
                "SHIPMENT_NOT_SHIPPED");
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(new RecordDelivery(ORDER, null)),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_DELIVERABLE");
    }

    static Stream<Object> commandsForAKnownShipment() {
        return Stream.of(
                new RecordShipment(ORDER, "none"),
                new RefuseShipment(ORDER, "none", "CAPTURE_REFUSED"),
                new RecordDelivery(ORDER, "none"));
    }

    @ParameterizedTest
    @MethodSource("commandsForAKnownShipment")
    void unknownShipmentIsNotFound(Object command) {
        isRefused(fixture.given(allShipped()).when(command), Fault.Kind.NOT_FOUND, "SHIPMENT_NOT_FOUND");
    }

    private static ShipOrder ship(String shipmentId, LineQuantity... lines) {
        return new ShipOrder(ORDER, shipmentId, List.of(lines), "JD-" + shipmentId, null);
    }
}
