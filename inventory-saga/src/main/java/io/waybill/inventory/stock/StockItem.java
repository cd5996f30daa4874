package io.waybill.inventory.stock;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.CountStock;
import io.waybill.messages.inventory.StockCommand.ExtendReservation;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockCommand.ReturnStock;
import io.waybill.messages.inventory.StockCommand.SetStockPolicy;
import io.waybill.messages.inventory.StockCommand.UndoExtension;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.BackorderReduced;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ExtensionUndone;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.ReservationReduced;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockPolicyChanged;
import io.waybill.messages.inventory.StockEvent.StockRanLow;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.serialization.Revision;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * The stock of one SKU at all locations: the one place where it is decided whether there is enough, and whose turn it
 * is. Whoever waits for stock is served in the order of asking: as long as someone waits, nobody else gets a piece, not
 * even one that the first in the queue could not use.
 *
 * <p>Its fields are what a snapshot holds. A change of their form or of what the fold makes of an event needs another
 * revision here, upon which older snapshots are not read any more.
 */
@Aggregate(repository = "stockItems")
@Revision("1")
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
class StockItem {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String stockId;

    private Shelf shelf = new Shelf();

    private Reservations reservations = new Reservations();

    /** Receipts, adjustments, counts and returns, marked with a hash of what they said. */
    private RecentIds goods = new RecentIds();

    private boolean backorderable;
    private int lowStockThreshold;
    /** Which version of the product says so; -1 for none yet. */
    private long productVersion = -1;

    private boolean toldLow;

