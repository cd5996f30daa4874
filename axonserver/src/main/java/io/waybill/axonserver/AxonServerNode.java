package io.waybill.axonserver;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.waybill.axonserver.api.AccessInterceptor;
import io.waybill.axonserver.api.ApplicationAdminService;
import io.waybill.axonserver.api.CallGate;
import io.waybill.axonserver.api.ConnectionBacklogs;
import io.waybill.axonserver.api.ContextAdminService;
import io.waybill.axonserver.api.ContextInterceptor;
import io.waybill.axonserver.api.EventProcessorAdminService;
import io.waybill.axonserver.http.HttpEndpoint;
import io.waybill.axonserver.log.DataDirectory;
import io.waybill.axonserver.metrics.CallMetrics;
import io.waybill.axonserver.routing.Applications;
import io.waybill.axonserver.routing.EventProcessors;
import io.waybill.axonserver.security.NodeSecurity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node. It serves the Axon Server API until it is closed, on the loopback interface unless told otherwise.
 *
 * <pre>{@code
 * try (AxonServerNode node = AxonServerNode.start(AxonServerOptions.embedded())) {
 *     AxonServerConfiguration.builder().servers(node.address());
 * }
 * }</pre>
 */
public final class AxonServerNode implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AxonServerNode.class);

    /** The limit of the original. Larger messages are refused by gRPC before they take memory. */
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    /** A client that has more to ask waits until some of it is answered; gRPC sees to that. */
    private static final int MAX_CALLS_PER_CONNECTION = 5_000;

    /** Reading is mostly copying out of the page cache, which more threads than cores would not speed up. */
    private static final int READER_THREADS = 2;

    /** Clients measure their patience with heartbeats in seconds. */
    private static final long BEAT_MILLIS = 1_000;

    /** How exactly timeouts of commands and queries are kept. */
    private static final long EXPIRY_MILLIS = 200;

    /** A connection that does not answer a ping is dead, however its network stack looks. */
    private static final long PING_AFTER_MILLIS = 2_500;

    private static final long PING_TIMEOUT_MILLIS = 5_000;

    /** Clients ping every second; anything slower than this is welcome. */
    private static final long MIN_CLIENT_PING_MILLIS = 100;

    /** How long cutting off may take; what still runs then holds nothing that matters. */
    private static final long CUT_SECONDS = 1;

    private final NodeSecurity security;
    private final String host;
    private final @Nullable TemporaryDirectory temporary;
    private final DataDirectory data;
    private final List<NodeContext> contexts = new ArrayList<>();
    private final ConnectionBacklogs backlogs = new ConnectionBacklogs();
    private final ExecutorService readers = new ThreadPoolExecutor(
            READER_THREADS,
            READER_THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("event-reader-", 0).factory(),
            // After the node has closed there is nobody left to read for.
            new ThreadPoolExecutor.DiscardPolicy());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("node-timer").factory());
    private final CallGate gate = new CallGate();
    private final CallMetrics calls;
    private final long drainMillis;
    private final Server server;
    private final @Nullable HttpEndpoint http;
    private final AtomicBoolean stopping = new AtomicBoolean();

    private AxonServerNode(AxonServerOptions options, NodeSecurity security) throws IOException {
        this.security = security;
        host = HostNames.forClients(options.hostName(), options.bindAddress());
        Path directory = options.dataDirectory();
        if (directory == null) {
            temporary = new TemporaryDirectory("axonserver-");
            directory = temporary.path();
        } else {
            temporary = null;
        }
        try {
            data = DataDirectory.lock(directory);
        } catch (IOException e) {
            stopThreads();
            throw e;
        }
        try {
            for (String name : options.contexts()) {
                contexts.add(new NodeContext(name, DataDirectory.contextDirectory(data.path(), name), options));
            }
            calls = new CallMetrics(AxonServerOptions.DEFAULT_CONTEXT, options.contexts());
            drainMillis = options.drainTimeout().toMillis();
            server = startServer(options);
            http = startHttp(options);
        } catch (IOException | RuntimeException e) {
            stopThreads();
            closeStores();
            throw e;
        }
    }

    /**
     * Opens the data directory and the ports; clients can connect when this returns.
     *
     * @throws IOException if a port is taken; the data directory is locked, damaged or written by a newer version; a
     *     file of certificates or tokens is no good; or other machines would get in unchecked. The message says what to
     *     do
     */
    public static AxonServerNode start(AxonServerOptions options) throws IOException {
        long begun = System.nanoTime();
        NodeSecurity security = NodeSecurity.open(options.tls(), options.tokens());
        AxonServerNode node;
        try {
            security.requireFor(options.bindAddress());
            node = new AxonServerNode(options, security);
        } catch (IOException | RuntimeException e) {
            security.close();
            throw e;
        }
        log.info(
                "Ready on {} after {} ms, {} events stored",
                node.address(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
                node.contexts.stream()
                        .mapToLong(context -> context.stores().events().lastToken() + 1)
                        .sum());
        return node;
    }

    private Server startServer(AxonServerOptions options) throws IOException {
        Map<String, List<BindableService>> services = new LinkedHashMap<>();
        contexts.forEach(context -> services.put(context.name(), services(context)));
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(options.bindAddress(), options.grpcPort()))
                // No handler here blocks, so calls run on the threads that read them from the network.
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(PING_AFTER_MILLIS, TimeUnit.MILLISECONDS)
                .keepAliveTimeout(PING_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .permitKeepAliveTime(MIN_CLIENT_PING_MILLIS, TimeUnit.MILLISECONDS)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .addTransportFilter(backlogs)
                // The last one is asked first; this one passes no call on to the others.
                .intercept(new ContextInterceptor(AxonServerOptions.DEFAULT_CONTEXT, services))
                .intercept(backlogs);
        if (security.accessControl().isOn()) {
            builder.intercept(new AccessInterceptor(security.accessControl(), AxonServerOptions.DEFAULT_CONTEXT));
        }
        builder.intercept(calls).intercept(gate);
        SslContext tls = security.grpcTls();
        if (tls != null) {
            builder.sslContext(tls);
        }
        // What is registered tells gRPC which methods there are; the interceptor finds those of the right context.
        services.getOrDefault(AxonServerOptions.DEFAULT_CONTEXT, List.of()).forEach(builder::addService);
        Server started = builder.build();
        try {
            started.start();
        } catch (IOException e) {
            Throwable cause = e.getCause() != null ? e.getCause() : e;
            throw new IOException(
                    "gRPC port %d cannot be opened on %s: %s. Stop what listens there, or choose another with --port."
                            .formatted(options.grpcPort(), options.bindAddress().getHostAddress(), cause.getMessage()),
                    e);
        }
        every(BEAT_MILLIS, () -> contexts.forEach(NodeContext::beat));
        every(EXPIRY_MILLIS, () -> contexts.forEach(NodeContext::expire));
        return started;
    }

    private @Nullable HttpEndpoint startHttp(AxonServerOptions options) throws IOException {
        try {
            NodeState state = new NodeState(this::nodeInfo, contexts, calls, stopping::get);
            return options.httpPort() == AxonServerOptions.NO_HTTP
                    ? null
                    : HttpEndpoint.start(
                            new InetSocketAddress(options.bindAddress(), options.httpPort()),
                            state,
                            security.accessControl(),
                            security.httpsTls());
        } catch (IOException e) {
            server.shutdownNow();
            throw e;
        }
    }

    private List<BindableService> services(NodeContext context) {
        Map<String, EventProcessors> processors = new LinkedHashMap<>();
        Map<String, Applications> applications = new LinkedHashMap<>();
        for (NodeContext each : contexts) {
            processors.put(each.name(), each.processors());
            applications.put(each.name(), each.applications());
        }
        List<BindableService> services = new ArrayList<>(context.services(this::nodeInfo, readers));
        services.add(new EventProcessorAdminService(context.name(), processors));
        services.add(new ContextAdminService(processors.keySet(), this::nodeInfo));
        services.add(new ApplicationAdminService(applications, this::nodeInfo));
        return services;
    }

    private void every(long millis, Runnable task) {
        var unused = timer.scheduleAtFixedRate(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        // A timer task that throws would never run again.
                        log.error("A periodic task failed", e);
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    private NodeInfo nodeInfo() {
        return NodeInfo.newBuilder()
                .setNodeName("waybill")
                .setHostName(host)
                .setGrpcPort(port())
                .setHttpPort(Math.max(0, httpPort()))
                .build();
    }

    /** Where clients connect, as {@code host:port}. */
    public String address() {
        return HostNames.withPort(host, port());
    }

    /** The methods that clients can call. */
    List<ServerServiceDefinition> services() {
        return server.getServices();
    }

    /** The gRPC port in use. */
    public int port() {
        return server.getPort();
    }

    /** The HTTP port in use, {@link AxonServerOptions#NO_HTTP} when there is none. */
    public int httpPort() {
        return http == null ? AxonServerOptions.NO_HTTP : http.port();
    }

    /**
     * Refuses new calls, lets those in progress end for {@link AxonServerOptions#drainTimeout}, and cuts off the rest.
     * Clients see the connection close and try again. A second call does nothing.
     */
    @Override
    public void close() throws IOException {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        try {
            int cut = gate.close(drainMillis);
            if (cut > 0) {
                log.warn("{} calls did not end in time and are cut off", cut);
            }
            // Closing a connection before the client has read its answers would lose them.
            if (!server.shutdown().awaitTermination(CUT_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
            }
            readers.shutdown();
            // Nobody may still be reading when the files are closed.
            readers.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        stopThreads();
        security.close();
        try {
            closeStores();
        } finally {
            if (http != null) {
                http.close();
            }
        }
        if (temporary != null) {
            temporary.close();
        }
        log.info("Stopped");
    }

    /** The bytes of messages that wait until their clients take them. */
    long waitingBytes() {
        return backlogs.bytes();
    }

    private void stopThreads() {
        readers.shutdown();
        timer.shutdown();
    }

    private void closeStores() throws IOException {
        for (NodeContext context : contexts.reversed()) {
            context.close();
        }
        data.close();
    }
}
