package io.waybill.chassis.mongo;

/**
 * A view lacks events before the one that its processor has come to: they were lost after the processor had read them.
 * No fault of the event, so its batch is handled again.
 */
public final class MissedEvents extends RuntimeException {

    MissedEvents(String message) {
        super(message);
    }
}
