package io.waybill.inventory.stock;

import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockQuery.FindStock;
import io.waybill.messages.inventory.StockQuery.FindStocks;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import io.waybill.messages.inventory.StockQuery.StockList;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/** One document per SKU. */
@Projection
@ProcessingGroup("stock")
class StockViews {

    private final ViewStore<StockLevel> stock;

    StockViews(MongoDatabase database) {
        stock = new ViewStore<>(database, "stock", StockLevel.class);
    }

    @EventHandler
    void on(StockEvent event, TrackingToken token) {
        stock.fold(event.sku(), Positions.of(token), level -> fold(level, event));
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

    static StockLevel fold(@Nullable StockLevel before, StockEvent event) {
        StockLevel level = before == null ? new StockLevel(event.sku(), 0, 0, 0) : before;
        return switch (event) {
            case StockReceived received -> changed(level, received.quantity(), 0);
            case StockAdjusted adjusted -> changed(level, adjusted.delta(), 0);
            case StockReserved reserved -> changed(level, 0, reserved.quantity());
            case StockReservationRefused refused -> level;
            case StockReleased released -> changed(level, 0, -released.quantity());
            case StockCommitted committed -> changed(level, -committed.quantity(), -committed.quantity());
        };
    }

    private static StockLevel changed(StockLevel level, int onHandDelta, int reservedDelta) {
        int onHand = level.onHand() + onHandDelta;
        int reserved = level.reserved() + reservedDelta;
        return new StockLevel(level.sku(), onHand, reserved, onHand - reserved);
    }
}