    // Goods on the shelf.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReceiveStock command, StockLocations locations) {
        if (isRepeated(command.receiptId(), said("receipt", command.quantity(), command.location()))) {
            return;
        }
        requireRoomFor(command.quantity());
        apply(new StockReceived(command.sku(), command.receiptId(), command.quantity(), command.location()));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AdjustStock command, StockLocations locations) {
        if (isRepeated(
                command.adjustmentId(), said("adjustment", command.delta(), command.location(), command.reason()))) {
            return;
        }
        int available = shelf.at(command.location()).available();
        if (available + (long) command.delta() < 0) {
            throw Misuse.conflict(
                    "STOCK_BELOW_RESERVED",
                    "Only " + available + " pieces at " + command.location()
                            + " are not reserved. Cancel or amend orders that hold the others first.");
        }
        requireRoomFor(command.delta());
        apply(new StockAdjusted(
                command.sku(), command.adjustmentId(), command.delta(), command.reason(), command.location()));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CountStock command, StockLocations locations) {
        if (isRepeated(command.countId(), said("count", command.counted(), command.location(), command.reason()))) {
            return;
        }
        Shelf.Level level = shelf.at(command.location());
        if (command.counted() < level.reserved()) {
            throw Misuse.conflict(
                    "STOCK_BELOW_RESERVED",
                    level.reserved() + " pieces at " + command.location()
                            + " are reserved, more than were counted. Cancel or amend orders that hold them first.");
        }
        int delta = command.counted() - level.onHand();
        requireRoomFor(delta);
        apply(new StockCounted(
                command.sku(), command.countId(), command.counted(), delta, command.reason(), command.location()));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReturnStock command, StockLocations locations) {
        // Not the location: if none is named, it may be another one by now.
        if (isRepeated(command.returnId(), said("return", command.restocked(), command.writtenOff()))) {
            return;
        }
        requireRoomFor(command.restocked());
        apply(new StockReturned(
                command.sku(),
                command.returnId(),
                command.orderId(),
                command.restocked(),
                command.writtenOff(),
                Objects.requireNonNullElse(command.location(), locations.first())));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(SetStockPolicy command) {
        if (command.productVersion() <= productVersion) {
            return;
        }
        apply(new StockPolicyChanged(
                command.sku(), command.backorderable(), command.lowStockThreshold(), command.productVersion()));
        thenTellIfLow(command.sku());
    }

    // What orders hold.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReserveStock command, StockLocations locations) {
        String id = command.reservationId();
        int quantity = positive(command.quantity());
        if (reservations.isKnown(id)) {
            return;
        }
        if (canHave(quantity)) {
            apply(new StockReserved(
                    command.sku(),
                    id,
                    command.orderId(),
                    quantity,
                    locations.choose(shelf.available(), quantity),
                    command.expiresAt()));
            thenTellIfLow(command.sku());
        } else if (backorderable) {
            apply(new StockBackordered(command.sku(), id, command.orderId(), quantity));
        } else {
            apply(new StockReservationRefused(
                    command.sku(), id, command.orderId(), quantity, shelf.availablePieces(), refusal(quantity)));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReleaseStock command, StockLocations locations) {
        String id = command.reservationId();
        if (reservations.isClosed(id)) {
            return;
        }
        Reservation reservation = reservations.find(id);
        int waitedFor = reservations.waitedFor(id);
        if (waitedFor > 0) {
            apply(new BackorderReduced(command.sku(), id, command.orderId(), waitedFor));
        }
        apply(new StockReleased(command.sku(), id, command.orderId(), reservation.pieces(), reservation.allocations()));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ExtendReservation command, StockLocations locations) {
        String id = command.reservationId();
        int quantity = positive(command.quantity());
        if (reservations.isDone(id, extension(id, command.extensionId()))) {
            return;
        }
        if (canHave(quantity) && !reservations.isClosed(id)) {
            apply(new ReservationExtended(
                    command.sku(),
                    id,
                    command.orderId(),
                    command.extensionId(),
                    quantity,
                    locations.choose(shelf.available(), quantity)));
            thenTellIfLow(command.sku());
        } else {
            apply(new ExtensionRefused(
                    command.sku(),
                    id,
                    command.orderId(),
                    command.extensionId(),
                    quantity,
                    shelf.availablePieces(),
                    reservations.isClosed(id) ? "RESERVATION_CLOSED" : refusal(quantity)));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(UndoExtension command, StockLocations locations) {
        String id = command.reservationId();
        Reservation reservation = reservations.find(id);
        int extended = reservation.extensions().getOrDefault(command.extensionId(), 0);
        if (extended == 0 && reservations.isDone(id, extension(id, command.extensionId()))) {
            return;
        }
        int quantity = Math.min(extended, reservation.pieces());
        apply(new ExtensionUndone(
                command.sku(),
                id,
                command.orderId(),
                command.extensionId(),
                quantity,
                locations.spare(reservation.held(), quantity)));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReduceReservation command, StockLocations locations) {
        String id = command.reservationId();
        int quantity = positive(command.quantity());
        if (reservations.isDone(id, reduction(id, command.reductionId())) || reservations.isClosed(id)) {
            return;
        }
        Reservation reservation = reservations.find(id);
        int waitedFor = reservations.waitedFor(id);
        requirePieces(id, quantity, waitedFor + reservation.pieces());
        int waitedForLess = Math.min(waitedFor, quantity);
        if (waitedForLess > 0) {
            apply(new BackorderReduced(command.sku(), id, command.orderId(), waitedForLess));
        }
        int heldLess = quantity - waitedForLess;
        apply(new ReservationReduced(
                command.sku(),
                id,
                command.orderId(),
                command.reductionId(),
                heldLess,
                locations.spare(reservation.held(), heldLess)));
        thenServe(command.sku(), locations);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CommitStock command, StockLocations locations) {
        String id = command.reservationId();
        int quantity = positive(command.quantity());
        if (reservations.isDone(id, shipment(id, command.shipmentId()))) {
            return;
        }
        Reservation reservation = reservations.find(id);
        requirePieces(id, quantity, reservation.pieces());
        apply(new StockCommitted(
                command.sku(),
                id,
                command.orderId(),
                quantity,
                command.shipmentId(),
                locations.choose(reservation.held(), quantity)));
    }

    @EventSourcingHandler
    void on(StockEvent event) {
        stockId = StockCommand.stockId(event.sku());
        switch (event) {
            case StockReceived e -> {
                goods.add(RecentIds.key(e.receiptId()), said("receipt", e.quantity(), e.location()));
                shelf.put(e.location(), e.quantity());
            }
            case StockAdjusted e -> {
                goods.add(RecentIds.key(e.adjustmentId()), said("adjustment", e.delta(), e.location(), e.reason()));
                shelf.put(e.location(), e.delta());
            }
            case StockCounted e -> {
                goods.add(RecentIds.key(e.countId()), said("count", e.counted(), e.location(), e.reason()));
                shelf.put(e.location(), e.delta());
            }
            case StockReturned e -> {
                goods.add(RecentIds.key(e.returnId()), said("return", e.restocked(), e.writtenOff()));
                shelf.put(e.location(), e.restocked());
            }
            case StockPolicyChanged e -> {
                backorderable = e.backorderable();
                lowStockThreshold = e.lowStockThreshold();
                productVersion = e.productVersion();
            }
            case StockRanLow e -> toldLow = true;
            case StockReserved e -> hold(e.reservationId(), e.orderId(), e.allocations());
            case StockReservationRefused e -> reservations.close(e.reservationId());
            case StockBackordered e -> reservations.await(e.reservationId(), e.orderId(), e.quantity());
            case BackorderFilled e -> {
                shelf.reserve(e.allocations());
                reservations.serve(e.reservationId(), e.allocations());
            }
            case BackorderReduced e -> reservations.awaitLess(e.reservationId(), e.quantity());
            case ReservationExtended e -> {
                hold(e.reservationId(), e.orderId(), e.allocations());
                reservations.find(e.reservationId()).extensions().put(e.extensionId(), e.quantity());
                reservations.done(e.reservationId(), extension(e.reservationId(), e.extensionId()));
            }
            case ExtensionRefused e ->
                reservations.done(e.reservationId(), extension(e.reservationId(), e.extensionId()));
            case ExtensionUndone e -> {
                reservations.find(e.reservationId()).extensions().remove(e.extensionId());
                reservations.done(e.reservationId(), extension(e.reservationId(), e.extensionId()));
                giveBack(e.reservationId(), e.allocations());
            }
            case ReservationReduced e -> {
                reservations.done(e.reservationId(), reduction(e.reservationId(), e.reductionId()));
                giveBack(e.reservationId(), e.allocations());
            }
            case StockReleased e -> {
                // Events of old do not say what was held.
                giveBack(e.reservationId(), reservations.find(e.reservationId()).allocations());
                reservations.close(e.reservationId());
            }
            case StockCommitted e -> {
                reservations.done(e.reservationId(), shipment(e.reservationId(), e.shipmentId()));
                ship(e.reservationId(), e.allocations());
            }
        }
        toldLow = toldLow && isLow();
    }

    private void hold(String reservationId, String orderId, List<Allocation> parts) {
        shelf.reserve(parts);
        reservations.hold(reservationId, orderId, parts);
    }

    private void giveBack(String reservationId, List<Allocation> parts) {
        shelf.giveBack(parts);
        reservations.giveUp(reservationId, parts);
    }

    private void ship(String reservationId, List<Allocation> parts) {
        // Events of old do not say from where: it was all that was held.
        List<Allocation> shipped =
                parts.isEmpty() ? reservations.find(reservationId).allocations() : parts;
        shelf.take(shipped);
        reservations.giveUp(reservationId, shipped);
    }

    /** Whoever has waited longest is served as long as there is enough, wherever it came from. */
    private void thenServe(String sku, StockLocations locations) {
        while (reservations.someoneWaits() && reservations.waitedFor(reservations.first()) <= shelf.availablePieces()) {
            String id = reservations.first();
            int quantity = reservations.waitedFor(id);
            apply(new BackorderFilled(
                    sku, id, reservations.find(id).orderId(), quantity, locations.choose(shelf.available(), quantity)));
        }
        thenTellIfLow(sku);
    }

    private void thenTellIfLow(String sku) {
        if (isLow() && !toldLow) {
            apply(new StockRanLow(sku, shelf.availablePieces(), lowStockThreshold));
        }
    }

    private boolean isLow() {
        return lowStockThreshold > 0 && shelf.availablePieces() <= lowStockThreshold;
    }

    private boolean canHave(int quantity) {
        return !reservations.someoneWaits() && shelf.availablePieces() >= quantity;
    }

    private String refusal(int quantity) {
        return shelf.availablePieces() >= quantity ? "BACKORDERS_FIRST" : "OUT_OF_STOCK";
    }

    private boolean isRepeated(String id, int saying) {
        @Nullable Integer earlier = goods.find(RecentIds.key(id));
        if (earlier != null && earlier != saying) {
            throw Misuse.invalid(
                    "IDEMPOTENCY_KEY_REUSED",
                    "This Idempotency-Key came with another body before. Use a new key for a new request.");
        }
        return earlier != null;
    }

    private void requireRoomFor(int pieces) {
        if ((long) shelf.onHand() + pieces > Integer.MAX_VALUE) {
            throw Misuse.conflict("STOCK_TOO_LARGE", "No more than " + Integer.MAX_VALUE + " pieces can be on hand.");
        }
    }

    private void requirePieces(String reservationId, int wanted, int there) {
        if (!reservations.isLive(reservationId)) {
            throw Misuse.notFound(
                    "RESERVATION_NOT_FOUND", "There is no reservation " + reservationId + " that holds anything.");
        }
        if (wanted > there) {
            throw Misuse.conflict(
                    "RESERVATION_TOO_SMALL",
                    "Reservation " + reservationId + " has " + there + " pieces for this, not " + wanted + ".");
        }
    }

    private static int positive(int quantity) {
        if (quantity < 1) {
            throw Misuse.invalid("QUANTITY_TOO_SMALL", "A quantity is at least 1, not " + quantity + ".");
        }
        return quantity;
    }

    /** Equal for equal requests, on every JVM. */
    private static int said(Object... words) {
        return Arrays.hashCode(words);
    }

    private static long extension(String reservationId, String extensionId) {
        return RecentIds.key("extension", reservationId, extensionId);
    }

    private static long reduction(String reservationId, String reductionId) {
        return RecentIds.key("reduction", reservationId, reductionId);
    }

    private static long shipment(String reservationId, String shipmentId) {
        return RecentIds.key("shipment", reservationId, shipmentId);
    }
}
