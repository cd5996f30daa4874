package io.waybill.chassis.readmodels;

import io.waybill.chassis.messaging.Slot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A read model that is made once more from all events, beside the one that is shown.
 *
 * @param slot where it is made
 * @param verify whether it is made only to be compared
 * @param runningSince null as long as its place is not clear
 * @param endedAt null as long as it is neither compared nor given up
 * @param wipeAt when what was made is cleared away, because nobody works on it any more by then; null if nothing is to be
 *     cleared away
 * @param comparison null as long as it is not compared
 */
public record Rebuild(
        String id,
        Slot slot,
        boolean verify,
        State state,
        Instant startedAt,
        @Nullable Instant runningSince,
        @Nullable Instant endedAt,
        @Nullable Instant wipeAt,
        @Nullable Comparison comparison) {

    /** How far it is. */
    public enum State {
        /** Waits until what was in its place is cleared away. */
        PREPARING,
        /** Is given all events, and then compared. */
        RUNNING,
        /** Has caught up and is compared: it may be shown. */
        READY,
        /** Is shown, while the one before it is kept up to date. */
        LIVE,
        /** Was shown, until somebody went back to the one before it. */
        ROLLED_BACK,
        /** Was given up, or its predecessor was. */
        DISCARDED,
        /** Was compared, and cleared away, as it was meant to be. */
        VERIFIED;

        /** Whether both places are kept up to date. */
        boolean needsBoth() {
            return this == RUNNING || this == READY || this == LIVE;
        }

        /** Whether somebody still has to decide about it, or the machine is at work. */
        boolean isOpen() {
            return this == PREPARING || this == RUNNING || this == READY;
        }
    }

    static Rebuild prepared(String id, Slot slot, boolean verify, Instant now, Instant wipeAt) {
        return new Rebuild(id, slot, verify, State.PREPARING, now, null, null, wipeAt, null);
    }

    Rebuild running(Instant now) {
        return new Rebuild(id, slot, verify, State.RUNNING, startedAt, now, null, null, null);
    }

    Rebuild ready(Comparison made, Instant now) {
        return new Rebuild(id, slot, verify, State.READY, startedAt, runningSince, now, null, made);
    }

    /** @param wiped when what nobody needs any more is cleared away; null if both places are needed */
    Rebuild moved(State to, Instant now, @Nullable Instant wiped) {
        return new Rebuild(id, slot, verify, to, startedAt, runningSince, now, wiped, comparison);
    }

    Rebuild wiped() {
        return wipedLater(null);
    }

    Rebuild wipedLater(@Nullable Instant wiped) {
        return new Rebuild(id, slot, verify, state, startedAt, runningSince, endedAt, wiped, comparison);
    }
}
