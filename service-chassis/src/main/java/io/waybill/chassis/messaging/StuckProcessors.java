package io.waybill.chassis.messaging;

/** Knows which event processors of this instance do not get on. */
@FunctionalInterface
public interface StuckProcessors {

    /** Whether it keeps failing at some event, or does not run at all. */
    boolean isStuck(String processor);
}
