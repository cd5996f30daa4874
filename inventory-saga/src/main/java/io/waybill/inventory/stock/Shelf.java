package io.waybill.inventory.stock;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.waybill.messages.inventory.StockEvent.Allocation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pieces by location; everywhere and at all times {@code 0 <= reserved <= onHand}. */
final class Shelf {

    record Level(int onHand, int reserved) {

        Level {
            if (reserved < 0 || reserved > onHand) {
                throw new IllegalStateException(reserved + " pieces reserved of " + onHand + " on hand");
            }
        }

        int available() {
            return onHand - reserved;
        }
    }

    private static final Level EMPTY = new Level(0, 0);

    private final TreeMap<String, Level> levels;

    Shelf() {
        this(Map.of());
    }

    @JsonCreator
    Shelf(Map<String, Level> levels) {
        this.levels = new TreeMap<>(levels);
    }

    @JsonValue
    Map<String, Level> levels() {
        return levels;
    }

    Level at(String location) {
        return levels.getOrDefault(location, EMPTY);
    }

    int onHand() {
        return levels.values().stream().mapToInt(Level::onHand).sum();
    }

    int availablePieces() {
        return levels.values().stream().mapToInt(Level::available).sum();
    }

    /** Available pieces of each location that has any. */
    Map<String, Integer> available() {
        Map<String, Integer> available = new TreeMap<>();
        levels.forEach((location, level) -> {
            if (level.available() > 0) {
                available.put(location, level.available());
            }
        });
        return available;
    }

    void put(String location, int pieces) {
        change(location, pieces, 0);
    }

    void reserve(List<Allocation> parts) {
        parts.forEach(part -> change(part.location(), 0, part.quantity()));
    }

    void giveBack(List<Allocation> parts) {
        parts.forEach(part -> change(part.location(), 0, -part.quantity()));
    }

    void take(List<Allocation> parts) {
        parts.forEach(part -> change(part.location(), -part.quantity(), -part.quantity()));
    }

    private void change(String location, int onHandDelta, int reservedDelta) {
        Level level = at(location);
        levels.put(
                location,
                new Level(Math.addExact(level.onHand(), onHandDelta), Math.addExact(level.reserved(), reservedDelta)));
    }
}
