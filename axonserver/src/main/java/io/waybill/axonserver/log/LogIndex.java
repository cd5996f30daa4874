package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * What the owner of a log keeps about its entries to find them again. All calls come from one thread at a time: first
 * from the one that opens the log, then from the one that writes it.
 */
interface LogIndex extends Closeable {

    /**
     * Decides about a transaction before it is written. Transactions of one batch are presented in order and count as
     * stored for those that come after them.
     *
     * @throws AppendRefusedException if the transaction must not be stored
     */
    default void admit(List<byte[]> entries) throws AppendRefusedException {}

    /** The batch that was being admitted is over, stored or not; what {@code admit} assumed no longer holds. */
    default void batchEnded() {}

    /** Takes in the entries of a durable record, which starts at {@code offset} of {@code segment}. */
    void add(Segment segment, long offset, List<LogEntry> entries);

    /**
     * Takes over a sealed segment from what was noted when it was sealed, without reading its records.
     *
     * @return false when there are no such notes, or none that can be trusted: the segment has to be read
     */
    default boolean load(Segment segment) throws IOException {
        return false;
    }

    /**
     * The last segment is about to be followed by another. What the index has to note about the one before it is
     * noted when this returns.
     *
     * @throws IOException if it cannot be; the log must not go on to the next segment
     */
    default void beforeNextSegment() throws IOException {}

    /** From now on records go into {@code segment}; the one before it is sealed. */
    default void begin(Segment segment) {}

    @Override
    default void close() {}
}
