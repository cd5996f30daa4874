package io.waybill.messages.inventory;

import io.waybill.messages.Money;
import java.util.List;

/** What can be read about products. */
public sealed interface ProductQuery {

    /** Asks for one product; answered by {@link ProductView}, or null if there is none. */
    record FindProduct(String sku) implements ProductQuery {}

    /** Asks for all products by SKU; answered by a {@link ProductList}. */
    record FindProducts() implements ProductQuery {}

    /** A product as shops show it. */
    record ProductView(String sku, String name, Money unitPrice, boolean backorderable, int lowStockThreshold) {}

    /** Products by SKU. A wrapper, because a bare list loses its element type on the wire. */
    record ProductList(List<ProductView> items) {}
}
