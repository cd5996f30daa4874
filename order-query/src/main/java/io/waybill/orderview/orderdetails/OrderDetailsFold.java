package io.waybill.orderview.orderdetails;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderDetails.Amendment;
import io.waybill.messages.order.OrderDetails.AmendmentStatus;
import io.waybill.messages.order.OrderDetails.Line;
import io.waybill.messages.order.OrderDetails.Return;
import io.waybill.messages.order.OrderDetails.ReturnStatus;
import io.waybill.messages.order.OrderDetails.Shipment;
import io.waybill.messages.order.OrderDetails.ShipmentStatus;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From an order before an event to the order after it. Lives for one event; what goes in is left as it was. */
final class OrderDetailsFold {

    private final String orderId;
    private final String customerId;
    private final Address shippingAddress;
    private final @Nullable String exchangeFor;
    private final Instant placedAt;

    private OrderStatus status;
    private @Nullable String reason;
    private List<Line> lines;
    private Money total;
    private Money shipped;
    private Money refunded;
    private List<Shipment> shipments;
    private List<Return> returns;
    private @Nullable Amendment amendment;

    private OrderDetailsFold(OrderPlaced placed, Instant at) {
        orderId = placed.orderId();
        customerId = placed.customerId();
        shippingAddress = placed.shippingAddress();
        exchangeFor = placed.exchangeFor();
        placedAt = at;
        status = OrderStatus.PLACED;
        lines = placed.lines().stream().map(line -> ordered(line, false)).toList();
        total = placed.total();
        shipped = total.zero();
        refunded = total.zero();
        shipments = List.of();
        returns = List.of();
    }

    private OrderDetailsFold(OrderDetails before) {
        orderId = before.orderId();
        customerId = before.customerId();
        shippingAddress = before.shippingAddress();
        exchangeFor = before.exchangeFor();
        placedAt = before.placedAt();
        status = before.status();
        reason = before.reason();
        lines = before.lines();
        total = before.total();
        shipped = before.shipped();
        refunded = before.refunded();
        shipments = before.shipments();
        returns = before.returns();
        amendment = before.amendment();
    }

    /**
     * @param order before the event, or null if it is the first
     * @param version number of the event within the order
     */
    static OrderDetails fold(@Nullable OrderDetails order, OrderEvent event, long version, Instant at) {
        if (event instanceof OrderPlaced placed) {
            return new OrderDetailsFold(placed, at).details(version, at);
        }
        var fold = new OrderDetailsFold(Objects.requireNonNull(order, "moved before it was placed"));
        fold.on(event);
        return fold.details(version, at);
    }

    private void on(OrderEvent event) {
        switch (event) {
            case OrderPlaced placed -> throw new IllegalStateException("An order is placed once");
            case OrderConfirmed confirmed -> {
                status = OrderStatus.CONFIRMED;
                confirmed.backordered().forEach(sku -> onLine(sku, line -> backordered(line, true)));
            }
            case BackorderArrived arrived -> onLine(arrived.sku(), line -> backordered(line, false));
            case OrderRejected rejected -> ended(OrderStatus.REJECTED, rejected.reason());
            case OrderCancelled cancelled -> ended(OrderStatus.CANCELLED, cancelled.reason());
            case RestCancelled cancelled -> restCancelled(cancelled);
            case AmendmentRequested requested ->
                amendment = new Amendment(
                        requested.amendmentId(), AmendmentStatus.REQUESTED, requested.lines(), requested.total(), null);
            case OrderAmended amended -> amended(amended);
            case AmendmentRefused refused -> decideAmendment(AmendmentStatus.REFUSED, refused.reason());
            case ShipmentRequested requested -> shipmentRequested(requested);
            case OrderShipped shipment -> shipped(shipment);
            case ShipmentRefused refused ->
                onShipment(refused.shipmentId(), it -> at(it, ShipmentStatus.REFUSED, refused.reason()));
            case ShipmentDelivered delivered -> {
                onShipment(delivered.shipmentId(), it -> at(it, ShipmentStatus.DELIVERED, null));
                status = delivered.complete() ? OrderStatus.DELIVERED : status;
            }
            case ReturnRequested requested -> returnRequested(requested);
            // That there is an exchange stands in the return; the rest is the other order's business.
            case ExchangeRequested requested -> {}
            case ReturnReceived received -> onReturn(received.returnId(), it -> at(it, ReturnStatus.RECEIVED, null));
            case ReturnInspected inspected -> inspected(inspected);
            case ReturnCompleted completed -> {
                refunded = refunded.plus(completed.refund());
                onReturn(completed.returnId(), it -> at(it, ReturnStatus.COMPLETED, null));
            }
            case ReturnRefundRefused refused ->
                onReturn(refused.returnId(), it -> at(it, ReturnStatus.REFUND_REFUSED, refused.reason()));
        }
    }

    private OrderDetails details(long version, Instant at) {
        return new OrderDetails(
                orderId,
                customerId,
                status,
                reason,
                lines,
                total,
                shipped,
                refunded,
                shippingAddress,
                shipments,
                returns,
                amendment,
                exchangeFor,
                version,
                placedAt,
                at);
    }

    // Cancellation.

    private void ended(OrderStatus end, String why) {
        status = end;
        reason = why;
        lines = lines.stream()
                .map(line -> cancelled(line, line.quantity() - line.cancelled()))
                .toList();
    }

