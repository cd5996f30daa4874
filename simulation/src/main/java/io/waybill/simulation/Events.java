package io.waybill.simulation;

import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingEventStream;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.jspecify.annotations.Nullable;

/** An event store whose events are read along without a thread. */
final class Events extends EmbeddedEventStore {

    private final Log log;

    Events(Log log) {
        super(EmbeddedEventStore.builder().storageEngine(log));
        this.log = log;
    }

    /** Events after a position that there are by now; what comes later is not in it. */
    @Override
    public TrackingEventStream openStream(@Nullable TrackingToken token) {
        long read = token == null ? -1 : token.position().orElse(-1);
        Iterator<TrackedEventMessage<?>> left =
                log.read((int) read + 1, log.size()).iterator();
        return new TrackingEventStream() {
            @Override
            public Optional<TrackedEventMessage<?>> peek() {
                throw new UnsupportedOperationException("nobody needs to know before");
            }

            @Override
            public boolean hasNextAvailable(int timeout, TimeUnit unit) {
                return left.hasNext();
            }

            @Override
            public TrackedEventMessage<?> nextAvailable() {
                return left.next();
            }

            @Override
            public void close() {}
        };
    }
}
