package io.waybill.inventory.stocklevels;

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
import io.waybill.messages.inventory.StockQuery.LocationLevel;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What each event says about how much of a product there is, and where. */
public final class StockLevelFold {

    private StockLevelFold() {}

    /**
     * How much there is after an event.
     *
     * @param before null if the event is the first of its SKU
     */
    public static StockLevel fold(@Nullable StockLevel before, StockEvent event) {
        StockLevel level = before == null ? level(event.sku(), 0, false, 0, List.of()) : before;
        return switch (event) {
            case StockReceived e -> put(level, e.location(), e.quantity());
            case StockAdjusted e -> put(level, e.location(), e.delta());
            case StockCounted e -> put(level, e.location(), e.delta());
            case StockReturned e -> put(level, e.location(), e.restocked());
            case StockPolicyChanged e ->
                level(e.sku(), level.backordered(), e.backorderable(), e.lowStockThreshold(), level.locations());
            case StockRanLow e -> level;
            case StockReserved e -> reserve(level, e.allocations());
            case StockReservationRefused e -> level;
            case StockBackordered e -> await(level, e.quantity());
            case BackorderFilled e -> reserve(await(level, -e.quantity()), e.allocations());
            case BackorderReduced e -> await(level, -e.quantity());
            case ReservationExtended e -> reserve(level, e.allocations());
            case ExtensionRefused e -> level;
            case ExtensionUndone e -> giveBack(level, e.allocations());
            case ReservationReduced e -> giveBack(level, e.allocations());
            case StockReleased e -> giveBack(level, partsOf(e.allocations(), e.quantity(), level));
            case StockCommitted e -> ship(level, partsOf(e.allocations(), e.quantity(), level));
        };
    }

    private static StockLevel put(StockLevel level, String location, int pieces) {
        return changed(level, List.of(new Allocation(location, pieces)), 1, 0);
    }

    private static StockLevel reserve(StockLevel level, List<Allocation> parts) {
        return changed(level, parts, 0, 1);
    }

    private static StockLevel giveBack(StockLevel level, List<Allocation> parts) {
        return changed(level, parts, 0, -1);
    }

    private static StockLevel ship(StockLevel level, List<Allocation> parts) {
        return changed(level, parts, -1, -1);
    }

    private static StockLevel await(StockLevel level, int pieces) {
        return level(
                level.sku(),
                level.backordered() + pieces,
                level.backorderable(),
                level.lowStockThreshold(),
                level.locations());
    }

    /** Events of old do not say where the pieces lay; then the reserved ones are gone through by name of location. */
    private static List<Allocation> partsOf(List<Allocation> said, int quantity, StockLevel level) {
        if (!said.isEmpty()) {
            return said;
        }
        List<Allocation> assumed = new ArrayList<>();
        int missing = quantity;
        for (LocationLevel location : level.locations()) {
            int part = Math.min(missing, location.reserved());
            assumed.add(new Allocation(location.location(), part));
            missing -= part;
        }
        return assumed;
    }

    /** Adds the parts as often as the factors say to what is on hand and to what is reserved. */
    private static StockLevel changed(StockLevel level, List<Allocation> parts, int onHandFactor, int reservedFactor) {
        Map<String, LocationLevel> locations = new TreeMap<>();
        level.locations().forEach(location -> locations.put(location.location(), location));
        for (Allocation part : parts) {
            locations.merge(
                    part.location(),
                    location(part.location(), onHandFactor * part.quantity(), reservedFactor * part.quantity()),
                    (before, more) -> location(
                            before.location(), before.onHand() + more.onHand(), before.reserved() + more.reserved()));
        }
        return level(
                level.sku(),
                level.backordered(),
                level.backorderable(),
                level.lowStockThreshold(),
                List.copyOf(locations.values()));
    }

    private static LocationLevel location(String name, int onHand, int reserved) {
        return new LocationLevel(name, onHand, reserved, onHand - reserved);
    }

    private static StockLevel level(
            String sku, int backordered, boolean backorderable, int lowStockThreshold, List<LocationLevel> locations) {
        int onHand = locations.stream().mapToInt(LocationLevel::onHand).sum();
        int reserved = locations.stream().mapToInt(LocationLevel::reserved).sum();
        int available = onHand - reserved;
        boolean low = lowStockThreshold > 0 && available <= lowStockThreshold;
        return new StockLevel(
                sku, onHand, reserved, available, backordered, backorderable, lowStockThreshold, low, locations);
    }
}
