package io.waybill.orderview.audit;

import java.time.Instant;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * A verification and how far it is. No event says it, so it is lost with the store.
 *
 * @param from position of the first event that is asked for
 * @param to position of the last; null for all there are
 * @param position of the last event that was compared; the one before the first at the beginning
 * @param seenAt when its instance last said that it goes on
 * @param endedAt null as long as it goes on
 * @param verdict null unless it came to an end
 */
public record VerificationRun(
        @BsonId String verificationId,
        State state,
        long from,
        @Nullable Long to,
        long position,
        Instant startedAt,
        Instant seenAt,
        @Nullable Instant endedAt,
        @Nullable Verdict verdict) {

    /** Where a verification stands. */
    public enum State {
        RUNNING,
        COMPLETED,
        /** The service was stopped, or ended, meanwhile. */
        INTERRUPTED,
        /** Something else than the events was wrong. */
        FAILED
    }

    VerificationRun at(long newPosition, Instant now) {
        return new VerificationRun(verificationId, state, from, to, newPosition, startedAt, now, endedAt, verdict);
    }

    VerificationRun ended(State newState, @Nullable Verdict newVerdict, Instant now) {
        return new VerificationRun(verificationId, newState, from, to, position, startedAt, now, now, newVerdict);
    }
}
