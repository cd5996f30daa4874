package io.waybill.payment;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one capture of a payment stands. It is made of parts, one per authorization, of which one at a time is asked
 * for. Amounts are minor units.
 */
final class Capture {

    private enum Stage {
        /** Not asked for here: the one capture of a payment of old, or money that reconciliation found. */
        UNASKED,
        OPEN,
        COMPLETED,
        REFUSED
    }

    private final String id;
    private Stage stage = Stage.UNASKED;
    private long totalMinor;
    private long capturedMinor;
    private @Nullable String askedOf;
    private long askedMinor;
    /** Parts that were given up without an answer, or refused; the answer may still come, or be corrected. */
    private final Map<String, Long> givenUp = new HashMap<>();

    private final Set<String> capturedOf = new HashSet<>();
    private @Nullable String awaitedAuthorization;

    Capture(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    boolean wasStarted() {
        return stage != Stage.UNASKED;
    }

    boolean isOpen() {
        return stage == Stage.OPEN;
    }

    boolean isInFlight() {
        return askedOf != null;
    }

    boolean isAskedOf(String authorizationId) {
        return authorizationId.equals(askedOf);
    }

    boolean wasCapturedOf(String authorizationId) {
        return capturedOf.contains(authorizationId);
    }

    boolean awaits(String authorizationId) {
        return authorizationId.equals(awaitedAuthorization);
    }

    /** The part of this authorization that no success was recorded for; empty if there is no such part. */
    OptionalLong unansweredMinor(String authorizationId) {
        if (isAskedOf(authorizationId)) {
            return OptionalLong.of(askedMinor);
        }
        @Nullable Long minor = givenUp.get(authorizationId);
        return minor == null ? OptionalLong.empty() : OptionalLong.of(minor);
    }

    long totalMinor() {
        return totalMinor;
    }

    long capturedMinor() {
        return capturedMinor;
    }

    /** What is still to be captured; not negative. */
    long missingMinor() {
        return Math.max(0, totalMinor - capturedMinor);
    }

    void started(long minor) {
        stage = Stage.OPEN;
        totalMinor = minor;
    }

    void awaiting(String authorizationId) {
        awaitedAuthorization = authorizationId;
    }

    void requested(String authorizationId, long minor) {
        askedOf = authorizationId;
        askedMinor = minor;
    }

    /** Ends the part that is asked for, if it is asked of this authorization. */
    void giveUp(String authorizationId) {
        if (isAskedOf(authorizationId)) {
            givenUp.put(authorizationId, askedMinor);
            askedOf = null;
        }
    }

    void captured(String authorizationId, long minor) {
        giveUp(authorizationId);
        givenUp.remove(authorizationId);
        capturedOf.add(authorizationId);
        capturedMinor += minor;
    }

    void completed() {
        stage = Stage.COMPLETED;
    }

    /** Gives it up, and names the authorization that was asked for a part; null if none was. */
    @Nullable
    String refused() {
        @Nullable String refusing = askedOf;
        if (refusing != null) {
            giveUp(refusing);
        }
        stage = Stage.REFUSED;
        return refusing;
    }
}
