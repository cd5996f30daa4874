package io.waybill.messages.order;

import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What can be asked of an order. */
public sealed interface OrderCommand {

    String orderId();

    /**
     * Places an order. Sent again with the same content it changes nothing.
     *
     * @param lines at least one; each SKU at most once; all prices in one currency
     * @param paymentToken the payment provider's token for the means of payment, never a card number
     */
    record PlaceOrder(
            @TargetAggregateIdentifier String orderId,
            String customerId,
            List<OrderLine> lines,
            Address shippingAddress,
            String paymentToken)
            implements OrderCommand {

        public PlaceOrder {
            lines = List.copyOf(lines);
        }
    }

    /** Confirms a placed order; changes nothing once the order has ended another way. */
    record ConfirmOrder(@TargetAggregateIdentifier String orderId) implements OrderCommand {}

    /** Rejects a placed order that cannot be fulfilled; changes nothing once the order has ended another way. */
    record RejectOrder(@TargetAggregateIdentifier String orderId, String reason) implements OrderCommand {}

    /** Withdraws a placed or confirmed order. */
    record CancelOrder(@TargetAggregateIdentifier String orderId, String reason) implements OrderCommand {}
}
