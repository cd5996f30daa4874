package io.waybill.axonserver.log;

import java.util.Arrays;

/** A growing list of numbers that one thread writes and any thread reads. */
final class LongList {

    private static final int INITIAL_CAPACITY = 4;

    private volatile long[] values = new long[INITIAL_CAPACITY];

    // Written after the value it makes visible, read before it: that order is what makes reading safe.
    private volatile int size;

    int size() {
        return size;
    }

    /** The value at {@code index}, which is below a {@link #size()} seen by this thread. */
    long get(int index) {
        return values[index];
    }

    /** To be called by one thread only. */
    void add(long value) {
        int at = size;
        long[] target = values;
        if (at == target.length) {
            target = Arrays.copyOf(target, at + (at >> 1));
            values = target;
        }
        target[at] = value;
        size = at + 1;
    }
}
