package io.waybill.axonserver.log;

import org.jspecify.annotations.Nullable;

/** Finds the entries of an aggregate within one segment. */
interface SegmentIndex {

    Segment segment();

    /**
     * The aggregate's entries in this segment, or null when it has none here.
     *
     * @throws DamagedLogException if the index is damaged here
     */
    @Nullable
    AggregateRun find(String aggregateId) throws DamagedLogException;

    /** The latest timestamp of all entries of the log up to the end of this segment, in milliseconds since the epoch. */
    long latestTimestampMillis();
}
