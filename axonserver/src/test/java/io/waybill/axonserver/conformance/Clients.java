package io.waybill.axonserver.conformance;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.waybill.axonserver.AxonServerNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Applications that connect to a server, with the connector or with nothing but gRPC; closed together. */
public final class Clients implements AutoCloseable {

    /** How long a test waits for something that should come at once. */
    public static final long PATIENCE_SECONDS = 10;

    /** What a bare connection takes of each call, read or not. Left alone, gRPC takes up to eight times that when it is slow. */
    private static final int WINDOW_BYTES = 1 << 20;

    private final @Nullable ServerAddress given;
    private final Deque<Runnable> closing = new ArrayDeque<>();

    /** Clients of the server under test, unless a test says otherwise. */
    public Clients() {
        this(null);
    }

    /** Clients of another server. */
    public Clients(@Nullable ServerAddress server) {
        given = server;
    }

    private ServerAddress server() {
        return given != null ? given : ServerUnderTest.server();
    }

    /** A new instance of the application called {@code component}, connected the way any application is. */
    public AxonServerConnection connect(String component) {
        return connect(server(), component, "default", builder -> {});
    }

    /** A new instance of the application called {@code component}, at a node of the test's own. */
    public AxonServerConnection connect(AxonServerNode node, String component) {
        return connect(node, component, "default");
    }

    /** The same, in a context of its own choice. */
    public AxonServerConnection connect(AxonServerNode node, String component, String context) {
        return connect(node.port(), component, context, builder -> {});
    }

    /** The same, with settings of its own. */
    public AxonServerConnection connect(
            int port, String component, String context, Consumer<AxonServerConnectionFactory.Builder> settings) {
        return connect(new ServerAddress("localhost", port), component, context, settings);
    }

    private AxonServerConnection connect(
            ServerAddress server,
            String component,
            String context,
            Consumer<AxonServerConnectionFactory.Builder> settings) {
        AxonServerConnectionFactory.Builder builder = AxonServerConnectionFactory.forClient(
                        component, component + "-" + UUID.randomUUID())
                .routingServers(server)
                .reconnectInterval(50, TimeUnit.MILLISECONDS)
                .processorInfoUpdateFrequency(50, TimeUnit.MILLISECONDS)
                .threadPoolSize(1);
        settings.accept(builder);
        AxonServerConnectionFactory factory = builder.build();
        closing.push(factory::shutdown);
        return factory.connect(context);
    }

    /** A bare connection, for what the connector would not do or would hide. */
    public ManagedChannel channel() {
        ServerAddress server = server();
        ManagedChannel channel = NettyChannelBuilder.forAddress(server.getHostName(), server.getGrpcPort())
                .usePlaintext()
                .flowControlWindow(WINDOW_BYTES)
                .build();
        closing.push(channel::shutdownNow);
        return channel;
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }

    /** What {@code future} completes with; it must do so soon. */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
