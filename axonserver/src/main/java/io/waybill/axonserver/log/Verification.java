package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything a context has stored: every record's checksum, that positions and the sequence numbers of every
 * aggregate have no gap, that nothing acknowledged is missing, and that the indexes say what the events say. It changes
 * nothing, and the store may belong to a running node.
 */
public final class Verification {

    /** More faults than this are counted but not described. */
    private static final int MAX_DESCRIBED = 100;

    private final Path scratch;
    private final LogFiles files;

    /**
     * Creates a verification.
     *
     * @param scratch a directory for indexes that are missing; they are needed to check sequences in bounded memory
     */
    public Verification(Path scratch) {
        this(scratch, LogFiles.ON_DISK);
    }

    Verification(Path scratch, LogFiles files) {
        this.scratch = scratch;
        this.files = files;
    }

    /**
     * What was found in one log.
     *
     * @param faults what is wrong, the first hundred; empty when all is well
     */
    public record Verified(String log, long entries, int segments, long bytes, long faultCount, List<String> faults) {}

    /** Checks the context in {@code directory}; fails only if the files cannot be read at all. */
    public List<Verified> verify(Path directory) throws IOException {
        return List.of(
                verify(directory.resolve(EventLog.DIRECTORY), new EventCheck()),
                verify(directory.resolve(SnapshotLog.DIRECTORY), new RecordCheck()),
                verify(directory.resolve(EventSchedule.DIRECTORY), new RecordCheck()));
    }

    private Verified verify(Path log, RecordCheck check) throws IOException {
        if (!Files.isDirectory(log)) {
            throw new IOException("%s is not there: it is not the data of a node.".formatted(log));
        }
        new LogScan(log, files, check).run();
        return new Verified(
                log.getFileName().toString(),
                check.entries,
                check.segments,
                check.bytes,
                check.faultCount,
                check.faults);
    }

    /** Takes note of what the scan finds. */
    private static class RecordCheck implements LogScan.Visitor {

        private final List<String> faults = new ArrayList<>();
        private long faultCount;
        private long entries;
        private int segments;
        private long bytes;

        @Override
        public void record(Segment segment, long offset, LogRecord record) throws IOException {
            entries += record.count();
            bytes += record.sizeBytes();
        }

        @Override
        public void end(Segment segment, boolean sealed) throws IOException {
            segments++;
        }

        @Override
        public void damage(IOException fault) {
            report(String.valueOf(fault.getMessage()));
        }

        final void report(String fault) {
            if (++faultCount <= MAX_DESCRIBED) {
                faults.add(fault);
            }
        }
    }

    /** Compares the events with their aggregates' sequences and with the indexes. */
    private final class EventCheck extends RecordCheck {

        private final List<SegmentIndex> earlier = new ArrayList<>();
        private @Nullable OpenSegmentIndex current;
        private @Nullable Segment source;

        /** Events could not be read and no index says whose they were: sequences may rightly seem to begin late. */
        private boolean incomplete;

        @Override
        public void begin(Segment segment, boolean sealed) {
            source = segment;
            Path path = scratch.resolve(segment.path().getFileName());
            Segment shadow = new Segment(segment.number(), segment.basePosition(), path, segment.file());
            current = new OpenSegmentIndex(shadow, Long.MIN_VALUE);
        }

        @Override
        public void record(Segment segment, long offset, LogRecord record) throws IOException {
            super.record(segment, offset, record);
            for (LogEntry entry : record.entries()) {
                EventHeader header = EventHeader.of(entry);
                if (header.isDomainEvent()) {
                    check(entry.position(), offset, header);
                }
            }
        }

        private void check(long position, long offset, EventHeader header) throws IOException {
            OpenSegmentIndex open = current;
            if (open == null) {
                return;
            }
            String id = header.aggregateId();
            AggregateRun run = newestRun(id, open);
            long expected = run == null ? 0 : 1 + run.lastSequence();
            if (header.sequence() != expected && !(incomplete && open.find(id) == null)) {
                report("Event %d has sequence number %d of aggregate %s, where %d is expected."
                        .formatted(position, header.sequence(), id, expected));
            }
            open.add(id, header.sequence(), offset);
        }

        private @Nullable AggregateRun newestRun(String aggregateId, OpenSegmentIndex open) throws IOException {
            AggregateRun run = open.find(aggregateId);
            for (int i = earlier.size() - 1; i >= 0 && run == null; i--) {
                run = earlier.get(i).find(aggregateId);
            }
            return run;
        }

        @Override
        public void damage(IOException fault) {
            super.damage(fault);
            SealedSegmentIndex stored = null;
            try {
                stored = source == null ? null : SealedSegmentIndex.open(source, files);
            } catch (IOException e) {
                report(String.valueOf(e.getMessage()));
            }
            if (stored == null) {
                incomplete = true;
            } else {
                earlier.add(stored);
            }
            source = null;
        }

        @Override
        public void end(Segment segment, boolean sealed) throws IOException {
            super.end(segment, sealed);
            source = null;
            OpenSegmentIndex open = current;
            if (open == null || !sealed) {
                return;
            }
            SealedSegmentIndex stored = SealedSegmentIndex.open(segment, files);
            if (stored == null || !agree(open, stored)) {
                Segment shadow = open.segment();
                shadow.restore(
                        segment.nextPosition(),
                        segment.endOffset(),
                        segment.landmarkPositions(),
                        segment.landmarkOffsets());
                stored = SealedSegmentIndex.write(open, files);
            }
            earlier.add(stored);
        }

        private boolean agree(OpenSegmentIndex open, SealedSegmentIndex stored) {
            try {
                for (Map.Entry<String, ? extends AggregateRun> run : open.runs().entrySet()) {
                    if (!run.getValue().isSameAs(stored.find(run.getKey()))) {
                        report("%s does not find aggregate %s where its events are. Stop the node and delete this file."
                                .formatted(SealedSegmentIndex.pathFor(stored.segment()), run.getKey()));
                        return false;
                    }
                }
                return true;
            } catch (DamagedLogException e) {
                damage(e);
                return false;
            }
        }
    }
}
