package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The event store: every event in one global order, and the events of each aggregate in theirs. */
public final class EventLog implements Closeable {

    /** The directory of the events within that of their context. */
    public static final String DIRECTORY = "events";

    private final EventIndex index;
    private final SegmentedLog log;

    private EventLog(EventIndex index, SegmentedLog log) {
        this.index = index;
        this.log = log;
    }

    /**
     * Opens the store in {@code directory}, creating it when it is not there.
     *
     * @throws DamagedLogException if something acknowledged is missing or unreadable
     * @throws IOException if the files cannot be read, or were written by a newer version
     */
    public static EventLog open(Path directory, LogSettings settings) throws IOException {
        EventIndex index = new EventIndex(settings.files());
        return new EventLog(index, SegmentedLog.open(directory, settings, index));
    }

    /**
     * Stores {@code events}, serialized, as one transaction: all of them or none.
     *
     * @return completes with the token of the first event once all are durable, or with an
     *     {@link AppendRefusedException}
     */
    public CompletableFuture<Long> append(List<byte[]> events) {
        return log.append(events);
    }

    /** The token of the last event, -1 when the store is empty. */
    public long lastToken() {
        return log.nextPosition() - 1;
    }

    /**
     * The token of the first event at or after {@code timestampMillis}; the token after the last event when all are
     * older; -1 when the store is empty.
     */
    public long tokenAt(long timestampMillis) throws IOException {
        if (lastToken() < 0) {
            return -1;
        }
        for (SegmentIndex segment : index.segments()) {
            if (segment.latestTimestampMillis() >= timestampMillis) {
                return firstAtOrAfter(timestampMillis, segment.segment().basePosition());
            }
        }
        return lastToken() + 1;
    }

    private long firstAtOrAfter(long timestampMillis, long startPosition) throws IOException {
        LogCursor cursor = log.cursor(startPosition);
        long position = startPosition;
        for (LogEntry event = cursor.next(); event != null; event = cursor.next()) {
            if (EventHeader.of(event).timestampMillis() >= timestampMillis) {
                return event.position();
            }
            position = event.position() + 1;
        }
        return position;
    }

    /**
     * The highest sequence number of the aggregate, -1 when it has no event.
     *
     * @throws DamagedLogException if the index is damaged here
     */
    public long highestSequence(String aggregateId) throws DamagedLogException {
        return index.highestSequence(aggregateId);
    }

    /**
     * The aggregate's events from {@code firstSequence} to {@code lastSequence}, both inclusive.
     *
     * @throws DamagedLogException if the index is damaged here
     */
    public AggregateReader aggregate(String aggregateId, long firstSequence, long lastSequence)
            throws DamagedLogException {
        long first = Math.max(0, firstSequence);
        Deque<AggregateRun> runs = index.runs(aggregateId, first);
        long highest = runs.isEmpty() ? -1 : runs.getLast().lastSequence();
        return new AggregateReader(aggregateId, runs, first, 1 + Math.min(highest, lastSequence));
    }

    /** All events from {@code token} on, and those that will follow. */
    public LogCursor from(long token) {
        return log.cursor(Math.max(0, token));
    }

    /** Runs {@code listener} whenever there are new events. It must be quick. */
    public void onAppend(Runnable listener) {
        log.onAdvance(listener);
    }

    /** Why the store takes no events any more until it is opened again, or null while it does. */
    public @Nullable String stoppedBecause() {
        return log.stoppedBecause();
    }

    /** Why the disk takes no events for now, or null while it has enough space. */
    public @Nullable String shortOfSpace() throws IOException {
        return log.shortOfSpace();
    }

    /** How many files the events are in. */
    public int segmentCount() {
        return log.segmentCount();
    }

    /** How many bytes the events take on disk, without their indexes. */
    public long sizeBytes() {
        return log.sizeBytes();
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
