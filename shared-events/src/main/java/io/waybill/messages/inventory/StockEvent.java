package io.waybill.messages.inventory;

import io.waybill.messages.OrderRelated;
import java.time.Instant;
import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** What happened to the stock of one SKU. */
public sealed interface StockEvent {

    String sku();

    // Goods on the shelf.

    /** Goods came in. */
    record StockReceived(String sku, String receiptId, int quantity, String location) implements StockEvent {}

    /** The number on hand was corrected. */
    record StockAdjusted(String sku, String adjustmentId, int delta, String reason, String location)
            implements StockEvent {}

    /** The pieces on the shelf were counted; {@code delta} is how many more there were than thought. */
    record StockCounted(String sku, String countId, int counted, int delta, String reason, String location)
            implements StockEvent {}

    /** Goods came back from an order; only {@code restocked} are on the shelf again. */
    record StockReturned(String sku, String returnId, String orderId, int restocked, int writtenOff, String location)
            implements StockEvent, OrderRelated {}

    /** How the SKU is sold was said by the product in this version of it. */
    record StockPolicyChanged(String sku, boolean backorderable, int lowStockThreshold, long productVersion)
            implements StockEvent {}

    /** The available pieces fell to the threshold or below; said once, until there are more again. */
    record StockRanLow(String sku, int available, int threshold) implements StockEvent {}

    // What orders hold.

    /**
     * Pieces were set aside for an order.
     *
     * @param allocations where they lie; adds up to {@code quantity}
     * @param expiresAt when they are given back unless the order is confirmed by then; null in events of old
     */
    @Revision("1")
    record StockReserved(
            String sku,
            String reservationId,
            String orderId,
            int quantity,
            List<Allocation> allocations,
            @Nullable Instant expiresAt)
            implements StockEvent, OrderRelated {

        public StockReserved {
            allocations = List.copyOf(allocations);
        }
    }

    /** There was not enough. */
    record StockReservationRefused(
            String sku, String reservationId, String orderId, int quantity, int available, String reason)
            implements StockEvent, OrderRelated {}

    /** There was not enough, and the order waits for stock to arrive, behind those that wait already. */
    record StockBackordered(String sku, String reservationId, String orderId, int quantity)
            implements StockEvent, OrderRelated {}

    /** Stock has arrived for the order that waited longest; {@code allocations} adds up to {@code quantity}. */
    record BackorderFilled(String sku, String reservationId, String orderId, int quantity, List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public BackorderFilled {
            allocations = List.copyOf(allocations);
        }
    }

    /** An order waits for so many pieces less than before. */
    record BackorderReduced(String sku, String reservationId, String orderId, int quantity)
            implements StockEvent, OrderRelated {}

    /** More pieces were set aside; {@code allocations} adds up to {@code quantity}. */
    record ReservationExtended(
            String sku,
            String reservationId,
            String orderId,
            String extensionId,
            int quantity,
            List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public ReservationExtended {
            allocations = List.copyOf(allocations);
        }
    }

    /** There was not enough for more; the reservation is as it was. */
    record ExtensionRefused(
            String sku,
            String reservationId,
            String orderId,
            String extensionId,
            int quantity,
            int available,
            String reason)
            implements StockEvent, OrderRelated {}

    /** An extension was taken back; {@code allocations} is empty if it had never been made. */
    record ExtensionUndone(
            String sku,
            String reservationId,
            String orderId,
            String extensionId,
            int quantity,
            List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public ExtensionUndone {
            allocations = List.copyOf(allocations);
        }
    }

    /**
     * Some pieces of a reservation were given back.
     *
     * @param quantity pieces that are available again; pieces that were only waited for are not among them
     * @param allocations where they lie; adds up to {@code quantity}
     */
    record ReservationReduced(
            String sku,
            String reservationId,
            String orderId,
            String reductionId,
            int quantity,
            List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public ReservationReduced {
            allocations = List.copyOf(allocations);
        }
    }

    /**
     * A reservation was given back and is over; {@code quantity} is 0 if it held nothing or had never been made.
     *
     * @param allocations where the pieces lie; adds up to {@code quantity}, but is empty in events of old, where it is
     *     all that the reservation held
     */
    @Revision("1")
    record StockReleased(String sku, String reservationId, String orderId, int quantity, List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public StockReleased {
            allocations = List.copyOf(allocations);
        }
    }

    /**
     * Reserved pieces left the house.
     *
     * @param shipmentId with which shipment; in events of old the reservation's ID
     * @param allocations where from; adds up to {@code quantity}, but is empty in events of old, where it is all that
     *     the reservation held
     */
    @Revision("1")
    record StockCommitted(
            String sku,
            String reservationId,
            String orderId,
            int quantity,
            String shipmentId,
            List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public StockCommitted {
            allocations = List.copyOf(allocations);
        }
    }

    /** Pieces of one reservation at one location. */
    record Allocation(String location, int quantity) {}
}
