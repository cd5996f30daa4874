package io.waybill.messages.operations;

/** What an operator had done about events that a projection could not handle. */
public sealed interface DeadLetterEvent {

    /** The service that the projection belongs to. */
    String service();

    /** The projection's event processor. */
    String processor();

    /**
     * A parked event was handed to its projection again, with those of its sequence before and after it.
     *
     * @param letterId ID of the parked event
     * @param position of the parked event in the event store
     * @param handled whether it is parked no longer
     */
    record DeadLetterRetried(String service, String processor, String letterId, long position, boolean handled)
            implements DeadLetterEvent {}

    /**
     * All that a projection has parked was handed to it again, each sequence in its order.
     *
     * @param handled number of events that are parked no longer
     * @param parked number of events that still are
     */
    record DeadLettersRetried(String service, String processor, long handled, long parked) implements DeadLetterEvent {}

    /**
     * A parked event was given up: its projection will never show what it says.
     *
     * @param letterId ID of the parked event
     * @param position of the parked event in the event store
     */
    record DeadLetterDiscarded(String service, String processor, String letterId, long position, String reason)
            implements DeadLetterEvent {}
}
