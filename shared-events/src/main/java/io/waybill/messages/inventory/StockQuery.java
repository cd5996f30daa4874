package io.waybill.messages.inventory;

import java.util.List;

/** What can be read about stock. */
public sealed interface StockQuery {

    /** Asks for the stock of one SKU; answered by {@link StockLevel}, or null if there never was any. */
    record FindStock(String sku) implements StockQuery {}

    /** Asks for all stock by SKU; answered by a {@link StockList}. */
    record FindStocks() implements StockQuery {}

    /**
     * Pieces of one SKU over all locations.
     *
     * @param available {@code onHand - reserved}, never below 0
     * @param backordered pieces that orders wait for
     * @param low whether {@code available} is at or below the threshold of the product
     * @param locations the same by location, in the order of their names
     */
    record StockLevel(
            String sku,
            int onHand,
            int reserved,
            int available,
            int backordered,
            boolean backorderable,
            int lowStockThreshold,
            boolean low,
            List<LocationLevel> locations) {}

    /** Pieces of one SKU at one location. */
    record LocationLevel(String location, int onHand, int reserved, int available) {}

    /** Stock by SKU. A wrapper, because a bare list loses its element type on the wire. */
    record StockList(List<StockLevel> items) {}
}
