package io.waybill.axonserver;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Applications that connect to a node the way any application does, and what they send. */
final class Clients implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final Deque<AxonServerConnectionFactory> factories = new ArrayDeque<>();

    /** A new instance of the application called {@code component}. */
    AxonServerConnection connect(AxonServerNode node, String component) {
        return connect(node, component, "default");
    }

    /** A new instance of the application called {@code component}, in a context of its own choice. */
    AxonServerConnection connect(AxonServerNode node, String component, String context) {
        return connect(node.port(), component, context, builder -> {});
    }

    /** A new instance of the application called {@code component}, in {@code context} and with settings of its own. */
    AxonServerConnection connect(
            int port, String component, String context, Consumer<AxonServerConnectionFactory.Builder> settings) {
        AxonServerConnectionFactory.Builder builder = AxonServerConnectionFactory.forClient(
                        component, component + "-" + UUID.randomUUID())
                .routingServers(new ServerAddress("localhost", port))
                .reconnectInterval(50, TimeUnit.MILLISECONDS)
                .processorInfoUpdateFrequency(50, TimeUnit.MILLISECONDS)
                .threadPoolSize(1);
        settings.accept(builder);
        AxonServerConnectionFactory factory = builder.build();
        factories.push(factory);
        return factory.connect(context);
    }

    @Override
    public void close() {
        factories.forEach(AxonServerConnectionFactory::shutdown);
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static SerializedObject payload(String text) {
        return SerializedObject.newBuilder()
                .setType("text")
                .setData(ByteString.copyFromUtf8(text))
                .build();
    }

    /** A domain event; its content is told by its place. */
    static Event event(String aggregateId, long sequence) {
        return Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setAggregateIdentifier(aggregateId)
                .setAggregateSequenceNumber(sequence)
                .setAggregateType("Thing")
                .setTimestamp(1_000 + sequence)
                .setPayload(payload(aggregateId + "/" + sequence))
                .build();
    }

    /** An event that belongs to no aggregate. */
    static Event looseEvent(String text) {
        return Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setTimestamp(1_000)
                .setPayload(payload(text))
                .build();
    }
}
