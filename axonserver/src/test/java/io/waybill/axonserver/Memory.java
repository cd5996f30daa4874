package io.waybill.axonserver;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** What is in use of the heap, with everything gone that nobody holds. */
final class Memory {

    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    private Memory() {}

    static long usedBytes() {
        // The first collection may leave behind what was only reachable from garbage with a finalizer or a cleaner.
        System.gc();
        System.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }
}
