package io.waybill.chassis.messaging;

import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** Positions in the event store: the number of an event among all events, counted from 0. */
public final class Positions {

    private Positions() {}

    /** The position of the event that a handler was given together with this token. */
    public static long of(TrackingToken token) {
        return token.position().orElseThrow(() -> new IllegalStateException("A token without a position: " + token));
    }

    /** The position of the last event there is, or -1 if there is none. */
    public static long last(EventStore eventStore) {
        @Nullable TrackingToken head = eventStore.createHeadToken();
        return head == null ? -1 : of(head);
    }
}
