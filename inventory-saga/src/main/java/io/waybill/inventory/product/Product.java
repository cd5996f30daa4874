package io.waybill.inventory.product;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.messages.inventory.ProductCommand;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import java.util.Objects;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/** A product in the catalogue. */
@Aggregate
class Product {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String productId;

    private @Nullable ListProduct listed;

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    boolean handle(ListProduct command) {
        if (listed == null) {
            apply(new ProductListed(
                    command.sku(),
                    command.name(),
                    command.unitPrice(),
                    command.backorderable(),
                    command.lowStockThreshold()));
            return true;
        }
        boolean samePrice = command.unitPrice().equals(listed.unitPrice());
        boolean sameDescription = withPriceOf(listed, command).equals(listed);
        if (!sameDescription) {
            apply(new ProductChanged(
                    command.sku(), command.name(), command.backorderable(), command.lowStockThreshold()));
        }
        if (!samePrice) {
            apply(new ProductPriceChanged(command.sku(), command.unitPrice()));
        }
        return false;
    }

    @EventSourcingHandler
    void on(ProductEvent event) {
        productId = ProductCommand.productId(event.sku());
        listed = switch (event) {
            case ProductListed e ->
                new ListProduct(e.sku(), e.name(), e.unitPrice(), e.backorderable(), e.lowStockThreshold());
            case ProductChanged e ->
                new ListProduct(e.sku(), e.name(), before().unitPrice(), e.backorderable(), e.lowStockThreshold());
            case ProductPriceChanged e ->
                new ListProduct(
                        e.sku(),
                        before().name(),
                        e.unitPrice(),
                        before().backorderable(),
                        before().lowStockThreshold());
        };
    }

    private ListProduct before() {
        return Objects.requireNonNull(listed, "changed before it was listed");
    }

    private static ListProduct withPriceOf(ListProduct other, ListProduct product) {
        return new ListProduct(
                product.sku(), product.name(), other.unitPrice(), product.backorderable(), product.lowStockThreshold());
    }
}
