package io.waybill.ordering;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.ResultValidator;
import org.jspecify.annotations.Nullable;

/** One order, as it is asked for and as it is placed, and what can come of a command. */
final class Samples {

    static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
    static final OrderLine TEA = new OrderLine("TEA-500", 2, new Money(1250, "EUR"));
    static final OrderLine CUP = new OrderLine("CUP-1", 3, new Money(999, "EUR"));

    static final PlaceOrder PLACE = place(TEA, CUP);
    static final OrderPlaced PLACED =
            new OrderPlaced(ORDER, "customer-7", List.of(TEA, CUP), eur(5497), ADDRESS, "tok_ok", null);
    static final OrderConfirmed CONFIRMED = confirmedWaitingFor();

    private Samples() {}

    static PlaceOrder place(OrderLine... lines) {
        return new PlaceOrder(ORDER, "customer-7", List.of(lines), ADDRESS, "tok_ok", null);
    }

    static OrderConfirmed confirmedWaitingFor(String... skus) {
        return new OrderConfirmed(ORDER, List.of(skus));
    }

    static Money eur(long minor) {
        return new Money(minor, "EUR");
    }

    static LineQuantity tea(int quantity) {
        return new LineQuantity(TEA.sku(), quantity);
    }

    static LineQuantity cups(int quantity) {
        return new LineQuantity(CUP.sku(), quantity);
    }

    /** A shipment that waits for its payment. */
    static ShipmentRequested leaving(String shipmentId, long amountMinor, LineQuantity... lines) {
        return new ShipmentRequested(ORDER, shipmentId, List.of(lines), eur(amountMinor), "JD-" + shipmentId);
    }

    /** The same shipment once it has left. */
    static OrderShipped shipped(ShipmentRequested leaving, boolean complete) {
        return new OrderShipped(
                ORDER, leaving.shipmentId(), leaving.lines(), leaving.amount(), leaving.trackingCode(), complete);
    }

    /** An order, all of which has left the house. */
    static Object[] allShipped(Object... andThen) {
        ShipmentRequested all = leaving("all", 5497, tea(2), cups(3));
        return and(new Object[] {PLACED, CONFIRMED, all, shipped(all, true)}, andThen);
    }

    static Object[] and(Object[] events, Object... more) {
        return Stream.of(events, more).flatMap(Arrays::stream).toArray();
    }

    static void isQuiet(ResultValidator<Order> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    static void isRefused(ResultValidator<Order> result, Fault.Kind kind, String code) {
        result.expectNoEvents()
                .expectExceptionDetails(matches((@Nullable Fault fault) ->
                        fault != null && fault.kind() == kind && fault.code().equals(code)));
    }
}
