package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The event store: every event in one global order, and the events of each aggregate in theirs. */
public final class EventLog implements Closeable {

    private static final LongList NO_LOCATIONS = new LongList();

    private final EventIndex index;
    private final SegmentedLog log;

    private EventLog(EventIndex index, SegmentedLog log) {
        this.index = index;
        this.log = log;
    }

    /**
     * Opens the store in {@code directory}, creating it when it is not there.
     *
     * @param segmentBytes the size at which a new file is begun
     * @throws DamagedLogException if something acknowledged is missing or unreadable
     * @throws IOException if the files cannot be read, or were written by a newer version
     */
    public static EventLog open(Path directory, long segmentBytes) throws IOException {
        return open(directory, segmentBytes, LogFiles.ON_DISK);
    }

    static EventLog open(Path directory, long segmentBytes, LogFiles files) throws IOException {
        EventIndex index = new EventIndex();
        return new EventLog(index, SegmentedLog.open(directory, segmentBytes, files, index));
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
        LogCursor cursor = log.cursor(index.positionBefore(timestampMillis));
        long position = lastToken() + 1;
        for (LogEntry event = cursor.next(); event != null; event = cursor.next()) {
            position = event.position();
            if (EventHeader.of(event).timestampMillis() >= timestampMillis) {
                return position;
            }
            position++;
        }
        return position;
    }

    /** The highest sequence number of the aggregate, -1 when it has no event. */
    public long highestSequence(String aggregateId) {
        return index.highestSequence(aggregateId);
    }

    /** The aggregate's events from {@code firstSequence} to {@code lastSequence}, both inclusive. */
    public AggregateReader aggregate(String aggregateId, long firstSequence, long lastSequence) {
        LongList found = index.locations(aggregateId);
        LongList locations = found != null ? found : NO_LOCATIONS;
        long end = lastSequence >= locations.size() ? locations.size() : lastSequence + 1;
        return new AggregateReader(log, aggregateId, locations, Math.max(0, firstSequence), end);
    }

    /** All events from {@code token} on, and those that will follow. */
    public LogCursor from(long token) {
        return log.cursor(Math.max(0, token));
    }

    /** Runs {@code listener} whenever there are new events. It must be quick. */
    public void onAppend(Runnable listener) {
        log.onAdvance(listener);
    }

    /** Why the store takes no events any more, or null while it does. */
    public @Nullable String stoppedBecause() {
        return log.stoppedBecause();
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
