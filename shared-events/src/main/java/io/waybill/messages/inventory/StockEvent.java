package io.waybill.messages.inventory;

import io.waybill.messages.OrderRelated;
import java.util.List;

/** What happened to the stock of one SKU. */
public sealed interface StockEvent {

    String sku();

    /** Goods came in. */
    record StockReceived(String sku, String receiptId, int quantity, String location) implements StockEvent {}

    /** The number on hand was corrected. */
    record StockAdjusted(String sku, String adjustmentId, int delta, String reason, String location)
            implements StockEvent {}

    /** Pieces were set aside for an order; {@code allocations} says where, and adds up to {@code quantity}. */
    record StockReserved(String sku, String reservationId, String orderId, int quantity, List<Allocation> allocations)
            implements StockEvent, OrderRelated {

        public StockReserved {
            allocations = List.copyOf(allocations);
        }
    }

    /** There was not enough, or the reservation had already been given back. */
    record StockReservationRefused(
            String sku, String reservationId, String orderId, int quantity, int available, String reason)
            implements StockEvent, OrderRelated {}

    /** A reservation was given back; {@code quantity} is 0 if it had never been made. */
    record StockReleased(String sku, String reservationId, String orderId, int quantity)
            implements StockEvent, OrderRelated {}

    /** Reserved pieces left the house. */
    record StockCommitted(String sku, String reservationId, String orderId, int quantity)
            implements StockEvent, OrderRelated {}

    /** Pieces of one reservation at one location. */
    record Allocation(String location, int quantity) {}
}
