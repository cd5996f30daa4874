package io.waybill.messages.inventory;

import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the stock of one SKU. An order has one reservation per SKU, and every change of it is named by an
 * ID of its own: asked for again under the same ID it changes nothing.
 */
public sealed interface StockCommand {

    String sku();

    /** The aggregate's ID; see {@link ProductCommand#productId()} for why it is not the bare SKU. */
    @TargetAggregateIdentifier
    default String stockId() {
        return stockId(sku());
    }

    static String stockId(String sku) {
        return "stock-" + sku;
    }

    // Goods on the shelf.

    /**
     * Takes goods in.
     *
     * @param receiptId names this receipt; the same ID again changes nothing
     * @param quantity pieces, at least 1
     */
    record ReceiveStock(String sku, String receiptId, int quantity, String location) implements StockCommand {}

    /**
     * Corrects the number on hand.
     *
     * @param adjustmentId names this adjustment; the same ID again changes nothing
     * @param delta pieces found (positive) or missing (negative), not 0
     */
    record AdjustStock(String sku, String adjustmentId, int delta, String reason, String location)
            implements StockCommand {}

    /**
     * Sets the number on hand at a location to what was counted there.
     *
     * @param countId names this count; the same ID again changes nothing
     * @param counted pieces on the shelf, at least as many as are reserved there
     */
    record CountStock(String sku, String countId, int counted, String reason, String location)
            implements StockCommand {}

    /**
     * Takes back what an order returned.
     *
     * @param restocked pieces that go back on the shelf
     * @param writtenOff pieces that do not
     * @param location where to; null for the location of the highest priority
     */
    record ReturnStock(
            String sku,
            String returnId,
            String orderId,
            int restocked,
            int writtenOff,
            @Nullable String location) implements StockCommand {}

    /**
     * Says how this SKU is sold; what comes late, after a newer version, is left alone.
     *
     * @param backorderable whether an order may wait for stock to arrive
     * @param lowStockThreshold pieces at or below which the stock counts as low; 0 for never
     * @param productVersion sequence number of the product's event that says so
     */
    record SetStockPolicy(String sku, boolean backorderable, int lowStockThreshold, long productVersion)
            implements StockCommand {}

    // What orders hold.

    /**
     * Sets pieces aside for an order, all or none; if there are not enough and the product allows it, the order waits
     * its turn for more. The same reservation again changes nothing.
     *
     * @param expiresAt when the process that leads the order gives the reservation back unless the order is confirmed
     */
    record ReserveStock(String sku, String reservationId, String orderId, int quantity, Instant expiresAt)
            implements StockCommand {}

    /**
     * Gives back all that a reservation still holds or waits for, and ends it. One that was never made is remembered as
     * given back, so that it cannot be made late.
     */
    record ReleaseStock(String sku, String reservationId, String orderId) implements StockCommand {}

    /** Sets more pieces aside, all or none, never on backorder; makes the reservation if there is none. */
    record ExtendReservation(String sku, String reservationId, String orderId, String extensionId, int quantity)
            implements StockCommand {}

    /** Takes an extension back. One that was never made is remembered, so that it cannot be made late. */
    record UndoExtension(String sku, String reservationId, String orderId, String extensionId)
            implements StockCommand {}

    /** Gives some pieces of a reservation back, those first that it still waits for. */
    record ReduceReservation(String sku, String reservationId, String orderId, String reductionId, int quantity)
            implements StockCommand {}

    /** Takes reserved pieces off the shelf, because they leave the house. */
    record CommitStock(String sku, String reservationId, String orderId, String shipmentId, int quantity)
            implements StockCommand {}
}
