package io.waybill.orderview.audit;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.connector.impl.ContextConnection;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The events of an Axon Server. */
final class AxonServerEvents implements EventSource {

    private static final long ANSWER_TIMEOUT_SECONDS = 10;

    private final Supplier<AxonServerConnection> connection;

    /** @param connection the one that there is now */
    AxonServerEvents(Supplier<AxonServerConnection> connection) {
        this.connection = connection;
    }

    @Override
    public long last() {
        try {
            return connection.get().eventChannel().getLastToken().get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new EventsUnreadable("The event store does not say which event is the last", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventsUnreadable("Stopped while the event store was asked", e);
        }
    }

    @Override
    public Reading<Hashed> hashesFrom(long position, int permits) {
        // There is no other way to the channel, with its context and token; Axon Framework takes the same.
        var open = (ContextConnection) connection.get();
        return new StoredHashes(open.getManagedChannel(), position, permits);
    }

    @Override
    public Reading<EventWithToken> from(long position, int permits) {
        EventStream stream = connection.get().eventChannel().openStream(position - 1, permits);
        return new Reading<>() {
            @Override
            public @Nullable EventWithToken next(Duration patience) throws InterruptedException {
                @Nullable EventWithToken next = stream.nextIfAvailable(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (next == null && stream.isClosed()) {
                    throw new EventsUnreadable(
                            "The event store gives no more events",
                            stream.getError().orElse(null));
                }
                return next;
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }
}
