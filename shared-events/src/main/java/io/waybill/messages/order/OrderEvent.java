package io.waybill.messages.order;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** What happened to an order. */
public sealed interface OrderEvent extends OrderRelated {

    // Checkout.

    /**
     * An order was accepted.
     *
     * @param total sum of its lines
     * @param exchangeFor the order whose returned goods this one replaces, or null
     */
    @Revision("1")
    record OrderPlaced(
            String orderId,
            String customerId,
            List<OrderLine> lines,
            Money total,
            Address shippingAddress,
            String paymentToken,
            @Nullable String exchangeFor)
            implements OrderEvent {

        public OrderPlaced {
            lines = List.copyOf(lines);
        }
    }

    /**
     * The payment is authorized and stock is reserved.
     *
     * @param backordered SKUs of the lines that wait for stock to arrive
     */
    @Revision("1")
    record OrderConfirmed(String orderId, List<String> backordered) implements OrderEvent {

        public OrderConfirmed {
            backordered = List.copyOf(backordered);
        }
    }

    /** The order could not be fulfilled. */
    record OrderRejected(String orderId, String reason) implements OrderEvent {}

    /** The pieces that a line waited for have arrived and are reserved. */
    record BackorderArrived(String orderId, String sku) implements OrderEvent {}

    // Cancellation.

    /**
     * The order was withdrawn before anything left the house.
     *
     * @param cancelledFrom where it stood before: what has to be undone depends on it
     * @param skus the SKUs of its lines, so that whoever undoes the order needs no other source
     */
    record OrderCancelled(String orderId, String reason, OrderStatus cancelledFrom, List<String> skus)
            implements OrderEvent {

        public OrderCancelled {
            skus = List.copyOf(skus);
        }
    }

    /**
     * What had not left the house, and was not about to, was withdrawn.
     *
     * @param lines what was withdrawn
     * @param complete whether nothing is left to be shipped
     */
    record RestCancelled(
            String orderId, String cancellationId, String reason, List<LineQuantity> lines, boolean complete)
            implements OrderEvent {

        public RestCancelled {
            lines = List.copyOf(lines);
        }
    }

    // Amendment.

    /**
     * The customer wants other lines; whether that can be had is being found out, and until then the order stands as it
     * was.
     *
     * @param lines the order as it would be
     * @param total sum of these lines
     * @param increases pieces to be reserved in addition
     * @param decreases pieces to be given back
     * @param additional money to be authorized in addition; 0 if what was authorized before is enough
     */
    record AmendmentRequested(
            String orderId,
            String amendmentId,
            List<OrderLine> lines,
            Money total,
            List<LineQuantity> increases,
            List<LineQuantity> decreases,
            Money additional)
            implements OrderEvent {

        public AmendmentRequested {
            lines = List.copyOf(lines);
            increases = List.copyOf(increases);
            decreases = List.copyOf(decreases);
        }
    }

    /** The order is now what the amendment asked for. */
    record OrderAmended(String orderId, String amendmentId, List<OrderLine> lines, Money total) implements OrderEvent {

        public OrderAmended {
            lines = List.copyOf(lines);
        }
    }

    /** The order stays as it was before the amendment. */
    record AmendmentRefused(String orderId, String amendmentId, String reason) implements OrderEvent {}

    // Shipment.

    /**
     * Lines are to leave the house as soon as they are paid for.
     *
     * @param amount what these lines cost
     */
    record ShipmentRequested(
            String orderId,
            String shipmentId,
            List<LineQuantity> lines,
            Money amount,
            @Nullable String trackingCode) implements OrderEvent {

        public ShipmentRequested {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Lines have been paid for and left the house.
     *
     * @param complete whether nothing is left to be shipped
     */
    record OrderShipped(
            String orderId,
            String shipmentId,
            List<LineQuantity> lines,
            Money amount,
            @Nullable String trackingCode,
            boolean complete)
            implements OrderEvent {

        public OrderShipped {
            lines = List.copyOf(lines);
        }
    }

    /** The shipment was not paid for and did not take place; its lines are as they were before. */
    record ShipmentRefused(String orderId, String shipmentId, String reason) implements OrderEvent {}

    /**
     * A shipment arrived.
     *
     * @param complete whether with it the whole order has arrived
     */
    record ShipmentDelivered(String orderId, String shipmentId, boolean complete) implements OrderEvent {}

    // Return and exchange.

    /**
     * The customer sends goods back.
     *
     * @param exchangeOrderId the order that replaces them, or null
     */
    record ReturnRequested(
            String orderId,
            String returnId,
            List<LineQuantity> lines,
            String reason,
            @Nullable String exchangeOrderId) implements OrderEvent {

        public ReturnRequested {
            lines = List.copyOf(lines);
        }
    }

    /** A new order is to replace the goods of a return. It is an order in its own right: paid for, shipped, returned. */
    record ExchangeRequested(
            String orderId,
            String returnId,
            String exchangeOrderId,
            String customerId,
            List<OrderLine> lines,
            Address shippingAddress,
            String paymentToken)
            implements OrderEvent {

        public ExchangeRequested {
            lines = List.copyOf(lines);
        }
    }

    /** The returned goods have arrived. */
    record ReturnReceived(String orderId, String returnId) implements OrderEvent {}

    /**
     * The returned goods have been looked at; pieces that were announced but not among them stay with the customer.
     *
     * @param refund money to be given back; may be 0
     */
    record ReturnInspected(String orderId, String returnId, List<InspectedLine> lines, Money refund)
            implements OrderEvent {

        public ReturnInspected {
            lines = List.copyOf(lines);
        }
    }

    /** The money for a return was given back; the return is done. */
    record ReturnCompleted(String orderId, String returnId, Money refund) implements OrderEvent {}

    /** The money for a return could not be given back; somebody has to look at it. */
    record ReturnRefundRefused(String orderId, String returnId, String reason) implements OrderEvent {}
}
