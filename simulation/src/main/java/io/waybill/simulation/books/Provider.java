package io.waybill.simulation.books;

import java.util.Map;
import java.util.Set;

/** What a payment provider knows to have done, whatever became of its answers. All amounts are minor units. */
public interface Provider {

    /** Every authorization it was ever asked for, whatever became of it. */
    Set<String> authorizationIds();

    /** Whether it ever held money by this authorization. */
    boolean everHeld(String authorizationId);

    /** What it holds now; 0 if it does not know the authorization. */
    long heldMinor(String authorizationId);

    /** What it has taken of what it held, by the ID of the capture. */
    Map<String, Long> captures(String authorizationId);

    /** What it has given back, by the ID of the refund. */
    Map<String, Long> refunds(String authorizationId);

    /** Whether it holds anything now. */
    default boolean holds(String authorizationId) {
        return heldMinor(authorizationId) > 0;
    }
}
