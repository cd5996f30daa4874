package io.waybill.messages.order;

import io.waybill.messages.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order as its customer sees it.
 *
 * @param version number of the order's last event, counted from 0
 * @param reason why it, or what was left of it, was rejected or cancelled; null otherwise
 * @param total sum of its lines as ordered, whatever of them was cancelled or returned since
 * @param shipped what the goods cost that left the house; captured, if all is well
 * @param refunded what was given back for returned goods
 * @param amendment the latest wish for other lines, or null; the next is taken once this one is decided
 * @param exchangeFor the order whose returned goods this one replaces, or null
 * @param placedAt time of the first event, to the millisecond
 * @param updatedAt time of the last event, to the millisecond
 */
public record OrderDetails(
        String orderId,
        String customerId,
        OrderStatus status,
        @Nullable String reason,
        List<Line> lines,
        Money total,
        Money shipped,
        Money refunded,
        Address shippingAddress,
        List<Shipment> shipments,
        List<Return> returns,
        @Nullable Amendment amendment,
        @Nullable String exchangeFor,
        long version,
        Instant placedAt,
        Instant updatedAt) {

    /**
     * One line of the order.
     *
     * @param quantity pieces ordered
     * @param shipped pieces of these that left the house
     * @param cancelled pieces of these that never will
     * @param returned pieces of the shipped ones that came back
     * @param backordered whether the line waits for stock to arrive
     */
    public record Line(
            String sku, int quantity, Money unitPrice, int shipped, int cancelled, int returned, boolean backordered) {}

    /** One parcel. */
    public record Shipment(
            String shipmentId,
            ShipmentStatus status,
            List<LineQuantity> lines,
            Money amount,
            @Nullable String trackingCode,
            @Nullable String reason) {}

    /** Where a shipment stands. */
    public enum ShipmentStatus {
        /** Waits for its payment. */
        REQUESTED,
        /** On its way. */
        SHIPPED,
        /** Arrived. */
        DELIVERED,
        /** Was not paid for and did not take place. */
        REFUSED
    }

    /** Goods that come back; {@code refund} is null until they are inspected. */
    public record Return(
            String returnId,
            ReturnStatus status,
            List<LineQuantity> lines,
            String reason,
            List<InspectedLine> inspected,
            @Nullable Money refund,
            @Nullable String exchangeOrderId,
            @Nullable String refusal) {}

    /** Where a return stands. */
    public enum ReturnStatus {
        /** Announced. */
        REQUESTED,
        /** The goods are here. */
        RECEIVED,
        /** The goods have been looked at; the money is being given back. */
        INSPECTED,
        /** The money was given back. */
        COMPLETED,
        /** The money could not be given back. */
        REFUND_REFUSED
    }

    /** A wish for other lines; {@code refusal} says why it was not granted, and is null otherwise. */
    public record Amendment(
            String amendmentId,
            AmendmentStatus status,
            List<OrderLine> lines,
            Money total,
            @Nullable String refusal) {}

    /** Where an amendment stands. */
    public enum AmendmentStatus {
        /** Stock and payment are being arranged. */
        REQUESTED,
        /** The order is what was wished for. */
        ACCEPTED,
        /** The order stays as it was. */
        REFUSED
    }
}
