package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The snapshots of aggregates, in a log of their own: they can be thrown away without touching an event. */
public final class SnapshotLog implements Closeable {

    /** The directory of the snapshots within that of their context. */
    public static final String DIRECTORY = "snapshots";

    private final AggregateIndex index;
    private final SegmentedLog log;

    private SnapshotLog(AggregateIndex index, SegmentedLog log) {
        this.index = index;
        this.log = log;
    }

    /** Opens the snapshots in {@code directory}; fails like {@link EventLog#open}. */
    public static SnapshotLog open(Path directory, LogSettings settings) throws IOException {
        AggregateIndex index = new AggregateIndex(settings.files());
        return new SnapshotLog(index, SegmentedLog.open(directory, settings, index));
    }

    /** Stores one serialized snapshot; completes once it is durable, or with an {@link AppendRefusedException}. */
    public CompletableFuture<Long> append(byte[] snapshot) {
        return log.append(List.of(snapshot));
    }

    /** How many snapshots there are. */
    public long count() {
        return log.nextPosition();
    }

    /** The aggregate's snapshots with a sequence number between the two bounds, both inclusive, the newest first. */
    public SnapshotReader newestFirst(String aggregateId, long firstSequence, long lastSequence)
            throws DamagedLogException {
        return new SnapshotReader(log, index.runs(aggregateId, Long.MIN_VALUE), firstSequence, lastSequence);
    }

    /** The aggregate's newest snapshot within the bounds, both inclusive, or null when there is none. */
    public @Nullable LogEntry newest(String aggregateId, long firstSequence, long lastSequence) throws IOException {
        return newestFirst(aggregateId, firstSequence, lastSequence).next();
    }

    /** Why the store takes no snapshots any more until it is opened again, or null while it does. */
    public @Nullable String stoppedBecause() {
        return log.stoppedBecause();
    }

    /** The sequence number of the event after which {@code snapshot} was taken. */
    public static long sequenceOf(LogEntry snapshot) throws IOException {
        return EventHeader.of(snapshot).sequence();
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
