package io.waybill.axonserver.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by size. Recording costs two additions that threads do not contend for. */
final class Histogram {

    /** From a fast disk's fsync to the patience of a user; the last bucket takes whatever is longer. */
    private static final double[] UPPER_BOUNDS_SECONDS = {
        0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, Double.POSITIVE_INFINITY
    };

    private final LongAdder[] counts = new LongAdder[UPPER_BOUNDS_SECONDS.length];
    private final LongAdder sumNanos = new LongAdder();

    Histogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void record(long nanos) {
        double seconds = seconds(nanos);
        int bucket = 0;
        while (seconds > UPPER_BOUNDS_SECONDS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sumNanos.add(nanos);
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Writes the samples of a histogram, each bucket with all that is below it. */
    void writeTo(PrometheusText text, String name, String... labels) {
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += counts[i].sum();
            double bound = UPPER_BOUNDS_SECONDS[i];
            String le = bound == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(bound);
            text.sample(name + "_bucket", total, PrometheusText.with(labels, "le", le));
        }
        text.sample(name + "_sum", seconds(sumNanos.sum()), labels);
        text.sample(name + "_count", total, labels);
    }
}
