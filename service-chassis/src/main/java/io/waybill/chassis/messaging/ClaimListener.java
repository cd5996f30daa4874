package io.waybill.chassis.messaging;

/** Has to know that a processor of this instance is about to claim a segment that another instance may have had. */
@FunctionalInterface
public interface ClaimListener {

    /** Told before the token is read. */
    void beforeClaim(String processor);
}
