package io.waybill.axonserver.log;

import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the events of each aggregate, and admits only the one that each aggregate expects next. */
final class EventIndex extends AggregateIndex {

    // The writing thread's assumption about the batch it is building.
    private final Map<String, Long> admittedSequences = new HashMap<>();

    EventIndex(LogFiles files) {
        super(files);
    }

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

    private long lastSequence(String aggregateId, Map<String, Long> taken) throws AppendRefusedException {
        Long last = taken.get(aggregateId);
        if (last == null) {
            last = admittedSequences.get(aggregateId);
        }
        try {
            return last != null ? last : highestSequence(aggregateId);
        } catch (DamagedLogException e) {
            throw new AppendRefusedException(Reason.NOT_WRITTEN, String.valueOf(e.getMessage()), e);
        }
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

    /** The highest sequence number of the aggregate, -1 when it has no event. */
    long highestSequence(String aggregateId) throws DamagedLogException {
        AggregateRun newest = newestRun(aggregateId);
        return newest == null ? -1 : newest.lastSequence();
    }
}
