package io.waybill.axonserver.routing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits in memory until one connection takes it: messages for a handler that grants no permits, answers and
 * updates for a client that does not read. A connection that falls behind is refused more, so that it harms no other.
 */
public final class Backlog {

    /** What may wait for one connection: some of the largest messages there are, or many thousand ordinary ones. */
    static final long MAX_BYTES = 16 << 20;

    /** What may wait for all connections together; a fifth of the smallest heap the node is meant for. */
    static final long MAX_BYTES_TOGETHER = 32 << 20;

    /** When that much waits, a connection for which little waits is still served. */
    static final long MAX_BYTES_WHEN_SHORT = 1 << 20;

    /** What a message costs besides its content. */
    private static final int OVERHEAD_BYTES = 512;

    private final AtomicLong together;
    private final AtomicLong own = new AtomicLong();

    /** Creates the backlog of one connection; {@code together} counts the bytes that wait for all of them. */
    public Backlog(AtomicLong together) {
        this.together = together;
    }

    /** Makes room for a message that has to wait; false when it may not. */
    public boolean add(int messageBytes) {
        long cost = messageBytes + (long) OVERHEAD_BYTES;
        long waiting = own.addAndGet(cost);
        long all = together.addAndGet(cost);
        if (waiting <= MAX_BYTES_WHEN_SHORT || (waiting <= MAX_BYTES && all <= MAX_BYTES_TOGETHER)) {
            return true;
        }
        remove(messageBytes);
        return false;
    }

    /** A message of that size waits no longer. */
    public void remove(int messageBytes) {
        long cost = messageBytes + (long) OVERHEAD_BYTES;
        own.addAndGet(-cost);
        together.addAndGet(-cost);
    }
}
