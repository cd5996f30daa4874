package io.waybill.messages.inventory;

import io.waybill.messages.Money;

/** What happened to a product. */
public sealed interface ProductEvent {

    String sku();

    /** A product was listed for the first time. */
    record ProductListed(String sku, String name, Money unitPrice, boolean backorderable, int lowStockThreshold)
            implements ProductEvent {}

    /** A product's description or stock policy changed; its price is as it was. */
    record ProductChanged(String sku, String name, boolean backorderable, int lowStockThreshold)
            implements ProductEvent {}

    /** A product's price changed. Orders already placed keep the price they were placed at. */
    record ProductPriceChanged(String sku, Money unitPrice) implements ProductEvent {}
}