    private void restCancelled(RestCancelled rest) {
        reason = rest.reason();
        rest.lines().forEach(part -> onLine(part.sku(), line -> cancelled(line, part.quantity())));
        if (rest.complete()) {
            boolean allArrived = shipments.stream().noneMatch(it -> it.status() == ShipmentStatus.SHIPPED);
            status = allArrived ? OrderStatus.DELIVERED : OrderStatus.SHIPPED;
        }
    }

    // Amendment. It comes before any shipment, so that no line has a history to be kept.

    private void amended(OrderAmended amended) {
        List<String> waiting =
                lines.stream().filter(Line::backordered).map(Line::sku).toList();
        lines = amended.lines().stream()
                .map(line -> ordered(line, waiting.contains(line.sku())))
                .toList();
        total = amended.total();
        decideAmendment(AmendmentStatus.ACCEPTED, null);
    }

    private void decideAmendment(AmendmentStatus decision, @Nullable String refusal) {
        Amendment wish = Objects.requireNonNull(amendment, "an amendment was decided before it was requested");
        amendment = new Amendment(wish.amendmentId(), decision, wish.lines(), wish.total(), refusal);
    }

    // Shipment.

    private void shipmentRequested(ShipmentRequested requested) {
        var shipment = new Shipment(
                requested.shipmentId(),
                ShipmentStatus.REQUESTED,
                requested.lines(),
                requested.amount(),
                requested.trackingCode(),
                null);
        shipments = Stream.concat(shipments.stream(), Stream.of(shipment)).toList();
    }

    private void shipped(OrderShipped shipment) {
        onShipment(shipment.shipmentId(), it -> at(it, ShipmentStatus.SHIPPED, null));
        for (LineQuantity part : shipment.lines()) {
            onLine(part.sku(), line -> shipped(line, part.quantity()));
        }
        shipped = shipped.plus(shipment.amount());
        status = shipment.complete() ? OrderStatus.SHIPPED : OrderStatus.PARTIALLY_SHIPPED;
    }

    // Return.

    private void returnRequested(ReturnRequested requested) {
        var goods = new Return(
                requested.returnId(),
                ReturnStatus.REQUESTED,
                requested.lines(),
                requested.reason(),
                List.of(),
                null,
                requested.exchangeOrderId(),
                null);
        returns = Stream.concat(returns.stream(), Stream.of(goods)).toList();
    }

    private void inspected(ReturnInspected inspected) {
        for (InspectedLine part : inspected.lines()) {
            onLine(part.sku(), line -> returned(line, part.restocked() + part.writtenOff()));
        }
        onReturn(
                inspected.returnId(),
                it -> new Return(
                        it.returnId(),
                        ReturnStatus.INSPECTED,
                        it.lines(),
                        it.reason(),
                        inspected.lines(),
                        inspected.refund(),
                        it.exchangeOrderId(),
                        null));
    }

    // One of many.

    private void onLine(String sku, UnaryOperator<Line> change) {
        lines = changed(lines, line -> line.sku().equals(sku), change);
    }

    private void onShipment(String shipmentId, UnaryOperator<Shipment> change) {
        shipments = changed(shipments, it -> it.shipmentId().equals(shipmentId), change);
    }

    private void onReturn(String returnId, UnaryOperator<Return> change) {
        returns = changed(returns, it -> it.returnId().equals(returnId), change);
    }

    private static <T> List<T> changed(List<T> all, Predicate<T> wanted, UnaryOperator<T> change) {
        if (all.stream().noneMatch(wanted)) {
            throw new IllegalStateException("An event is about a part that the order does not have");
        }
        return all.stream()
                .map(one -> wanted.test(one) ? change.apply(one) : one)
                .toList();
    }

    private static Line ordered(OrderLine line, boolean backordered) {
        return new Line(line.sku(), line.quantity(), line.unitPrice(), 0, 0, 0, backordered);
    }

    private static Line backordered(Line line, boolean waits) {
        return new Line(
                line.sku(),
                line.quantity(),
                line.unitPrice(),
                line.shipped(),
                line.cancelled(),
                line.returned(),
                waits);
    }

    private static Line shipped(Line line, int pieces) {
        return new Line(
                line.sku(),
                line.quantity(),
                line.unitPrice(),
                line.shipped() + pieces,
                line.cancelled(),
                line.returned(),
                line.backordered());
    }

    /** A line of which nothing more will leave the house waits for nothing. */
    private static Line cancelled(Line line, int pieces) {
        int cancelled = line.cancelled() + pieces;
        return new Line(
                line.sku(),
                line.quantity(),
                line.unitPrice(),
                line.shipped(),
                cancelled,
                line.returned(),
                line.backordered() && line.shipped() + cancelled < line.quantity());
    }

    private static Line returned(Line line, int pieces) {
        return new Line(
                line.sku(),
                line.quantity(),
                line.unitPrice(),
                line.shipped(),
                line.cancelled(),
                line.returned() + pieces,
                line.backordered());
    }

    private static Shipment at(Shipment shipment, ShipmentStatus status, @Nullable String reason) {
        return new Shipment(
                shipment.shipmentId(), status, shipment.lines(), shipment.amount(), shipment.trackingCode(), reason);
    }

    private static Return at(Return goods, ReturnStatus status, @Nullable String refusal) {
        return new Return(
                goods.returnId(),
                status,
                goods.lines(),
                goods.reason(),
                goods.inspected(),
                goods.refund(),
                goods.exchangeOrderId(),
                refusal);
    }
}
