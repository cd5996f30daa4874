package io.waybill.axonserver.log;

/** Where the entries of one aggregate are within one segment, in the order in which they were stored. */
interface AggregateRun {

    Segment segment();

    /** The sequence number of the first entry. That of the others follows from it where sequences have no gap. */
    long firstSequence();

    int count();

    /** The offset of the record that holds the entry at {@code index}, which is below a {@link #count()} seen before. */
    long offset(int index);

    default long lastSequence() {
        return firstSequence() + count() - 1;
    }
}
