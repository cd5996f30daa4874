package io.waybill.chassis.messaging;

/** Has to know that a processor of this instance has claimed a segment that another instance may have had. */
@FunctionalInterface
public interface ClaimListener {

    /** Told before it handles any event of that segment. */
    void hasClaimed(String processor);
}
