package io.waybill.chassis.messaging;

/** What an event processor has to find again, whatever becomes of its store. */
public sealed interface CheckpointEvent permits CheckpointReached {

    /** The service that the processor belongs to. */
    String service();

    String processor();
}
