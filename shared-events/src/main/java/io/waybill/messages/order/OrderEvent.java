package io.waybill.messages.order;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import java.util.List;

/** What happened to an order. */
public sealed interface OrderEvent extends OrderRelated {

    /** An order was accepted; {@code total} is the sum of its lines. */
    record OrderPlaced(
            String orderId,
            String customerId,
            List<OrderLine> lines,
            Money total,
            Address shippingAddress,
            String paymentToken)
            implements OrderEvent {

        public OrderPlaced {
            lines = List.copyOf(lines);
        }
    }

    /** Stock is reserved and the payment authorized. */
    record OrderConfirmed(String orderId) implements OrderEvent {}

    /** The order could not be fulfilled. */
    record OrderRejected(String orderId, String reason) implements OrderEvent {}

    /**
     * The order was withdrawn.
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
}
