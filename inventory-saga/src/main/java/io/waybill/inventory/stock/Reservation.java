package io.waybill.inventory.stock;

import io.waybill.messages.inventory.StockEvent.Allocation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one order holds of a SKU, and which changes made it so.
 *
 * @param held pieces by location; none has 0
 * @param extensions pieces by the ID of the extension that brought them
 * @param changes keys of all that was asked of it, in their order, also after storage: while it lives, no repetition is
 *     too late to be known
 */
record Reservation(
        String orderId, SortedMap<String, Integer> held, Map<String, Integer> extensions, LinkedHashSet<Long> changes) {

    Reservation(String orderId) {
        this(orderId, new TreeMap<>(), new LinkedHashMap<>(), new LinkedHashSet<>());
    }

    int pieces() {
        return held.values().stream().mapToInt(Integer::intValue).sum();
    }

    List<Allocation> allocations() {
        return held.entrySet().stream()
                .map(part -> new Allocation(part.getKey(), part.getValue()))
                .toList();
    }

    void add(List<Allocation> parts) {
        parts.forEach(part -> held.merge(part.location(), part.quantity(), Integer::sum));
    }

    void remove(List<Allocation> parts) {
        for (Allocation part : parts) {
            held.merge(part.location(), -part.quantity(), Integer::sum);
            held.remove(part.location(), 0);
        }
    }
}
