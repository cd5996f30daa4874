package io.waybill.axonserver.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Reads the events of one aggregate in the order of their sequence numbers, one record at a time. */
public final class AggregateReader {

    private static final long NOWHERE = -1;

    private final String aggregateId;
    private final Deque<AggregateRun> runs;
    private final long endSequence;
    private long sequence;

    private @Nullable RecordReader reader;
    private long location = NOWHERE;
    private Iterator<LogEntry> entries = Collections.emptyIterator();

    /** Creates a reader over {@code runs}, which are in order, up to but without {@code endSequence}. */
    AggregateReader(String aggregateId, Deque<AggregateRun> runs, long firstSequence, long endSequence) {
        this.aggregateId = aggregateId;
        this.runs = new ArrayDeque<>(runs);
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
        AggregateRun run = runs.getFirst();
        while (sequence > run.lastSequence()) {
            runs.removeFirst();
            run = runs.getFirst();
        }
        long wanted = run.offset((int) (sequence - run.firstSequence()));
        if (reader == null || reader.segment() != run.segment()) {
            reader = new RecordReader(run.segment(), wanted, RecordReader.SMALLEST_CHUNK_BYTES);
            location = NOWHERE;
        }
        if (wanted != location) {
            location = wanted;
            entries = read(reader, wanted).entries().iterator();
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

    private static LogRecord read(RecordReader reader, long offset) throws IOException {
        reader.skipTo(offset);
        LogRecord record = reader.next(reader.segment().endOffset());
        if (record == null) {
            throw reader.segment().damagedAt(offset, "a record that was there is gone");
        }
        return record;
    }
}
