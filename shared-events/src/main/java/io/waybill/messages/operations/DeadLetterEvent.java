package io.waybill.messages.operations;

import org.jspecify.annotations.Nullable;

/** What an operator asked for about events that a projection could not handle, and what came of it. */
public sealed interface DeadLetterEvent {

    /** The service that the projection belongs to. */
    String service();

    /** The projection's event processor. */
    String processor();

    /**
     * What is parked is about to be handed to its projection again.
     *
     * @param letterId ID of a parked event, whose sequence it is about; null for all that the projection has parked
     */
    record DeadLetterRetryRequested(
            String service, String processor, @Nullable String letterId) implements DeadLetterEvent {}

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
