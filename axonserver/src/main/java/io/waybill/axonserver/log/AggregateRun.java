package io.waybill.axonserver.log;

import org.jspecify.annotations.Nullable;

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

    /** Whether {@code other}, which may be null, says the same of the same aggregate. */
    default boolean isSameAs(@Nullable AggregateRun other) {
        if (other == null || other.firstSequence() != firstSequence() || other.count() != count()) {
            return false;
        }
        for (int i = 0; i < count(); i++) {
            if (other.offset(i) != offset(i)) {
                return false;
            }
        }
        return true;
    }
}
