package io.waybill.orderview.audit;

import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
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

    private final Supplier<EventChannel> channel;

    /** @param channel of the connection that there is now */
    AxonServerEvents(Supplier<EventChannel> channel) {
        this.channel = channel;
    }

    @Override
    public long last() {
        try {
            return channel.get().getLastToken().get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new EventsUnreadable("The event store does not say which event is the last", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventsUnreadable("Stopped while the event store was asked", e);
        }
    }

    @Override
    public Reading from(long position, int permits) {
        EventStream stream = channel.get().openStream(position - 1, permits);
        return new Reading() {
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
