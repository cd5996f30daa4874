package io.waybill.messages.inventory;

import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What can be asked of the stock of one SKU. */
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

    /** Sets pieces aside for an order, all or none; the same reservation again changes nothing. */
    record ReserveStock(String sku, String reservationId, String orderId, int quantity) implements StockCommand {}

    /**
     * Gives a reservation back. One that was never made is remembered as given back, so that it cannot be made late.
     */
    record ReleaseStock(String sku, String reservationId, String orderId) implements StockCommand {}

    /** Takes the reserved pieces off the shelf, because they leave the house. */
    record CommitStock(String sku, String reservationId, String orderId) implements StockCommand {}
}
