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
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderCancellationTest {

    private static final CancelOrder CANCEL = cancelAtVersion(null);
    private static final ShipmentRequested TEA_LEAVES = leaving("tea", 2500, tea(2));
    private static final ShipmentRequested CUPS_LEAVE = leaving("cups", 2997, cups(3));
    private static final AmendmentRequested ONE_MORE_CUP_WANTED =
            new AmendmentRequested(ORDER, "amendment", List.of(CUP), eur(2997), List.of(), List.of(tea(2)), eur(0));

    private final AggregateTestFixture<Order> fixture = new AggregateTestFixture<>(Order.class);

    @Test
    void cancelsPlacedOrder() {
        fixture.given(PLACED).when(CANCEL).expectEvents(cancelledFrom(OrderStatus.PLACED));
    }

    @Test
    void cancelsConfirmedOrder() {
        fixture.given(PLACED, CONFIRMED).when(CANCEL).expectEvents(cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void cancelsOrderThatWaitsForStock() {
        fixture.given(PLACED, confirmedWaitingFor("TEA-500"))
                .when(CANCEL)
                .expectEvents(cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void cancellingTwiceIsQuiet() {
        isQuiet(fixture.given(PLACED, cancelledFrom(OrderStatus.PLACED)).when(CANCEL));
    }

    @Test
    void cancellingWhatIsCancelledIsQuietWhateverTheVersion() {
        isQuiet(fixture.given(PLACED, cancelledFrom(OrderStatus.PLACED)).when(cancelAtVersion(0L)));
    }

    @Test
    void cannotCancelRejectedOrder() {
        isRefused(
                fixture.given(PLACED, new OrderRejected(ORDER, "OUT_OF_STOCK")).when(CANCEL),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_CANCELLABLE");
    }

    @Test
    void anAmendmentThatIsPendingEndsWithTheOrder() {
        fixture.given(PLACED, CONFIRMED, ONE_MORE_CUP_WANTED)
                .when(CANCEL)
                .expectEvents(
                        new AmendmentRefused(ORDER, "amendment", "ORDER_CANCELLED"),
                        cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void anAmendmentIsNotAcceptedOnceTheOrderIsCancelled() {
        isQuiet(fixture.given(
                        PLACED,
                        CONFIRMED,
                        ONE_MORE_CUP_WANTED,
                        new AmendmentRefused(ORDER, "amendment", "ORDER_CANCELLED"),
                        cancelledFrom(OrderStatus.CONFIRMED))
                .when(new AcceptAmendment(ORDER, "amendment")));
    }

    @Test
    void cancelsWhatIsNotAboutToLeave() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(CANCEL).expectEvents(restCancelled(false, cups(3)));
    }

    @Test
    void whatIsAboutToLeaveWhenTheRestIsCancelledCompletesTheOrder() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, restCancelled(false, cups(3)))
                .when(new RecordShipment(ORDER, "tea"))
                .expectEvents(shipped(TEA_LEAVES, true));
    }

    @Test
    void cancelsTheRestOfAPartiallyShippedOrder() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(CANCEL)
                .expectEvents(restCancelled(true, cups(3)));
    }

    @Test
    void cancelsTheRestThatWaitsForStock() {
        fixture.given(PLACED, confirmedWaitingFor("CUP-1"), TEA_LEAVES, shipped(TEA_LEAVES, false))
                .when(CANCEL)
                .expectEvents(restCancelled(true, cups(3)));
    }

    @Test
    void cancelsAllOfAnOrderWhoseLastShipmentWasRefused() {
        fixture.given(
                        PLACED,
                        CONFIRMED,
                        TEA_LEAVES,
                        restCancelled(false, cups(3)),
                        new ShipmentRefused(ORDER, "tea", "CAPTURE_REFUSED"))
                .when(new CancelOrder(ORDER, "cancellation-2", "changed my mind", null))
                .expectEvents(cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void cancellingTheRestTwiceIsQuiet() {
        isQuiet(fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false), restCancelled(true, cups(3)))
                .when(CANCEL));
    }

    @Test
    void cannotCancelWhatIsAboutToLeave() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES, CUPS_LEAVE).when(CANCEL),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_CANCELLABLE");
    }

    @Test
    void cannotCancelTheLastShipmentOfAPartiallyShippedOrder() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false), CUPS_LEAVE)
                        .when(CANCEL),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_CANCELLABLE");
    }

    @Test
    void cannotCancelShippedOrder() {
        isRefused(fixture.given(allShipped()).when(CANCEL), Fault.Kind.CONFLICT, "ORDER_NOT_CANCELLABLE");
    }

    @Test
    void cannotCancelDeliveredOrder() {
        isRefused(
                fixture.given(allShipped(new ShipmentDelivered(ORDER, "all", true)))
                        .when(CANCEL),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_CANCELLABLE");
    }

    @Test
    void cancelsTheVersionThatTheSenderKnows() {
        fixture.given(PLACED, CONFIRMED).when(cancelAtVersion(1L)).expectEvents(cancelledFrom(OrderStatus.CONFIRMED));
    }

    @Test
    void cannotCancelAnotherVersion() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(cancelAtVersion(0L)), Fault.Kind.STALE, "VERSION_MISMATCH");
    }

    @Test
    void cannotCancelTheRestOfAnotherVersion() {
        isRefused(
                fixture.given(PLACED, CONFIRMED, TEA_LEAVES).when(cancelAtVersion(1L)),
                Fault.Kind.STALE,
                "VERSION_MISMATCH");
    }

    private static CancelOrder cancelAtVersion(@Nullable Long version) {
        return new CancelOrder(ORDER, "cancellation", "changed my mind", version);
    }

    private static OrderCancelled cancelledFrom(OrderStatus status) {
        return new OrderCancelled(ORDER, "changed my mind", status, List.of("TEA-500", "CUP-1"));
    }

    private static RestCancelled restCancelled(boolean complete, LineQuantity... lines) {
        return new RestCancelled(ORDER, "cancellation", "changed my mind", List.of(lines), complete);
    }
}
