package io.waybill.axonserver.metrics;

/** How Prometheus is to understand a metric. */
public enum MetricType {
    /** A number that only grows. */
    COUNTER,
    /** A number that comes and goes. */
    GAUGE,
    /** How often values of different sizes came up. */
    HISTOGRAM,
    /** How many values there were, and their sum. */
    SUMMARY
}
