package io.waybill.inventory.stocklevels;

import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockQuery.FindStock;
import io.waybill.messages.inventory.StockQuery.FindStocks;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import io.waybill.messages.inventory.StockQuery.StockList;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/**
 * One document per SKU. The processor and the collection are called otherwise than when they knew no locations, so that
 * the documents are made anew from all events.
 */
@Projection
@ProcessingGroup("stock-levels")
class StockLevelsView {

    private final ViewStore<StockLevel> stock;

    StockLevelsView(MongoDatabase database) {
        stock = new ViewStore<>(database, "stockLevels", StockLevel.class);
    }

    @EventHandler
    void on(StockEvent event, TrackingToken token, @SequenceNumber long sequence) {
        stock.fold(event.sku(), Positions.of(token), sequence, level -> StockLevelFold.fold(level, event));
    }

    @QueryHandler
    @Nullable
    StockLevel handle(FindStock query) {
        return stock.find(query.sku());
    }

    @QueryHandler
    StockList handle(FindStocks query) {
        return new StockList(stock.find(empty(), ascending("_id"), 0));
    }
}
