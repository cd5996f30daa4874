package io.waybill.benchmarks;

import org.HdrHistogram.Histogram;

/**
 * What was measured in one turn.
 *
 * @param operations how many ended
 * @param elapsedNanos from the first request to the last answer
 * @param latencies in nanoseconds
 */
record Round(long operations, long elapsedNanos, Histogram latencies) {

    /** Latencies are kept with so many digits: one in a thousand is finer than any of them can be repeated. */
    static final int LATENCY_DIGITS = 3;

    double perSecond() {
        return operations * 1e9 / Math.max(1, elapsedNanos);
    }
}
