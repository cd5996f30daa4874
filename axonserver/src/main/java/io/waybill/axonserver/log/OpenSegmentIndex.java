package io.waybill.axonserver.log;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The index of the segment that grows. It is in memory, which the size of a segment bounds. */
final class OpenSegmentIndex implements SegmentIndex {

    private final Segment segment;
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private volatile long latestTimestampMillis;

    OpenSegmentIndex(Segment segment, long latestTimestampMillis) {
        this.segment = segment;
        this.latestTimestampMillis = latestTimestampMillis;
    }

    /** To be called by one thread only, in the order of the entries. */
    void add(String aggregateId, long sequence, long offset) {
        Run known = runs.get(aggregateId);
        if (known == null) {
            runs.put(aggregateId, new Run(sequence, (int) offset));
        } else {
            known.add((int) offset);
        }
    }

    /** To be called by one thread only. */
    void noteTime(long timestampMillis) {
        if (timestampMillis > latestTimestampMillis) {
            latestTimestampMillis = timestampMillis;
        }
    }

    /** The aggregates with an entry in this segment. */
    Map<String, ? extends AggregateRun> runs() {
        return runs;
    }

    @Override
    public Segment segment() {
        return segment;
    }

    @Override
    public @Nullable AggregateRun find(String aggregateId) {
        return runs.get(aggregateId);
    }

    @Override
    public long latestTimestampMillis() {
        return latestTimestampMillis;
    }

    /** Most aggregates have an entry or two in a segment, so a run starts as small as it can be. */
    private final class Run implements AggregateRun {

        private final long firstSequence;
        private volatile int[] offsets;

        // Written after the offset it makes visible, read before it: that order is what makes reading safe.
        private volatile int count = 1;

        Run(long firstSequence, int offset) {
            this.firstSequence = firstSequence;
            this.offsets = new int[] {offset};
        }

        private void add(int offset) {
            int at = count;
            int[] target = offsets;
            if (at == target.length) {
                target = Arrays.copyOf(target, at + (at >> 1) + 1);
                offsets = target;
            }
            target[at] = offset;
            count = at + 1;
        }

        @Override
        public Segment segment() {
            return segment;
        }

        @Override
        public long firstSequence() {
            return firstSequence;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public long offset(int index) {
            return offsets[index];
        }
    }
}
