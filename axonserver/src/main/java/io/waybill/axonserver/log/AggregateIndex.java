package io.waybill.axonserver.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the entries of each aggregate. The segment that grows is indexed in memory; when it is sealed its index is
 * written beside it by a thread of its own and leaves the memory. So neither the memory nor the start depends on how
 * much is stored.
 */
class AggregateIndex implements LogIndex {

    private static final Logger log = LoggerFactory.getLogger(AggregateIndex.class);

    private final LogFiles files;

    // Never changed, only replaced, under the lock of this; oldest first.
    private volatile List<SegmentIndex> segments = List.of();

    // The index that is being written; used by the thread that calls, which is one at a time.
    private @Nullable OpenSegmentIndex sealing;
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);

    AggregateIndex(LogFiles files) {
        this.files = files;
    }

    @Override
    public boolean load(Segment segment) throws IOException {
        SealedSegmentIndex index = SealedSegmentIndex.open(segment, files);
        if (index == null) {
            return false;
        }
        beforeNextSegment();
        seal();
        append(index);
        return true;
    }

    /** Waits until the index before the last is written: there is never more than one too many in memory. */
    @Override
    public void beforeNextSegment() throws IOException {
        OpenSegmentIndex unwritten = sealing;
        if (unwritten == null) {
            return;
        }
        try {
            written.join();
        } catch (CompletionException | CancellationException e) {
            log.warn("The index of {} is written again: {}", unwritten.segment().path(), e.getMessage());
            replace(unwritten, SealedSegmentIndex.write(unwritten, files));
        }
        sealing = null;
    }

    @Override
    public void begin(Segment segment) {
        seal();
        append(new OpenSegmentIndex(segment, latestTimestampMillis()));
    }

    private void seal() {
        if (!segments.isEmpty() && segments.getLast() instanceof OpenSegmentIndex open) {
            sealing = open;
            written = CompletableFuture.runAsync(
                    () -> write(open),
                    task -> Thread.ofPlatform().name("index-writer").start(task));
        }
    }

    private void write(OpenSegmentIndex open) {
        try {
            replace(open, SealedSegmentIndex.write(open, files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void append(SegmentIndex index) {
        List<SegmentIndex> changed = new ArrayList<>(segments);
        changed.add(index);
        segments = List.copyOf(changed);
    }

    private synchronized void replace(OpenSegmentIndex open, SealedSegmentIndex sealed) {
        List<SegmentIndex> changed = new ArrayList<>(segments);
        changed.set(changed.indexOf(open), sealed);
        segments = List.copyOf(changed);
    }

    @Override
    public void add(Segment segment, long offset, List<LogEntry> entries) {
        OpenSegmentIndex open = (OpenSegmentIndex) segments.getLast();
        for (LogEntry entry : entries) {
            try {
                EventHeader header = EventHeader.of(entry);
                if (header.isDomainEvent()) {
                    open.add(header.aggregateId(), header.sequence(), offset);
                }
                open.noteTime(header.timestampMillis());
            } catch (IOException e) {
                // Only valid entries are admitted, and the checksum says these are the bytes that were.
                throw new UncheckedIOException("Entry " + entry.position() + " cannot be read", e);
            }
        }
    }

    /** The indexes of all segments, oldest first. */
    List<SegmentIndex> segments() {
        return segments;
    }

    /** The aggregate's entries in the newest segment that has any, or null when there are none at all. */
    @Nullable
    AggregateRun newestRun(String aggregateId) throws DamagedLogException {
        List<SegmentIndex> all = segments;
        for (int i = all.size() - 1; i >= 0; i--) {
            AggregateRun run = all.get(i).find(aggregateId);
            if (run != null) {
                return run;
            }
        }
        return null;
    }

    /**
     * The aggregate's entries from {@code firstSequence} on, oldest first; the first run may begin before it.
     */
    Deque<AggregateRun> runs(String aggregateId, long firstSequence) throws DamagedLogException {
        Deque<AggregateRun> runs = new ArrayDeque<>();
        List<SegmentIndex> all = segments;
        for (int i = all.size() - 1; i >= 0; i--) {
            AggregateRun run = all.get(i).find(aggregateId);
            if (run != null) {
                runs.addFirst(run);
                if (run.firstSequence() <= firstSequence) {
                    break;
                }
            }
        }
        return runs;
    }

    private long latestTimestampMillis() {
        return segments.isEmpty() ? Long.MIN_VALUE : segments.getLast().latestTimestampMillis();
    }

    /** Waits for the index that is being written. What is not written is made again at the next start. */
    @Override
    public void close() {
        try {
            beforeNextSegment();
        } catch (IOException e) {
            log.warn("An index could not be written and will be made at the next start: {}", e.getMessage());
        }
    }
}
