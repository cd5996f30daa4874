package io.waybill.ordering.pricelist;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import java.util.Objects;
import java.util.Optional;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.TrackingToken;
import org.jspecify.annotations.Nullable;

/** What one piece of each product costs, as far as the product's events have come through. */
@Projection
@ProcessingGroup(PriceList.PROCESSOR)
public class PriceList {

    static final String PROCESSOR = "price-list";

    private final ViewStore<Price> prices;
    private final Rebuilds rebuilds;

    PriceList(MongoDatabase database, Rebuilds rebuilds) {
        this.rebuilds = rebuilds;
        prices = new ViewStore<>(database, "prices", Price.class);
    }

    public record Price(String sku, Money unitPrice) {}

    /** The price of one piece, or empty if no such product is known (yet). */
    public Optional<Money> unitPrice(String sku) {
        return Optional.ofNullable(prices.find(sku)).map(Price::unitPrice);
    }

    /** Whether it lacks what was listed long ago, so that neither a price nor the want of one says anything. */
    public boolean isRebuilding() {
        return rebuilds.isUnderWay(PROCESSOR);
    }

    @EventHandler
    void on(ProductEvent event, TrackingToken token, @SequenceNumber long sequence) {
        prices.fold(event.sku(), Positions.of(token), sequence, price -> fold(price, event));
    }

    static Price fold(@Nullable Price price, ProductEvent event) {
        return switch (event) {
            case ProductListed listed -> new Price(listed.sku(), listed.unitPrice());
            case ProductPriceChanged changed -> new Price(changed.sku(), changed.unitPrice());
            case ProductChanged changed -> Objects.requireNonNull(price, "changed before it was listed");
        };
    }
}
