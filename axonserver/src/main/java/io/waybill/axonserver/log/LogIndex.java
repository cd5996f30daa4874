package io.waybill.axonserver.log;

import java.util.List;

/**
 * What the owner of a log keeps in memory about its entries. All calls come from one thread at a time: first from the
 * one that opens the log, then from the one that writes it.
 */
interface LogIndex {

    /**
     * Decides about a transaction before it is written. Transactions of one batch are presented in order and count as
     * stored for those that come after them.
     *
     * @throws AppendRefusedException if the transaction must not be stored
     */
    default void admit(List<byte[]> entries) throws AppendRefusedException {}

    /** The batch that was being admitted is over, stored or not; what {@code admit} assumed no longer holds. */
    default void batchEnded() {}

    /** Takes in the entries of a durable record. {@code location} finds the record again. */
    void add(List<LogEntry> entries, long location);
}
