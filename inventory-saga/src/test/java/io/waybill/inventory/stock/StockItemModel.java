package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.waybill.messages.inventory.StockQuery.StockLevel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the stock of one SKU ought to do, written down without a thought for speed, storage or Axon. */
final class StockItemModel {

    private final Map<String, Integer> onHand = new TreeMap<>();

    private final Map<String, Map<String, Integer>> held = new HashMap<>();
    private final List<String> queue = new ArrayList<>();
    private final Map<String, Integer> waitedFor = new HashMap<>();
    private final Map<String, String> goods = new HashMap<>();
    private final Map<String, Integer> extended = new HashMap<>();
    private final Set<String> made = new HashSet<>();
    private final Set<String> closed = new HashSet<>();
    private final Set<String> changes = new HashSet<>();

    private boolean backorderable;
    private long productVersion = -1;
    private int threshold;
    private boolean toldLow;
    private int cameIn;
    private int shipped;

    /** Names of the events that answer the command, without what follows from them; or the code of a misuse. */
    String expects(StockCommand command) {
        return switch (command) {
            case ReceiveStock c -> once(c.receiptId(), "receipt " + c.quantity() + c.location(), "StockReceived");
            case AdjustStock c ->
                once(
                        c.adjustmentId(),
                        "adjustment " + c.delta() + c.location(),
                        available(c.location()) + c.delta() < 0 ? "STOCK_BELOW_RESERVED" : "StockAdjusted");
            case CountStock c ->
                once(
                        c.countId(),
                        "count " + c.counted() + c.location(),
                        c.counted() < reserved(c.location()) ? "STOCK_BELOW_RESERVED" : "StockCounted");
            case ReturnStock c -> once(c.returnId(), "return " + c.restocked() + "," + c.writtenOff(), "StockReturned");
            case SetStockPolicy c -> c.productVersion() <= productVersion ? "" : "StockPolicyChanged";
            case ReserveStock c -> expects(c);
            case ReleaseStock c ->
                closed.contains(c.reservationId())
                        ? ""
                        : queue.contains(c.reservationId()) ? "BackorderReduced StockReleased" : "StockReleased";
            case ExtendReservation c -> {
                if (changes.contains("extension" + c.reservationId() + c.extensionId())) {
                    yield "";
                }
                boolean refused = closed.contains(c.reservationId()) || !queue.isEmpty() || available() < c.quantity();
                yield refused ? "ExtensionRefused" : "ReservationExtended";
            }
            case UndoExtension c -> {
                String change = "extension" + c.reservationId() + c.extensionId();
                yield changes.contains(change) && !extended.containsKey(change) ? "" : "ExtensionUndone";
            }
            case ReduceReservation c -> expects(c);
            case CommitStock c -> {
                if (changes.contains("shipment" + c.reservationId() + c.shipmentId())) {
                    yield "";
                }
                yield missing(c.reservationId(), c.quantity(), sum(held(c.reservationId())), "StockCommitted");
            }
        };
    }

    private String expects(ReserveStock command) {
        if (made.contains(command.reservationId()) || closed.contains(command.reservationId())) {
            return "";
        }
        if (queue.isEmpty() && available() >= command.quantity()) {
            return "StockReserved";
        }
        return backorderable ? "StockBackordered" : "StockReservationRefused";
    }

    private String expects(ReduceReservation command) {
        String id = command.reservationId();
        if (changes.contains("reduction" + id + command.reductionId()) || closed.contains(id)) {
            return "";
        }
        int waiting = waitedFor.getOrDefault(id, 0);
        String reduced = waiting > 0 ? "BackorderReduced ReservationReduced" : "ReservationReduced";
        return missing(id, command.quantity(), waiting + sum(held(id)), reduced);
    }

    boolean isMisuse(String outcome) {
        return outcome.contains("_");
    }

    private String once(String id, String body, String otherwise) {
        if (!goods.containsKey(id)) {
            return otherwise;
        }
        return goods.get(id).equals(body) ? "" : "IDEMPOTENCY_KEY_REUSED";
    }

    private String missing(String id, int wanted, int there, String otherwise) {
        if (held(id).isEmpty() && !queue.contains(id)) {
            return "RESERVATION_NOT_FOUND";
        }
        return wanted > there ? "RESERVATION_TOO_SMALL" : otherwise;
    }

