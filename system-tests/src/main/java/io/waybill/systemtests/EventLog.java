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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads the event store by its own protocol: the one witness whose word counts. */
public final class EventLog implements AutoCloseable {

    private static final long LIMIT_SECONDS = 60;
    private static final int BUFFER = 500;
    private static final JsonMapper JSON = new JsonMapper();

    private final AxonServerConnectionFactory connections;
    /** What was read so far: an event that is stored stays as it is. */
    private final List<Entry> entries = new ArrayList<>();

    private final Predicate<String> wanted;
    private long position = -1;

    /**
     * One stored event.
     *
     * @param sequence number within its aggregate
     * @param aggregateId empty if it is of none
     */
    public record Entry(
            long position, String aggregateId, long sequence, String messageId, Instant storedAt, Object payload) {}

    /** @param address of the event store, as host and port */
    public EventLog(String address) {
        this(address, stored -> true);
    }

    /**
     * @param address of the event store, as host and port
     * @param wanted tells by the ID of its aggregate and its JSON whether an event is of interest; others are not read,
     *     which those in a form of an earlier release could not be
     */
    public EventLog(String address, Predicate<String> wanted) {
        this.wanted = wanted;
        int colon = address.lastIndexOf(':');
        connections = AxonServerConnectionFactory.forClient("event-log")
                .routingServers(
                        new ServerAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))))
                .build();
    }

    /** Every event of interest from the first to the last there is now. */
    public List<Entry> read() throws InterruptedException, ExecutionException, TimeoutException {
        var channel = connections.connect("default").eventChannel();
        long last = channel.getLastToken().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        try (EventStream stream = channel.openStream(position, BUFFER)) {
            while (position < last) {
                @Nullable EventWithToken next = stream.nextIfAvailable(LIMIT_SECONDS, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError(
                            "the event store has events up to %d and gives none after %d".formatted(last, position));
                }
                position = next.getToken();
                if (wanted.test(text(next))) {
                    entries.add(entry(next));
                }
            }
        }
        return List.copyOf(entries);
    }

    private static String text(EventWithToken stored) {
        var event = stored.getEvent();
        return event.getAggregateIdentifier() + " "
                + event.getPayload().getData().toStringUtf8();
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
        }
    }

    @Override
    public void close() {
        connections.shutdown();
    }
}
