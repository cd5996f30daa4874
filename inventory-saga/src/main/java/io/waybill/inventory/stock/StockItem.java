package io.waybill.inventory.stock;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * The stock of one SKU at all locations: the one place where it is decided whether there is enough. At every location
 * and at all times {@code 0 <= reserved <= onHand}.
 */
@Aggregate
class StockItem {

    private record Level(int onHand, int reserved) {

        int available() {
            return onHand - reserved;
        }

        Level plus(int onHandDelta, int reservedDelta) {
            return new Level(Math.addExact(onHand, onHandDelta), Math.addExact(reserved, reservedDelta));
        }
    }

    private static final Level EMPTY = new Level(0, 0);

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String stockId;

    /** By location, in a fixed order, so that the same history always allocates the same way. */
    private final Map<String, Level> levels = new TreeMap<>();

    private final Map<String, List<Allocation>> reservations = new HashMap<>();
    private final RecentEvents endedReservations = new RecentEvents();
    private final RecentEvents receiptsAndAdjustments = new RecentEvents();

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReceiveStock command) {
        var received = new StockReceived(command.sku(), command.receiptId(), command.quantity(), command.location());
        if (isRepeated(command.receiptId(), received)) {
            return;
        }
        if ((long) onHand() + command.quantity() > Integer.MAX_VALUE) {
            throw Misuse.conflict("STOCK_TOO_LARGE", "No more than " + Integer.MAX_VALUE + " pieces can be on hand.");
        }
        apply(received);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AdjustStock command) {
        var adjusted = new StockAdjusted(
                command.sku(), command.adjustmentId(), command.delta(), command.reason(), command.location());
        if (isRepeated(command.adjustmentId(), adjusted)) {
            return;
        }
        Level level = levels.getOrDefault(command.location(), EMPTY);
        if (level.available() + (long) command.delta() < 0) {
            throw Misuse.conflict(
                    "STOCK_BELOW_RESERVED",
                    "Only " + level.available() + " pieces at " + command.location() + " are not reserved.");
        }
        if ((long) onHand() + command.delta() > Integer.MAX_VALUE) {
            throw Misuse.conflict("STOCK_TOO_LARGE", "No more than " + Integer.MAX_VALUE + " pieces can be on hand.");
        }
        apply(adjusted);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReserveStock command) {
        String id = command.reservationId();
        if (reservations.containsKey(id) || endedReservations.find(id) != null) {
            return;
        }
        int available = levels.values().stream().mapToInt(Level::available).sum();
        if (available < command.quantity()) {
            apply(new StockReservationRefused(
                    command.sku(), id, command.orderId(), command.quantity(), available, "OUT_OF_STOCK"));
        } else {
            apply(new StockReserved(
                    command.sku(), id, command.orderId(), command.quantity(), allocate(command.quantity())));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReleaseStock command) {
        String id = command.reservationId();
        if (endedReservations.find(id) == null) {
            apply(new StockReleased(command.sku(), id, command.orderId(), reserved(id)));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CommitStock command) {
        String id = command.reservationId();
        if (reservations.containsKey(id)) {
            apply(new StockCommitted(command.sku(), id, command.orderId(), reserved(id)));
        } else if (endedReservations.find(id) == null) {
            throw Misuse.notFound("RESERVATION_NOT_FOUND", "There is no reservation " + id + ".");
        }
    }

    @EventSourcingHandler
    void on(StockEvent event) {
        stockId = StockCommand.stockId(event.sku());
        switch (event) {
            case StockReceived received -> {
                receiptsAndAdjustments.add(received.receiptId(), received);
                change(received.location(), received.quantity(), 0);
            }
            case StockAdjusted adjusted -> {
                receiptsAndAdjustments.add(adjusted.adjustmentId(), adjusted);
                change(adjusted.location(), adjusted.delta(), 0);
            }
            case StockReserved reserved -> {
                reservations.put(reserved.reservationId(), reserved.allocations());
                reserved.allocations().forEach(part -> change(part.location(), 0, part.quantity()));
            }
            case StockReservationRefused refused -> endedReservations.add(refused.reservationId(), refused);
            case StockReleased released ->
                end(released.reservationId(), released).forEach(part -> change(part.location(), 0, -part.quantity()));
            case StockCommitted committed ->
                end(committed.reservationId(), committed)
                        .forEach(part -> change(part.location(), -part.quantity(), -part.quantity()));
        }
    }

    private boolean isRepeated(String id, StockEvent wanted) {
        @Nullable StockEvent earlier = receiptsAndAdjustments.find(id);
        if (earlier != null && !earlier.equals(wanted)) {
            throw Misuse.invalid(
                    "IDEMPOTENCY_KEY_REUSED",
                    "This Idempotency-Key came with another body before. Use a new key for a new request.");
        }
        return earlier != null;
    }

    /** One location if one has enough, the first by name; otherwise what each has, in the order of their names. */
    private List<Allocation> allocate(int quantity) {
        for (var level : levels.entrySet()) {
            if (level.getValue().available() >= quantity) {
                return List.of(new Allocation(level.getKey(), quantity));
            }
        }
        List<Allocation> parts = new ArrayList<>();
        int missing = quantity;
        for (var level : levels.entrySet()) {
            int part = Math.min(missing, level.getValue().available());
            if (part > 0) {
                parts.add(new Allocation(level.getKey(), part));
                missing -= part;
            }
        }
        return parts;
    }

    private int onHand() {
        return levels.values().stream().mapToInt(Level::onHand).sum();
    }

    private int reserved(String reservationId) {
        return reservations.getOrDefault(reservationId, List.of()).stream()
                .mapToInt(Allocation::quantity)
                .sum();
    }

    private void change(String location, int onHandDelta, int reservedDelta) {
        levels.put(location, levels.getOrDefault(location, EMPTY).plus(onHandDelta, reservedDelta));
    }

    private List<Allocation> end(String reservationId, StockEvent how) {
        endedReservations.add(reservationId, how);
        return Objects.requireNonNullElse(reservations.remove(reservationId), List.of());
    }
}
