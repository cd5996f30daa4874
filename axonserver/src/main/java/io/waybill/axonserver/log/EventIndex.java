package io.waybill.axonserver.log;

import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of each aggregate are, and which sequence number each aggregate expects next. Sequence numbers have
 * no gap, so the n-th location of an aggregate belongs to sequence number n.
 */
final class EventIndex implements LogIndex {

    /** One running maximum for each so many events bounds what a search by time has to read. */
    private static final int EVENTS_PER_TIME_MARK = 1024;

    private final Map<String, LongList> locations = new ConcurrentHashMap<>();

    // For each full run of events, the latest timestamp seen up to its end. Never falls, so it can be searched.
    private final LongList latestTimestamps = new LongList();
    private long latestTimestampMillis = Long.MIN_VALUE;

    // The writing thread's assumption about the batch it is building.
    private final Map<String, Long> admittedSequences = new HashMap<>();

    @Override
    public void admit(List<byte[]> events) throws AppendRefusedException {
        Map<String, Long> taken = new HashMap<>();
        for (byte[] event : events) {
            EventHeader header = header(event);
            if (header.isDomainEvent()) {
                long expected = 1 + lastSequence(header.aggregateId(), taken);
                if (header.sequence() != expected) {
                    throw new AppendRefusedException(
                            Reason.SEQUENCE_CONFLICT,
                            "Invalid sequence number %d for aggregate %s, expected %d"
                                    .formatted(header.sequence(), header.aggregateId(), expected));
                }
                taken.put(header.aggregateId(), expected);
            }
        }
        admittedSequences.putAll(taken);
    }

    private long lastSequence(String aggregateId, Map<String, Long> taken) {
        Long last = taken.get(aggregateId);
        if (last == null) {
            last = admittedSequences.get(aggregateId);
        }
        return last != null ? last : highestSequence(aggregateId);
    }

    private static EventHeader header(byte[] event) throws AppendRefusedException {
        try {
            return EventHeader.of(event);
        } catch (IOException e) {
            throw new AppendRefusedException(Reason.INVALID, "The event is not a valid message: " + e.getMessage(), e);
        }
    }

    @Override
    public void batchEnded() {
        admittedSequences.clear();
    }

    @Override
    public void add(List<LogEntry> events, long location) {
        for (LogEntry event : events) {
            try {
                EventHeader header = EventHeader.of(event);
                if (header.isDomainEvent()) {
                    locations
                            .computeIfAbsent(header.aggregateId(), id -> new LongList())
                            .add(location);
                }
                noteTime(event.position(), header.timestampMillis());
            } catch (IOException e) {
                // Only valid events are admitted, and the checksum says these are the bytes that were.
                throw new UncheckedIOException("Event " + event.position() + " cannot be read", e);
            }
        }
    }

    private void noteTime(long position, long timestampMillis) {
        latestTimestampMillis = Math.max(latestTimestampMillis, timestampMillis);
        if ((position + 1) % EVENTS_PER_TIME_MARK == 0) {
            latestTimestamps.add(latestTimestampMillis);
        }
    }

    /** The highest sequence number of the aggregate, -1 when it has no event. */
    long highestSequence(String aggregateId) {
        LongList found = locations.get(aggregateId);
        return found == null ? -1 : found.size() - 1L;
    }

    /** The locations of the aggregate's events by sequence number, or null when it has none. */
    @Nullable
    LongList locations(String aggregateId) {
        return locations.get(aggregateId);
    }

    /** A position before which every event is older than {@code timestampMillis}. */
    long positionBefore(long timestampMillis) {
        int low = 0;
        int high = latestTimestamps.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (latestTimestamps.get(middle) < timestampMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (long) low * EVENTS_PER_TIME_MARK;
    }
}
