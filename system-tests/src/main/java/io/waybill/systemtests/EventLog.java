package io.waybill.systemtests;

import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads the event store by its own protocol: the one witness whose word counts. */
public final class EventLog implements AutoCloseable {

    private static final long LIMIT_SECONDS = 60;
    private static final int BUFFER = 500;
    private static final JsonMapper JSON = new JsonMapper();

    private final AxonServerConnectionFactory connections;
    /** What was read so far: an event that is stored stays as it is. */
    private final List<Entry> entries = new ArrayList<>();

    /**
     * One stored event.
     *
     * @param sequence number within its aggregate
     * @param aggregateId empty if it is of none
     * @param payload the event; its JSON if it is in a form of an earlier release
     */
    public record Entry(
            long position, String aggregateId, long sequence, String messageId, Instant storedAt, Object payload) {}

    /** @param address of the event store, as host and port */
    public EventLog(String address) {
        int colon = address.lastIndexOf(':');
        connections = AxonServerConnectionFactory.forClient("event-log")
                .routingServers(
                        new ServerAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))))
                .build();
    }

    /** Everything from the first event to the last there is now. */
    public List<Entry> read() throws InterruptedException, ExecutionException, TimeoutException {
        var channel = connections.connect("default").eventChannel();
        long last = channel.getLastToken().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        long position = entries.isEmpty() ? -1 : entries.getLast().position();
        try (EventStream stream = channel.openStream(position, BUFFER)) {
            while (position < last) {
                @Nullable EventWithToken next = stream.nextIfAvailable(LIMIT_SECONDS, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError(
                            "the event store has events up to %d and gives none after %d".formatted(last, position));
                }
                position = next.getToken();
                entries.add(entry(next));
            }
        }
        return List.copyOf(entries);
    }

    private static Entry entry(EventWithToken stored) {
        var event = stored.getEvent();
        return new Entry(
                stored.getToken(),
                event.getAggregateIdentifier(),
                event.getAggregateSequenceNumber(),
                event.getMessageIdentifier(),
                Instant.ofEpochMilli(event.getTimestamp()),
                payload(
                        event.getPayload().getType(),
                        event.getPayload().getData().toStringUtf8()));
    }

    private static Object payload(String type, String json) {
        try {
            return JSON.readValue(json, Class.forName(type));
        } catch (ClassNotFoundException e) {
            throw new AssertionError("the event store holds a " + type + ", which nobody knows", e);
        } catch (JacksonException e) {
            return json;
        }
    }

    @Override
    public void close() {
        connections.shutdown();
    }
}
