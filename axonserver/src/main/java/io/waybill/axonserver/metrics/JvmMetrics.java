package io.waybill.axonserver.metrics;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;

/** What the JVM says about itself, under the names that the Prometheus client for Java uses. */
public final class JvmMetrics {

    private static final double MILLIS_PER_SECOND = 1_000;

    private JvmMetrics() {}

    /** Writes memory, garbage collection, threads and start time. */
    public static void writeTo(PrometheusText text) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage nonHeap = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        text.metric("jvm_memory_used_bytes", MetricType.GAUGE, "Memory in use");
        text.sample("jvm_memory_used_bytes", heap.getUsed(), "area", "heap");
        text.sample("jvm_memory_used_bytes", nonHeap.getUsed(), "area", "nonheap");
        text.metric("jvm_memory_committed_bytes", MetricType.GAUGE, "Memory taken from the operating system");
        text.sample("jvm_memory_committed_bytes", heap.getCommitted(), "area", "heap");
        text.sample("jvm_memory_committed_bytes", nonHeap.getCommitted(), "area", "nonheap");
        text.metric("jvm_memory_max_bytes", MetricType.GAUGE, "Memory that may be taken, -1 without a limit");
        text.sample("jvm_memory_max_bytes", heap.getMax(), "area", "heap");
        text.sample("jvm_memory_max_bytes", nonHeap.getMax(), "area", "nonheap");
        text.metric("jvm_gc_collection_seconds", MetricType.SUMMARY, "Time spent in garbage collections");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String name = collector.getName();
            text.sample("jvm_gc_collection_seconds_sum", collector.getCollectionTime() / MILLIS_PER_SECOND, "gc", name);
            text.sample("jvm_gc_collection_seconds_count", collector.getCollectionCount(), "gc", name);
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        text.metric("jvm_threads_current", MetricType.GAUGE, "Threads there are");
        text.sample("jvm_threads_current", threads.getThreadCount());
        text.metric("jvm_threads_peak", MetricType.GAUGE, "The most threads there were at once");
        text.sample("jvm_threads_peak", threads.getPeakThreadCount());
        text.metric("process_start_time_seconds", MetricType.GAUGE, "When the process started, in seconds since 1970");
        text.sample(
                "process_start_time_seconds",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
    }
}
