package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The snapshots of aggregates, in a log of their own: they can be thrown away without touching an event. */
public final class SnapshotLog implements Closeable {

    private final Index index = new Index();
    private final SegmentedLog log;

    private SnapshotLog(Path directory, long segmentBytes) throws IOException {
        log = SegmentedLog.open(directory, segmentBytes, LogFiles.ON_DISK, index);
    }

    /** Opens the snapshots in {@code directory}; fails like {@link EventLog#open}. */
    public static SnapshotLog open(Path directory, long segmentBytes) throws IOException {
        return new SnapshotLog(directory, segmentBytes);
    }

    /** Stores one serialized snapshot; completes once it is durable, or with an {@link AppendRefusedException}. */
    public CompletableFuture<Long> append(byte[] snapshot) {
        return log.append(List.of(snapshot));
    }

    /**
     * The aggregate's snapshots with a sequence number between the two bounds, both inclusive, the newest first.
     *
     * @param maxResults the largest number of snapshots to return
     */
    public List<LogEntry> newestFirst(String aggregateId, long firstSequence, long lastSequence, int maxResults)
            throws IOException {
        Snapshots found = index.snapshots.get(aggregateId);
        List<LogEntry> result = new ArrayList<>();
        if (found == null) {
            return result;
        }
        for (int i = found.locations.size() - 1; i >= 0 && result.size() < maxResults; i--) {
            long sequence = found.sequences.get(i);
            if (sequence >= firstSequence && sequence <= lastSequence) {
                result.addAll(log.read(found.locations.get(i)));
            }
        }
        return result;
    }

    /** The aggregate's newest snapshot within the bounds, both inclusive, or null when there is none. */
    public @Nullable LogEntry newest(String aggregateId, long firstSequence, long lastSequence) throws IOException {
        List<LogEntry> found = newestFirst(aggregateId, firstSequence, lastSequence, 1);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** The sequence number of the event after which {@code snapshot} was taken. */
    public static long sequenceOf(LogEntry snapshot) throws IOException {
        return EventHeader.of(snapshot).sequence();
    }

    @Override
    public void close() throws IOException {
        log.close();
    }

    /** Sequence numbers and locations of one aggregate's snapshots, in the order they were stored. */
    private static final class Snapshots {
        private final LongList sequences = new LongList();
        private final LongList locations = new LongList();
    }

    private static final class Index implements LogIndex {

        private final Map<String, Snapshots> snapshots = new ConcurrentHashMap<>();

        @Override
        public void add(List<LogEntry> entries, long location) {
            for (LogEntry entry : entries) {
                try {
                    EventHeader header = EventHeader.of(entry);
                    Snapshots known = snapshots.computeIfAbsent(header.aggregateId(), id -> new Snapshots());
                    known.sequences.add(header.sequence());
                    // Added last, because readers count by it.
                    known.locations.add(location);
                } catch (IOException e) {
                    throw new UncheckedIOException("Snapshot " + entry.position() + " cannot be read", e);
                }
            }
        }
    }
}
