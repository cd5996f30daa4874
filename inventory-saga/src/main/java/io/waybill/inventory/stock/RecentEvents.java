package io.waybill.inventory.stock;

import io.waybill.messages.inventory.StockEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The latest events by what they dealt with, so that a command that comes again is known. */
final class RecentEvents {

    /**
     * A repeated command is seconds late, or minutes after a crash. Should a SKU see more in that time, a reservation
     * that is made again is given back again by the process that it belongs to.
     */
    private static final int REMEMBERED = 10_000;

    private final Map<String, StockEvent> events = new LinkedHashMap<>();

    void add(String id, StockEvent event) {
        if (events.putIfAbsent(id, event) == null && events.size() > REMEMBERED) {
            events.remove(events.keySet().iterator().next());
        }
    }

    /** Null if nothing of this ID is remembered. */
    @Nullable
    StockEvent find(String id) {
        return events.get(id);
    }
}
