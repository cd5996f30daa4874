package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The event store as it gives its events, unchanged: no upcasting, no deserialization. */
interface EventSource {

    /**
     * Position of the last event there is, or -1 if there is none.
     *
     * @throws EventsUnreadable if the event store does not answer
     */
    long last();

    /**
     * Events from a position on, in their order, also those that are yet to come.
     *
     * @param permits how many may be on their way at a time
     */
    Reading<EventWithToken> from(long position, int permits);

    /**
     * Hashes of the events from a position on, for those who need no more of them.
     *
     * @param permits how many may be on their way at a time
     */
    Reading<Hashed> hashesFrom(long position, int permits);

    /**
     * What is hashed of an event, and where it is.
     *
     * @param hash see {@link EventHash}
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody writes into it, nor compares whole records
    record Hashed(long position, byte[] hash) {}

    /**
     * One walk through the events.
     *
     * @param <T> what is read of each
     */
    interface Reading<T> extends AutoCloseable {

        /**
         * That of the next event, or null if none came in time.
         *
         * @throws EventsUnreadable if there will be none any more
         */
        @Nullable
        T next(Duration patience) throws InterruptedException;

        @Override
        void close();
    }

    /** The event store does not answer, or cannot read its own events. */
    final class EventsUnreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        EventsUnreadable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