    void apply(StockEvent event) {
        switch (event) {
            case StockReceived e ->
                comesIn(e.receiptId(), "receipt " + e.quantity() + e.location(), e.location(), e.quantity());
            case StockAdjusted e ->
                comesIn(e.adjustmentId(), "adjustment " + e.delta() + e.location(), e.location(), e.delta());
            case StockCounted e -> {
                comesIn(e.countId(), "count " + e.counted() + e.location(), e.location(), e.delta());
                assertThat(onHand).containsEntry(e.location(), e.counted());
            }
            case StockReturned e ->
                comesIn(e.returnId(), "return " + e.restocked() + "," + e.writtenOff(), e.location(), e.restocked());
            case StockPolicyChanged e -> {
                backorderable = e.backorderable();
                threshold = e.lowStockThreshold();
                productVersion = e.productVersion();
            }
            case StockRanLow e -> {
                assertThat(toldLow).as("told before").isFalse();
                assertThat(e).isEqualTo(new StockRanLow(e.sku(), available(), threshold));
                toldLow = true;
            }
            case StockReserved e -> {
                made.add(e.reservationId());
                hold(e.reservationId(), e.quantity(), e.allocations());
            }
            case StockReservationRefused e -> {
                closed.add(e.reservationId());
                assertThat(e.available()).isEqualTo(available());
            }
            case StockBackordered e -> {
                made.add(e.reservationId());
                queue.add(e.reservationId());
                waitedFor.put(e.reservationId(), e.quantity());
            }
            case BackorderFilled e -> {
                assertThat(e.reservationId()).as("whose turn it is").isEqualTo(queue.removeFirst());
                assertThat(e.quantity()).isEqualTo(waitedFor.remove(e.reservationId()));
                assertThat(e.orderId()).isEqualTo("order-" + e.reservationId());
                hold(e.reservationId(), e.quantity(), e.allocations());
            }
            case BackorderReduced e -> {
                if (waitedFor.merge(e.reservationId(), -e.quantity(), Integer::sum) == 0) {
                    queue.remove(e.reservationId());
                    waitedFor.remove(e.reservationId());
                }
            }
            case ReservationExtended e -> {
                made.add(e.reservationId());
                changes.add("extension" + e.reservationId() + e.extensionId());
                extended.put("extension" + e.reservationId() + e.extensionId(), e.quantity());
                hold(e.reservationId(), e.quantity(), e.allocations());
            }
            case ExtensionRefused e -> {
                changes.add("extension" + e.reservationId() + e.extensionId());
                assertThat(e.available()).isEqualTo(available());
            }
            case ExtensionUndone e -> {
                changes.add("extension" + e.reservationId() + e.extensionId());
                extended.remove("extension" + e.reservationId() + e.extensionId());
                letGo(e.reservationId(), e.quantity(), e.allocations());
            }
            case ReservationReduced e -> {
                changes.add("reduction" + e.reservationId() + e.reductionId());
                letGo(e.reservationId(), e.quantity(), e.allocations());
            }
            case StockReleased e -> {
                letGo(e.reservationId(), e.quantity(), e.allocations());
                assertThat(held(e.reservationId())).isEmpty();
                closed.add(e.reservationId());
            }
            case StockCommitted e -> {
                changes.add("shipment" + e.reservationId() + e.shipmentId());
                assertThat(e.allocations())
                        .hasSize(fewest(held(e.reservationId()).values(), e.quantity()));
                letGo(e.reservationId(), e.quantity(), e.allocations());
                e.allocations().forEach(part -> onHand.merge(part.location(), -part.quantity(), Integer::sum));
                shipped += e.quantity();
            }
        }
        toldLow = toldLow && isLow();
    }

    /** The bank test. */
    void check() {
        assertThat(sum(onHand)).isEqualTo(cameIn - shipped);
        onHand.forEach((location, pieces) ->
                assertThat(reserved(location)).as("reserved at %s", location).isBetween(0, pieces));
    }

    void checkNobodyIsForgotten() {
        if (!queue.isEmpty()) {
            assertThat(available()).as("the first could be served").isLessThan(waitedFor.get(queue.getFirst()));
        }
        assertThat(toldLow).as("told that it is low").isEqualTo(isLow());
    }

    void checkView(StockLevel view) {
        assertThat(view.onHand()).isEqualTo(sum(onHand));
        assertThat(view.available()).isEqualTo(available());
        assertThat(view.backordered()).isEqualTo(sum(waitedFor));
        assertThat(view.low()).isEqualTo(toldLow);
        view.locations().forEach(level -> {
            assertThat(level.onHand()).isEqualTo(onHand.getOrDefault(level.location(), 0));
            assertThat(level.reserved()).isEqualTo(reserved(level.location()));
        });
    }

    private boolean isLow() {
        return threshold > 0 && available() <= threshold;
    }

    private void comesIn(String id, String body, String location, int pieces) {
        goods.put(id, body);
        onHand.merge(location, pieces, Integer::sum);
        cameIn += pieces;
    }

    private void hold(String id, int quantity, List<Allocation> parts) {
        Map<String, Integer> there = new HashMap<>();
        onHand.keySet().forEach(location -> there.put(location, available(location)));
        assertThat(parts).hasSize(fewest(there.values(), quantity));
        assertThat(sum(parts)).isEqualTo(quantity);
        parts.forEach(part -> held.computeIfAbsent(id, unknown -> new HashMap<>())
                .merge(part.location(), part.quantity(), Integer::sum));
    }

    private void letGo(String id, int quantity, List<Allocation> parts) {
        assertThat(sum(parts)).isEqualTo(quantity);
        parts.forEach(part -> {
            assertThat(part.quantity()).isLessThanOrEqualTo(held(id).getOrDefault(part.location(), 0));
            held(id).merge(part.location(), -part.quantity(), Integer::sum);
            held(id).remove(part.location(), 0);
        });
        if (held(id).isEmpty()) {
            // Nothing is left of what any extension brought.
            extended.keySet().removeIf(change -> change.startsWith("extension" + id));
        }
    }

    private Map<String, Integer> held(String id) {
        return held.getOrDefault(id, new HashMap<>());
    }

    private int available() {
        return onHand.keySet().stream().mapToInt(this::available).sum();
    }

    private int available(String location) {
        return onHand.getOrDefault(location, 0) - reserved(location);
    }

    private int reserved(String location) {
        return held.values().stream()
                .mapToInt(parts -> parts.getOrDefault(location, 0))
                .sum();
    }

    private static int fewest(Collection<Integer> there, int quantity) {
        int missing = quantity;
        int parcels = 0;
        for (int fullest : there.stream().sorted(Comparator.reverseOrder()).toList()) {
            if (missing > 0) {
                missing -= fullest;
                parcels++;
            }
        }
        return parcels;
    }

    private static int sum(Map<String, Integer> pieces) {
        return pieces.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int sum(List<Allocation> parts) {
        return parts.stream().mapToInt(Allocation::quantity).sum();
    }
}
