package io.waybill.axonserver.log;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the schedules are that have not ended, so that an event is found when it is due and a segment is known free. */
final class ScheduleLocations {

    private final Map<String, Place> byToken = new HashMap<>();
    private final Map<Integer, Map<String, Place>> bySegment = new HashMap<>();
    private long openBytes;

    /** The schedule is at {@code location} now, wherever it was before. */
    void put(String token, long location, int sizeBytes) {
        remove(token);
        Place place = new Place(location, sizeBytes);
        byToken.put(token, place);
        bySegment
                .computeIfAbsent(SegmentedLog.segmentNumber(location), number -> new HashMap<>())
                .put(token, place);
        openBytes += sizeBytes;
    }

    /** The schedule has ended. */
    void remove(String token) {
        Place place = byToken.remove(token);
        if (place != null) {
            openBytes -= place.sizeBytes();
            bySegment.computeIfPresent(SegmentedLog.segmentNumber(place.location()), (number, places) -> {
                places.remove(token);
                return places.isEmpty() ? null : places;
            });
        }
    }

    /** Where the schedule is, or null when it has ended or never was. */
    @Nullable
    Long find(String token) {
        Place place = byToken.get(token);
        return place == null ? null : place.location();
    }

    /** Up to {@code limit} schedules that have not ended and are in the segment called {@code number}. */
    List<String> tokensIn(int number, int limit) {
        return bySegment.getOrDefault(number, Map.of()).keySet().stream()
                .limit(limit)
                .toList();
    }

    /** What the schedules that have not ended take in the log. */
    long openBytes() {
        return openBytes;
    }

    private record Place(long location, int sizeBytes) {}
}
