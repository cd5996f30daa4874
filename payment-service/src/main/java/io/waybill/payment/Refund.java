package io.waybill.payment;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one refund of a payment stands. It is made of parts, one per authorization, of which one at a time is asked
 * for. Amounts are minor units.
 */
final class Refund {

    private final String id;
    /** Whether the payment gives the money back by itself, and nobody asked for it. */
    private final boolean own;

    private final String reason;
    private final long totalMinor;
    private boolean open;
    private long refundedMinor;
    private @Nullable String askedOf;
    private long askedMinor;
    private final Set<String> refundedOf = new HashSet<>();

    private Refund(String id, boolean own, String reason, long totalMinor, boolean open) {
        this.id = id;
        this.own = own;
        this.reason = reason;
        this.totalMinor = totalMinor;
        this.open = open;
    }

    static Refund started(String id, boolean own, String reason, long totalMinor) {
        return new Refund(id, own, reason, totalMinor, true);
    }

    /** One that nobody started here: the one refund of a payment of old, or one that reconciliation found. */
    static Refund unasked(String id, String reason, long totalMinor) {
        return new Refund(id, false, reason, totalMinor, false);
    }

    String id() {
        return id;
    }

    boolean isOwn() {
        return own;
    }

    String reason() {
        return reason;
    }

    boolean isOpen() {
        return open;
    }

    boolean isInFlight() {
        return askedOf != null;
    }

    boolean isAskedOf(String authorizationId) {
        return authorizationId.equals(askedOf);
    }

    boolean wasRefundedOf(String authorizationId) {
        return refundedOf.contains(authorizationId);
    }

    long askedMinor() {
        return askedMinor;
    }

    long leftMinor() {
        return totalMinor - refundedMinor;
    }

    /** What of the money that is kept is spoken for by this refund. */
    long pendingMinor() {
        return open || isInFlight() ? leftMinor() : 0;
    }

    long totalMinor() {
        return totalMinor;
    }

    void requested(String authorizationId, long minor) {
        askedOf = authorizationId;
        askedMinor = minor;
    }

    void refunded(String authorizationId, long minor) {
        if (isAskedOf(authorizationId)) {
            askedOf = null;
        }
        refundedOf.add(authorizationId);
        refundedMinor += minor;
    }

    void ended() {
        open = false;
        askedOf = null;
    }
}
