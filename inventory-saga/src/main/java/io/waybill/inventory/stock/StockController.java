package io.waybill.inventory.stock;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.PastViews;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.inventory.product.Sku;
import io.waybill.messages.inventory.ProductCommand;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CountStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockQuery.FindStock;
import io.waybill.messages.inventory.StockQuery.FindStocks;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import io.waybill.messages.inventory.StockQuery.StockList;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Takes goods in, corrects and counts them, and shows what there is. */
@RestController
@RequestMapping("/api/stock")
class StockController {

    /** More than any one delivery or correction, so that a slip of the finger is noticed. */
    private static final int MAX_QUANTITY = 1_000_000;

    private static final String LOCATION_FORM = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private final RequestCommands commands;
    private final RequestQueries queries;
    private final Idempotency idempotency;
    private final EventStore eventStore;
    private final StockLocations locations;
    private final History<StockLevel> history;
    private final PastViews past;

    StockController(
            RequestCommands commands,
            RequestQueries queries,
            Idempotency idempotency,
            EventStore eventStore,
            StockLocations locations,
            History<StockLevel> history,
            PastViews past) {
        this.commands = commands;
        this.queries = queries;
        this.idempotency = idempotency;
        this.eventStore = eventStore;
        this.locations = locations;
        this.history = history;
        this.past = past;
    }

    record Receipt(
            @NotNull @Min(1) @Max(MAX_QUANTITY) Integer quantity,
            @Nullable @Pattern(regexp = LOCATION_FORM) String location) {}

    record Adjustment(
            @NotNull @Min(-MAX_QUANTITY) @Max(MAX_QUANTITY) Integer delta,
            @NotBlank @Size(max = 500) String reason,
            @Nullable @Pattern(regexp = LOCATION_FORM) String location) {}

    record Count(
            @NotNull @Min(0) @Max(MAX_QUANTITY) Integer counted,
            @NotBlank @Size(max = 500) String reason,
            @Nullable @Pattern(regexp = LOCATION_FORM) String location) {}

    record ChangedStock(String sku, long position) {}

    @PostMapping("/{sku}/receipts")
    ResponseEntity<Object> receive(
            @PathVariable String sku, @RequestHeader(Idempotency.HEADER) String key, @RequestBody Receipt receipt) {
        return idempotency.once("POST /api/stock/" + Sku.checked(sku) + "/receipts", key, receipt, receiptId -> {
            requireListed(sku);
            long position = commands.send(
                            new ReceiveStock(sku, receiptId, receipt.quantity(), location(receipt.location())))
                    .position();
            return ResponseEntity.accepted().body(new ChangedStock(sku, position));
        });
    }

    @PostMapping("/{sku}/adjustments")
    ResponseEntity<Object> adjust(
            @PathVariable String sku,
            @RequestHeader(Idempotency.HEADER) String key,
            @RequestBody Adjustment adjustment) {
        if (adjustment.delta() == 0) {
            throw new InvalidRequest(
                    List.of(new InvalidRequest.Fault("/delta", "NOT_ZERO", "An adjustment of 0 changes nothing.")));
        }
        return idempotency.once("POST /api/stock/" + Sku.checked(sku) + "/adjustments", key, adjustment, id -> {
            requireListed(sku);
            long position = commands.send(new AdjustStock(
                            sku, id, adjustment.delta(), adjustment.reason(), location(adjustment.location())))
                    .position();
            return ResponseEntity.accepted().body(new ChangedStock(sku, position));
        });
    }

    @PostMapping("/{sku}/counts")
    ResponseEntity<Object> count(
            @PathVariable String sku, @RequestHeader(Idempotency.HEADER) String key, @RequestBody Count count) {
        return idempotency.once("POST /api/stock/" + Sku.checked(sku) + "/counts", key, count, countId -> {
            requireListed(sku);
            long position = commands.send(
                            new CountStock(sku, countId, count.counted(), count.reason(), location(count.location())))
                    .position();
            return ResponseEntity.accepted().body(new ChangedStock(sku, position));
        });
    }

    @GetMapping
    @ReadsFrom("stock-levels")
    @Nullable
    StockList all() {
        return queries.ask(new FindStocks(), StockList.class);
    }

    @GetMapping("/{sku}")
    @ReadsFrom(value = "stock-levels", aggregate = "stock-{sku}")
    ResponseEntity<StockLevel> one(
            @PathVariable String sku, @RequestParam @Nullable Long version, @RequestParam @Nullable Instant at) {
        if (version != null || at != null) {
            return past.show(history, StockCommand.stockId(sku), version, at, () -> unknown(sku));
        }
        @Nullable StockLevel level = queries.ask(new FindStock(sku), StockLevel.class);
        if (level == null) {
            throw unknown(sku);
        }
        return ResponseEntity.ok(level);
    }

    @GetMapping("/{sku}/changes")
    PastViews.Changes changes(
            @PathVariable String sku, @RequestParam @Nullable Long from, @RequestParam @Nullable Long to) {
        return past.changes(history, StockCommand.stockId(sku), from, to, () -> unknown(sku));
    }

    private static RequestRefused unknown(String sku) {
        return RequestRefused.notFound("STOCK_NOT_FOUND", "There is no stock of " + sku + ".");
    }

    /** Asks the event store itself: a product that was listed a moment ago may not be in the view yet. */
    private void requireListed(String sku) {
        if (eventStore.lastSequenceNumberFor(ProductCommand.productId(sku)).isEmpty()) {
            throw RequestRefused.notFound("PRODUCT_NOT_FOUND", "There is no product " + sku + ". List it first.");
        }
    }

    private String location(@Nullable String location) {
        return location == null ? locations.first() : location;
    }
}
