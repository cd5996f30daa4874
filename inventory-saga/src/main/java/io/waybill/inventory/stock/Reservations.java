package io.waybill.inventory.stock;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.waybill.messages.inventory.StockEvent.Allocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The reservations of one SKU: what they hold, who waits for how much, and which have come and gone. */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
final class Reservations {

    /** Marks a reservation that was refused or released: nothing can come of it any more. */
    private static final int CLOSED = 1;
    /** Marks a reservation of which nothing is left; an extension can bring it back. */
    private static final int SPENT = 2;
    /** Marks a change of a reservation. */
    private static final int CHANGE = 3;

    /** By their IDs, those only that hold or wait for something. */
    private SortedMap<String, Reservation> live = new TreeMap<>();

    /** Pieces that reservations wait for, by their IDs, the first come first. */
    private Map<String, Integer> queue = new LinkedHashMap<>();

    private RecentIds ended = new RecentIds();

    /** An empty one if there is none. */
    Reservation find(String id) {
        return live.getOrDefault(id, new Reservation(""));
    }

    boolean isLive(String id) {
        return live.containsKey(id);
    }

    /** Whether it was made or refused, however it ended. */
    boolean isKnown(String id) {
        return isLive(id) || ended.find(RecentIds.key(id)) != null;
    }

    boolean isClosed(String id) {
        return Integer.valueOf(CLOSED).equals(ended.find(RecentIds.key(id)));
    }

    boolean isDone(String id, long change) {
        return find(id).changes().contains(change) || ended.find(change) != null;
    }

    boolean someoneWaits() {
        return !queue.isEmpty();
    }

    /** The reservation that has waited longest; only while someone waits. */
    String first() {
        return queue.keySet().iterator().next();
    }

    int waitedFor(String id) {
        return queue.getOrDefault(id, 0);
    }

    void done(String id, long change) {
        if (isLive(id)) {
            find(id).changes().add(change);
        } else {
            ended.add(change, CHANGE);
        }
    }

    void hold(String id, String orderId, List<Allocation> parts) {
        live.computeIfAbsent(id, unknown -> new Reservation(orderId)).add(parts);
    }

    void giveUp(String id, List<Allocation> parts) {
        find(id).remove(parts);
        endIfSpent(id);
    }

    void await(String id, String orderId, int pieces) {
        live.put(id, new Reservation(orderId));
        queue.put(id, pieces);
    }

    void serve(String id, List<Allocation> parts) {
        queue.remove(id);
        find(id).add(parts);
    }

    void awaitLess(String id, int pieces) {
        queue.merge(id, -pieces, Integer::sum);
        queue.remove(id, 0);
        endIfSpent(id);
    }

    void close(String id) {
        ended.add(RecentIds.key(id), CLOSED);
    }

    private void endIfSpent(String id) {
        @Nullable Reservation reservation = live.get(id);
        if (reservation != null && reservation.pieces() == 0 && waitedFor(id) == 0) {
            live.remove(id);
            reservation.changes().forEach(change -> ended.add(change, CHANGE));
            ended.add(RecentIds.key(id), SPENT);
        }
    }
}
