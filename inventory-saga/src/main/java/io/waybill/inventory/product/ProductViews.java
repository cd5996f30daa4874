package io.waybill.inventory.product;

import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.messages.inventory.ProductQuery.FindProduct;
import io.waybill.messages.inventory.ProductQuery.FindProducts;
import io.waybill.messages.inventory.ProductQuery.ProductList;
import io.waybill.messages.inventory.ProductQuery.ProductView;
import java.util.Objects;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/** One document per product. */
@Projection
@ProcessingGroup("products")
class ProductViews {

    private final ViewStore<ProductView> products;

    ProductViews(MongoDatabase database) {
        products = new ViewStore<>(database, "products", ProductView.class);
    }

    @EventHandler
    void on(ProductEvent event, TrackingToken token, @SequenceNumber long sequence) {
        products.fold(event.sku(), Positions.of(token), sequence, product -> fold(product, event));
    }

    @QueryHandler
    @Nullable
    ProductView handle(FindProduct query) {
        return products.find(query.sku());
    }

    @QueryHandler
    ProductList handle(FindProducts query) {
        return new ProductList(products.find(empty(), ascending("_id"), 0));
    }

    static ProductView fold(@Nullable ProductView product, ProductEvent event) {
        return switch (event) {
            case ProductListed e ->
                new ProductView(e.sku(), e.name(), e.unitPrice(), e.backorderable(), e.lowStockThreshold());
            case ProductChanged e ->
                new ProductView(
                        e.sku(), e.name(), listed(product).unitPrice(), e.backorderable(), e.lowStockThreshold());
            case ProductPriceChanged e ->
                new ProductView(
                        e.sku(),
                        listed(product).name(),
                        e.unitPrice(),
                        listed(product).backorderable(),
                        listed(product).lowStockThreshold());
        };
    }

    private static ProductView listed(@Nullable ProductView product) {
        return Objects.requireNonNull(product, "changed before it was listed");
    }
}
