package io.waybill.chassis.messaging;

import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * An event that comes again although its processor had passed it for good: it restores what a handler remembers, and
 * has no other effect. Axon's own replay would do for projections, but leaves sagas out.
 */
final class Replay {

    private static final String CHECKPOINT = Replay.class.getName();

    private Replay() {}

    /** Says of a batch up to which position its events were handled before. */
    static void upTo(long checkpoint, UnitOfWork<?> batch) {
        batch.resources().putIfAbsent(CHECKPOINT, checkpoint);
    }

    /** Whether the event that is being handled was handled before. */
    static boolean isNow() {
        if (!CurrentUnitOfWork.isStarted()) {
            return false;
        }
        UnitOfWork<?> batch = CurrentUnitOfWork.get().root();
        @Nullable Long checkpoint = batch.getResource(CHECKPOINT);
        return checkpoint != null
                && batch.getMessage() instanceof TrackedEventMessage<?> event
                && Positions.of(event.trackingToken()) <= checkpoint;
    }

    /** The checkpoint of the batch that is being handled. */
    static long checkpoint() {
        @Nullable Long checkpoint = CurrentUnitOfWork.get().root().getResource(CHECKPOINT);
        return checkpoint == null ? Checkpoints.NONE : checkpoint;
    }
}
