package io.waybill.messages.order;

import io.waybill.messages.Money;
import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of an order. Each change is named by an ID of its own ({@code amendmentId}, {@code shipmentId}, ...);
 * asked for again under the same ID it changes nothing.
 */
public sealed interface OrderCommand {

    String orderId();

    // Checkout.

    /**
     * Places an order. Sent again with the same content it changes nothing.
     *
     * @param lines at least one; each SKU at most once; all prices in one currency
     * @param paymentToken the payment provider's token for the means of payment, never a card number
     * @param exchangeFor the order whose returned goods this one replaces, or null
     */
    record PlaceOrder(
            @TargetAggregateIdentifier String orderId,
            String customerId,
            List<OrderLine> lines,
            Address shippingAddress,
            String paymentToken,
            @Nullable String exchangeFor)
            implements OrderCommand {

        public PlaceOrder {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Confirms a placed order; changes nothing once the order has ended another way.
     *
     * @param backordered SKUs of the lines that wait for stock to arrive
     */
    record ConfirmOrder(@TargetAggregateIdentifier String orderId, List<String> backordered) implements OrderCommand {

        public ConfirmOrder {
            backordered = List.copyOf(backordered);
        }
    }

    /** Rejects a placed order that cannot be fulfilled; changes nothing once the order has ended another way. */
    record RejectOrder(@TargetAggregateIdentifier String orderId, String reason) implements OrderCommand {}

    /** Records that the pieces that a line waited for are reserved; may come before the confirmation. */
    record RecordBackorderArrival(@TargetAggregateIdentifier String orderId, String sku) implements OrderCommand {}

    // Cancellation.

    /**
     * Withdraws a placed or confirmed order, or the rest of a partially shipped one.
     *
     * @param expectedVersion number of the order's last event, as the sender knows it; null for whatever it is
     */
    record CancelOrder(
            @TargetAggregateIdentifier String orderId,
            String cancellationId,
            String reason,
            @Nullable Long expectedVersion)
            implements OrderCommand {}

    // Amendment.

    /**
     * Asks for other lines, before anything is shipped.
     *
     * @param lines the whole order as it is to be; a SKU that the order has already keeps its price
     * @param expectedVersion number of the order's last event, as the sender knows it; null for whatever it is
     */
    record AmendOrder(
            @TargetAggregateIdentifier String orderId,
            String amendmentId,
            List<OrderLine> lines,
            @Nullable Long expectedVersion)
            implements OrderCommand {

        public AmendOrder {
            lines = List.copyOf(lines);
        }
    }

    /** Makes the order what its amendment asked for; changes nothing if the amendment is no longer pending. */
    record AcceptAmendment(@TargetAggregateIdentifier String orderId, String amendmentId) implements OrderCommand {}

    /** Leaves the order as it was before the amendment; changes nothing if the amendment is no longer pending. */
    record RefuseAmendment(@TargetAggregateIdentifier String orderId, String amendmentId, String reason)
            implements OrderCommand {}

    // Shipment.

    /**
     * Sends lines off as soon as they are paid for.
     *
     * @param lines what to send; empty for all that can be sent
     * @param expectedVersion number of the order's last event, as the sender knows it; null for whatever it is
     */
    record ShipOrder(
            @TargetAggregateIdentifier String orderId,
            String shipmentId,
            List<LineQuantity> lines,
            @Nullable String trackingCode,
            @Nullable Long expectedVersion)
            implements OrderCommand {

        public ShipOrder {
            lines = List.copyOf(lines);
        }
    }

    /** Records that a shipment is paid for and on its way; changes nothing if it is no longer pending. */
    record RecordShipment(@TargetAggregateIdentifier String orderId, String shipmentId) implements OrderCommand {}

    /** Gives a shipment up that was not paid for; changes nothing if it is no longer pending. */
    record RefuseShipment(@TargetAggregateIdentifier String orderId, String shipmentId, String reason)
            implements OrderCommand {}

    /**
     * Records that shipments arrived.
     *
     * @param shipmentId which one; null for all that are on their way
     */
    record RecordDelivery(
            @TargetAggregateIdentifier String orderId,
            @Nullable String shipmentId) implements OrderCommand {}

    // Return and exchange.

    /** Announces that shipped goods come back. */
    record RequestReturn(
            @TargetAggregateIdentifier String orderId, String returnId, List<LineQuantity> lines, String reason)
            implements OrderCommand {

        public RequestReturn {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Announces that shipped goods come back and other goods are wanted instead.
     *
     * @param lines what comes back
     * @param exchangeOrderId ID of the order to be placed for the other goods
     * @param wanted lines of that order
     */
    record RequestExchange(
            @TargetAggregateIdentifier String orderId,
            String returnId,
            List<LineQuantity> lines,
            String reason,
            String exchangeOrderId,
            List<OrderLine> wanted,
            String paymentToken)
            implements OrderCommand {

        public RequestExchange {
            lines = List.copyOf(lines);
            wanted = List.copyOf(wanted);
        }
    }

    /** Records that returned goods arrived. */
    record ReceiveReturn(@TargetAggregateIdentifier String orderId, String returnId) implements OrderCommand {}

    /**
     * Records what returned goods turned out to be; goods that were not recorded as received are by this.
     *
     * @param refund money to be given back; null for the full price of all pieces that came back
     */
    record InspectReturn(
            @TargetAggregateIdentifier String orderId,
            String returnId,
            List<InspectedLine> lines,
            @Nullable Money refund)
            implements OrderCommand {

        public InspectReturn {
            lines = List.copyOf(lines);
        }
    }

    /** Records that the money for a return was given back; changes nothing if the return is done. */
    record CompleteReturn(@TargetAggregateIdentifier String orderId, String returnId) implements OrderCommand {}

    /** Records that the money for a return could not be given back; changes nothing if the return is done. */
    record RecordReturnRefundRefusal(
            @TargetAggregateIdentifier String orderId, String returnId, String reason) implements OrderCommand {}
}
