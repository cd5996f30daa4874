package io.waybill.messages.inventory;

import io.waybill.messages.Money;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What can be asked of a product. */
public sealed interface ProductCommand {

    String sku();

    /**
     * The aggregate's ID. Products and stock share the SKU but not the ID, which is unique in the whole event store.
     */
    @TargetAggregateIdentifier
    default String productId() {
        return productId(sku());
    }

    static String productId(String sku) {
        return "product-" + sku;
    }

    /**
     * Lists a new product or changes a listed one; what is already so is left alone. Answered by {@code true} if the
     * product is new.
     *
     * @param lowStockThreshold pieces at or below which the stock counts as low; 0 for never
     */
    record ListProduct(String sku, String name, Money unitPrice, boolean backorderable, int lowStockThreshold)
            implements ProductCommand {}
}
