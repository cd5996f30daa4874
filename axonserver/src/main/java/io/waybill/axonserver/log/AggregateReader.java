package io.waybill.axonserver.log;

import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the events of one aggregate in the order of their sequence numbers, one record at a time. */
public final class AggregateReader {

    private static final long NOWHERE = -1;

    private final SegmentedLog log;
    private final String aggregateId;
    private final LongList locations;
    private final long endSequence;
    private long sequence;
    private long location = NOWHERE;
    private Iterator<LogEntry> entries = Collections.emptyIterator();

    AggregateReader(SegmentedLog log, String aggregateId, LongList locations, long firstSequence, long endSequence) {
        this.log = log;
        this.aggregateId = aggregateId;
        this.locations = locations;
        this.sequence = firstSequence;
        this.endSequence = endSequence;
    }

    /**
     * The next event, or null after the last.
     *
     * @throws DamagedLogException if the log is damaged here
     */
    public @Nullable LogEntry next() throws IOException {
        if (sequence >= endSequence) {
            return null;
        }
        long wanted = locations.get((int) sequence);
        if (wanted != location) {
            location = wanted;
            List<LogEntry> found = log.read(location);
            entries = found.iterator();
        }
        while (entries.hasNext()) {
            LogEntry entry = entries.next();
            EventHeader header = EventHeader.of(entry);
            if (header.sequence() == sequence && header.aggregateId().equals(aggregateId)) {
                sequence++;
                return entry;
            }
        }
        throw new IOException("Event %d of aggregate %s is not where the index says".formatted(sequence, aggregateId));
    }
}
