package io.waybill.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** One line of the table: the same work done by each server in turns. */
final class Line {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;

    private final String name;
    private final int perOperation;
    private final List<Samples> servers = new ArrayList<>();
    private final List<Double> limits = new ArrayList<>();

    /**
     * Creates a line without figures.
     *
     * @param perOperation what one operation counts for in the figure per second, such as the events of a transaction
     * @param servers how many servers there are
     */
    Line(String name, int perOperation, int servers) {
        this.name = name;
        this.perOperation = perOperation;
        for (int i = 0; i < servers; i++) {
            this.servers.add(new Samples());
        }
    }

    String name() {
        return name;
    }

    /** Adds what a server did in one round, and the processor time it took, negative if unknown. */
    void add(int server, Round round, long processorNanos) {
        servers.get(server).add(round, processorNanos);
    }

    /** Adds what the machine allows at most, in operations per second, measured between the rounds. */
    void addLimit(Round round) {
        limits.add(round.perSecond());
    }

    /** What the table says of one server. */
    Figures figures(int server) {
        Samples samples = servers.get(server);
        double perSecond = median(samples.perSecond);
        return new Figures(
                perSecond * perOperation,
                samples.latencies.getValueAtPercentile(50) / NANOS_PER_MILLI,
                samples.latencies.getValueAtPercentile(99) / NANOS_PER_MILLI,
                limits.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(perSecond / median(limits)),
                samples.processorNanos < 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(samples.processorNanos
                                / NANOS_PER_MICRO
                                / Math.max(1, samples.operations * (double) perOperation)));
    }

    /** How much faster the first server was than the second: the median of the rounds' ratios. */
    OptionalDouble ratio() {
        if (servers.size() < 2) {
            return OptionalDouble.empty();
        }
        List<Double> first = servers.get(0).perSecond;
        List<Double> second = servers.get(1).perSecond;
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            ratios.add(first.get(i) / second.get(i));
        }
        return OptionalDouble.of(median(ratios));
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(0);
    }

    /**
     * What one server did.
     *
     * @param perSecond the median of its rounds
     * @param p50Millis over all rounds
     * @param p99Millis over all rounds
     * @param ofLimit operations per second as a share of what the machine allows
     * @param processorMicros what the server's process used for each one that is counted
     */
    record Figures(
            double perSecond,
            double p50Millis,
            double p99Millis,
            OptionalDouble ofLimit,
            OptionalDouble processorMicros) {}

    private static final class Samples {

        private final List<Double> perSecond = new ArrayList<>();
        private final Histogram latencies = new Histogram(Round.LATENCY_DIGITS);
        private long operations;
        private long processorNanos;

        void add(Round round, long nanos) {
            perSecond.add(round.perSecond());
            latencies.add(round.latencies());
            operations += round.operations();
            processorNanos = nanos < 0 || processorNanos < 0 ? -1 : processorNanos + nanos;
        }
    }
}
