package io.waybill.simulation.books;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.messages.OrderRelated;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the log says of goods, added up without the help of the aggregate. */
public final class StockBook {

    /** What an order has to do with a SKU. */
    public record Share(String orderId, String sku) {}

    private record Place(String sku, String location) {}

    private static final class Pieces {
        private int onHand;
        private int reserved;

        private int available() {
            return onHand - reserved;
        }
    }

    private record Policy(boolean backorderable, int lowStockThreshold) {

        private static final Policy AT_FIRST = new Policy(false, 0);
    }

    private final Map<String, Policy> wanted = new HashMap<>();
    private final Map<String, Policy> followed = new HashMap<>();
    private final Map<Place, Pieces> shelves = new HashMap<>();
    private final Map<Share, Map<String, Integer>> reservations = new HashMap<>();
    /** In the order in which they came to wait. */
    private final Map<Share, Integer> waiting = new LinkedHashMap<>();

    private final Set<Share> touched = new HashSet<>();
    private final Map<Share, Integer> shipped = new HashMap<>();
    private final Map<Share, Integer> restocked = new HashMap<>();
    private final Map<Share, Integer> writtenOff = new HashMap<>();

    /** Pieces that are set aside for a share. */
    public int reserved(Share share) {
        return reservations.getOrDefault(share, Map.of()).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    int waiting(Share share) {
        return waiting.getOrDefault(share, 0);
    }

    /** Pieces of a share that have left the shelf. */
    public int shipped(Share share) {
        return shipped.getOrDefault(share, 0);
    }

    int restocked(Share share) {
        return restocked.getOrDefault(share, 0);
    }

    int writtenOff(Share share) {
        return writtenOff.getOrDefault(share, 0);
    }

    /** All SKUs that an order ever had to do with. */
    Set<String> skusOf(String orderId) {
        return touched.stream()
                .filter(share -> share.orderId().equals(orderId))
                .map(Share::sku)
                .collect(Collectors.toSet());
    }

    /** Pieces of a SKU that nobody has reserved. */
    int available(String sku) {
        return shelves.entrySet().stream()
                .filter(shelf -> shelf.getKey().sku().equals(sku))
                .mapToInt(shelf -> shelf.getValue().available())
                .sum();
    }

    void add(StockEvent event) {
        if (event instanceof OrderRelated related) {
            touched.add(new Share(related.orderId(), event.sku()));
        }
        switch (event) {
            case StockReceived e -> put(e.sku(), e.location(), e.quantity());
            case StockAdjusted e -> put(e.sku(), e.location(), e.delta());
            case StockCounted e -> {
                put(e.sku(), e.location(), e.delta());
                int onHand = shelf(e.sku(), e.location()).onHand;
                unless(onHand == e.counted(), 9, "%d on hand after %s", onHand, e);
            }
            case StockReturned e -> {
                put(e.sku(), e.location(), e.restocked());
                restocked.merge(new Share(e.orderId(), e.sku()), e.restocked(), Integer::sum);
                writtenOff.merge(new Share(e.orderId(), e.sku()), e.writtenOff(), Integer::sum);
            }
            case StockReserved e -> reserveUnlessOthersWait(e, e.orderId(), e.quantity(), e.allocations());
            case ReservationExtended e -> reserveUnlessOthersWait(e, e.orderId(), e.quantity(), e.allocations());
            case StockBackordered e -> waiting.merge(new Share(e.orderId(), e.sku()), e.quantity(), Integer::sum);
            case BackorderFilled e -> fill(e);
            case BackorderReduced e -> waitLess(new Share(e.orderId(), e.sku()), e.quantity());
            case ReservationReduced e -> giveBack(new Share(e.orderId(), e.sku()), e.quantity(), e.allocations());
            case ExtensionUndone e -> giveBack(new Share(e.orderId(), e.sku()), sum(e.allocations()), e.allocations());
            case StockReleased e -> release(new Share(e.orderId(), e.sku()), e);
            case StockCommitted e -> {
                var share = new Share(e.orderId(), e.sku());
                giveBack(share, e.quantity(), e.allocations());
                e.allocations().forEach(part -> put(e.sku(), part.location(), -part.quantity()));
                shipped.merge(share, e.quantity(), Integer::sum);
            }
            case StockReservationRefused e -> refused(e.sku(), e.quantity(), e.available(), e.reason(), e);
            case ExtensionRefused e -> refused(e.sku(), e.quantity(), e.available(), e.reason(), e);
            case StockRanLow e -> unless(e.available() <= e.threshold(), 9, "not low: %s", e);
            case StockPolicyChanged e -> followed.put(e.sku(), new Policy(e.backorderable(), e.lowStockThreshold()));
        }
        checkShelves(event.sku());
    }

    void add(ProductEvent event) {
        switch (event) {
            case ProductListed e -> wanted.put(e.sku(), new Policy(e.backorderable(), e.lowStockThreshold()));
            case ProductChanged e -> wanted.put(e.sku(), new Policy(e.backorderable(), e.lowStockThreshold()));
            case ProductPriceChanged e -> {}
        }
    }

    /** What must hold once nothing is under way. */
    void checkQuiet() {
        wanted.forEach((sku, policy) -> unless(
                followed.getOrDefault(sku, Policy.AT_FIRST).equals(policy),
                9,
                "stock of %s follows %s, the product wants %s",
                sku,
                followed.get(sku),
                policy));
        wanted.keySet()
                .forEach(sku -> longestWaiting(sku)
                        .ifPresent(share -> unless(
                                available(sku) < waiting(share),
                                9,
                                "%s waits, and there is enough: %d",
                                share,
                                available(sku))));
    }

    private void checkShelves(String sku) {
        shelves.forEach((place, pieces) -> {
            if (place.sku().equals(sku)) {
                unless(
                        pieces.reserved >= 0 && pieces.available() >= 0,
                        9,
                        "%d of %d pieces reserved at %s",
                        pieces.reserved,
                        pieces.onHand,
                        place);
            }
        });
    }

    private void put(String sku, String location, int delta) {
        shelf(sku, location).onHand += delta;
    }

    private void reserve(Share share, int quantity, List<Allocation> allocations) {
        unless(sum(allocations) == quantity, 9, "%s do not add up to %d", allocations, quantity);
        var reservation = reservations.computeIfAbsent(share, s -> new TreeMap<>());
        for (Allocation part : allocations) {
            reservation.merge(part.location(), part.quantity(), Integer::sum);
            shelf(share.sku(), part.location()).reserved += part.quantity();
        }
    }

    private void reserveUnlessOthersWait(StockEvent event, String orderId, int quantity, List<Allocation> allocations) {
        unless(longestWaiting(event.sku()).isEmpty(), 9, "others wait: %s", event);
        reserve(new Share(orderId, event.sku()), quantity, allocations);
    }

    private void fill(BackorderFilled event) {
        var share = new Share(event.orderId(), event.sku());
        Optional<Share> longest = longestWaiting(event.sku());
        unless(longest.equals(Optional.of(share)), 9, "%s has waited longer than %s", longest, event);
        waitLess(share, event.quantity());
        reserve(share, event.quantity(), event.allocations());
    }

    private Optional<Share> longestWaiting(String sku) {
        return waiting.keySet().stream()
                .filter(share -> share.sku().equals(sku))
                .findFirst();
    }

    private void waitLess(Share share, int quantity) {
        int left = waiting(share) - quantity;
        unless(left >= 0, 9, "%s waits for %d pieces", share, left);
        if (left == 0) {
            waiting.remove(share);
        } else {
            waiting.put(share, left);
        }
    }

    private void giveBack(Share share, int quantity, List<Allocation> allocations) {
        unless(sum(allocations) == quantity, 9, "%s do not add up to %d", allocations, quantity);
        var reservation = reservations.computeIfAbsent(share, s -> new TreeMap<>());
        for (Allocation part : allocations) {
            int left = reservation.merge(part.location(), -part.quantity(), Integer::sum);
            unless(left >= 0, 9, "%s holds %d pieces at %s", share, left, part.location());
            shelf(share.sku(), part.location()).reserved -= part.quantity();
        }
    }

    private void release(Share share, StockReleased event) {
        unless(event.quantity() == reserved(share), 9, "%s held %d, not as in %s", share, reserved(share), event);
        waiting.remove(share);
        reservations
                .getOrDefault(share, Map.of())
                .forEach((location, quantity) -> shelf(share.sku(), location).reserved -= quantity);
        reservations.remove(share);
    }

    private void refused(String sku, int quantity, int available, String reason, StockEvent event) {
        if (reason.equals("OUT_OF_STOCK")) {
            unless(available == available(sku), 9, "%d available at %s", available(sku), event);
            unless(available < quantity, 9, "there was enough: %s", event);
        }
    }

    private Pieces shelf(String sku, String location) {
        return shelves.computeIfAbsent(new Place(sku, location), place -> new Pieces());
    }

    private static int sum(List<Allocation> allocations) {
        return allocations.stream().mapToInt(Allocation::quantity).sum();
    }
}
