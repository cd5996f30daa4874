package io.waybill.inventory.stock;

import io.waybill.messages.inventory.StockEvent.Allocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * From which locations pieces are taken: from as few as possible, because each is a parcel; among equally few from those
 * of the highest priority. What was decided is in the event, so another order of the locations changes no history.
 *
 * @param locations by priority, the highest first; those not listed come after them, by name
 */
@ConfigurationProperties("waybill.stock")
record StockLocations(@DefaultValue("main") List<String> locations) {

    private static final int NOT_ENOUGH = Integer.MAX_VALUE;

    StockLocations {
        if (locations.isEmpty() || locations.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("waybill.stock.locations is " + locations
                    + ": name at least one location and leave none blank, such as main.");
        }
        if (new HashSet<>(locations).size() < locations.size()) {
            throw new IllegalArgumentException(
                    "waybill.stock.locations is " + locations + ": name each location once, the most important first.");
        }
        locations = List.copyOf(locations);
    }

    /** Where goods go if nobody says where. */
    String first() {
        return locations.getFirst();
    }

    /**
     * Chooses where to take pieces from.
     *
     * @param pieces by location; together at least {@code quantity}
     * @return parts that add up to {@code quantity}, by priority
     */
    List<Allocation> choose(Map<String, Integer> pieces, int quantity) {
        List<Allocation> left = byPriority(pieces);
        List<Allocation> parts = new ArrayList<>();
        int missing = quantity;
        int parcels = fewest(left, missing);
        while (missing > 0) {
            Allocation here = left.getFirst();
            left = left.subList(1, left.size());
            // Only if the others can bring the rest in the parcels that remain: a high priority is no reason for more.
            if (fewest(left, missing - here.quantity()) < parcels) {
                int part = Math.min(here.quantity(), missing);
                parts.add(new Allocation(here.location(), part));
                missing -= part;
                parcels--;
            }
        }
        return parts;
    }

    /** Chooses which pieces to do without: those that leave the rest at as few locations as possible. */
    List<Allocation> spare(Map<String, Integer> pieces, int quantity) {
        int kept = pieces.values().stream().mapToInt(Integer::intValue).sum() - quantity;
        Map<String, Integer> spare = new TreeMap<>(pieces);
        choose(pieces, kept).forEach(part -> spare.merge(part.location(), -part.quantity(), Integer::sum));
        return choose(spare, quantity);
    }

    /** How many of these locations it takes at least: the fullest ones. */
    private static int fewest(List<Allocation> there, int quantity) {
        int missing = quantity;
        int parcels = 0;
        for (Allocation fullest : there.stream()
                .sorted(Comparator.comparingInt(Allocation::quantity).reversed())
                .toList()) {
            if (missing <= 0) {
                break;
            }
            missing -= fullest.quantity();
            parcels++;
        }
        return missing > 0 ? NOT_ENOUGH : parcels;
    }

    private List<Allocation> byPriority(Map<String, Integer> pieces) {
        return pieces.entrySet().stream()
                .map(there -> new Allocation(there.getKey(), there.getValue()))
                .sorted(Comparator.<Allocation>comparingInt(there -> rank(there.location()))
                        .thenComparing(Allocation::location))
                .toList();
    }

    private int rank(String location) {
        int listed = locations.indexOf(location);
        return listed < 0 ? locations.size() : listed;
    }
}
