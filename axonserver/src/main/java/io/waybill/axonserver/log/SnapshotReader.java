package io.waybill.axonserver.log;

import java.io.IOException;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Reads the snapshots of one aggregate, the newest first, one at a time. */
public final class SnapshotReader {

    private final SegmentedLog log;
    private final Deque<AggregateRun> runs;
    private final long firstSequence;
    private final long lastSequence;
    private int unread;

    /** Creates a reader over {@code runs}, oldest first, for sequence numbers between the two bounds, both inclusive. */
    SnapshotReader(SegmentedLog log, Deque<AggregateRun> runs, long firstSequence, long lastSequence) {
        this.log = log;
        this.runs = runs;
        this.firstSequence = firstSequence;
        this.lastSequence = lastSequence;
        this.unread = runs.isEmpty() ? 0 : runs.getLast().count();
    }

    /**
     * The next older snapshot, or null after the oldest.
     *
     * @throws DamagedLogException if the log is damaged here
     */
    public @Nullable LogEntry next() throws IOException {
        while (!runs.isEmpty()) {
            AggregateRun run = runs.getLast();
            while (unread > 0) {
                unread--;
                LogEntry snapshot = log.read(run.segment(), run.offset(unread)).getFirst();
                long sequence = SnapshotLog.sequenceOf(snapshot);
                if (sequence >= firstSequence && sequence <= lastSequence) {
                    return snapshot;
                }
            }
            runs.removeLast();
            unread = runs.isEmpty() ? 0 : runs.getLast().count();
        }
        return null;
    }
}
