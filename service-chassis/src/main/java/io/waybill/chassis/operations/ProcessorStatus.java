package io.waybill.chassis.operations;

import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import io.waybill.chassis.operations.Failures.Failure;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an event processor is doing, on all instances of its service together as far as its tokens tell.
 *
 * @param running whether this instance takes part in it
 * @param head position of the last event there is; -1 if there is none
 * @param farBehind whether an event has waited for longer than a projection may be behind
 * @param parked how many dead letters it has
 */
record ProcessorStatus(
        String processor,
        Kind kind,
        boolean running,
        long head,
        boolean farBehind,
        List<Segment> segments,
        Fill parked) {

    /** What a processor is for. */
    enum Kind {
        /** Maintains what is shown; parks what it cannot handle. */
        PROJECTION,
        /** Has effects elsewhere; stops at what it cannot handle, and tries again. */
        PROCESS
    }

    /** Who works on a segment. */
    enum Claim {
        HERE,
        ELSEWHERE,
        NOBODY
    }

    /**
     * A share of the events that is handled in order.
     *
     * @param position of the last event that was handled or passed over; -1 if none was
     * @param rebuilding whether it handles events that it had handled before
     * @param failure why it does not get on, if it keeps failing on this instance
     */
    record Segment(
            int segment,
            long position,
            boolean rebuilding,
            Claim claimed,
            @Nullable Failure failure) {}

    boolean isRebuilding() {
        return segments.stream().anyMatch(Segment::rebuilding);
    }

    /** Position of the last event before which all have been handled. */
    long position() {
        return segments.stream().mapToLong(Segment::position).min().orElse(-1);
    }

    /** Number of events that have not been looked at. */
    long behind() {
        return Math.max(0, head - position());
    }

    Stream<Failure> failures() {
        return segments.stream().map(Segment::failure).filter(Objects::nonNull);
    }
}
