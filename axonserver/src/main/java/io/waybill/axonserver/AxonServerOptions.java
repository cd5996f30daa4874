package io.waybill.axonserver;

import io.waybill.axonserver.log.Durability;
import io.waybill.axonserver.security.TlsFiles;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a node runs. {@link #embedded()} is for tests, {@link #stored(Path)} for anything that is to be kept. Immutable:
 * each {@code with} method returns changed options.
 */
public final class AxonServerOptions {

    /** Stands for no HTTP port at all. */
    public static final int NO_HTTP = -1;

    /** The port on which clients look for an Axon Server. */
    public static final int DEFAULT_GRPC_PORT = 8124;

    /** The port on which an Axon Server answers HTTP. */
    public static final int DEFAULT_HTTP_PORT = 8024;

    /** The context that a client uses when it names none. Every node has it. */
    public static final String DEFAULT_CONTEXT = "default";

    /**
     * Large enough that a store of a million events is a handful of files, small enough that the index of the one that
     * grows fits into a small heap and is rebuilt within a second.
     */
    private static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

    private static final long MIN_SEGMENT_BYTES = 4L << 10;

    /** An offset within a segment, plus its largest record, has to stay below 2 GiB. */
    private static final long MAX_SEGMENT_BYTES = 1L << 30;

    /** What the original waits by default. */
    private static final Duration DEFAULT_MESSAGE_TIMEOUT = Duration.ofMinutes(5);

    /**
     * How long calls in progress may take to end when the node stops: enough for any command that is not hung, and half
     * of what the usual supervisors wait before they kill.
     */
    private static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(5);

    /** A test that closes its node does not wait for whoever is still talking to it. */
    private static final Duration EMBEDDED_DRAIN_TIMEOUT = Duration.ofMillis(300);

    /** A context's name is also a directory's. */
    private static final Pattern CONTEXT_NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}");

    private int grpcPort;
    private int httpPort;
    private @Nullable Path dataDirectory;
    private long segmentBytes = DEFAULT_SEGMENT_BYTES;
    private Duration messageTimeout = DEFAULT_MESSAGE_TIMEOUT;
    private Durability durability = Durability.SYNC;
    private Duration drainTimeout = DEFAULT_DRAIN_TIMEOUT;
    private List<String> contexts = List.of(DEFAULT_CONTEXT);
    private InetAddress bindAddress = InetAddress.getLoopbackAddress();
    private @Nullable String hostName;
    private @Nullable TlsFiles tls;
    private @Nullable Path tokens;

    private AxonServerOptions() {}

    private AxonServerOptions(AxonServerOptions source) {
        grpcPort = source.grpcPort;
        httpPort = source.httpPort;
        dataDirectory = source.dataDirectory;
        segmentBytes = source.segmentBytes;
        messageTimeout = source.messageTimeout;
        durability = source.durability;
        drainTimeout = source.drainTimeout;
        contexts = source.contexts;
        bindAddress = source.bindAddress;
        hostName = source.hostName;
        tls = source.tls;
        tokens = source.tokens;
    }

    /** A node on a free port with a temporary directory and no HTTP: what a test wants. */
    public static AxonServerOptions embedded() {
        return new AxonServerOptions().withPorts(0, NO_HTTP).withDrainTimeout(EMBEDDED_DRAIN_TIMEOUT);
    }

    /** A node on the default ports that keeps its data in {@code directory}. */
    public static AxonServerOptions stored(Path directory) {
        return new AxonServerOptions()
                .withPorts(DEFAULT_GRPC_PORT, DEFAULT_HTTP_PORT)
                .withDataDirectory(directory);
    }

    /**
     * These options on other ports.
     *
     * @param newGrpcPort the port for clients; 0 takes a free one
     * @param newHttpPort the port for HTTP; 0 takes a free one, {@link #NO_HTTP} opens none
     */
    public AxonServerOptions withPorts(int newGrpcPort, int newHttpPort) {
        requirePort("grpcPort", newGrpcPort, 0);
        requirePort("httpPort", newHttpPort, NO_HTTP);
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.grpcPort = newGrpcPort;
        changed.httpPort = newHttpPort;
        return changed;
    }

    private static void requirePort(String name, int port, int lowest) {
        if (port < lowest || port > 65_535) {
            throw new IllegalArgumentException("%s is %d, but has to be between 0 and 65535".formatted(name, port));
        }
    }

    /** These options with the data kept in {@code directory}. */
    public AxonServerOptions withDataDirectory(Path directory) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.dataDirectory = directory;
        return changed;
    }

    /** These options with another size, from 4 KiB to 1 GiB, at which the log begins a new file. */
    public AxonServerOptions withSegmentBytes(long bytes) {
        if (bytes < MIN_SEGMENT_BYTES || bytes > MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segmentBytes is %d, but has to be between %d and %d"
                    .formatted(bytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES));
        }
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.segmentBytes = bytes;
        return changed;
    }

    /** These options with another time to wait for the answer to a command or query. */
    public AxonServerOptions withMessageTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("messageTimeout is %s, but has to be positive".formatted(timeout));
        }
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.messageTimeout = timeout;
        return changed;
    }

    /** These options with another answer to when an append is acknowledged. */
    public AxonServerOptions withDurability(Durability newDurability) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.durability = newDurability;
        return changed;
    }

    /** These options with another time that calls in progress get to end when the node stops; zero cuts them off. */
    public AxonServerOptions withDrainTimeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("drainTimeout is %s, but must not be negative".formatted(timeout));
        }
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.drainTimeout = timeout;
        return changed;
    }

    /** These options with {@code names} as the contexts the node has; {@code default} is always one of them. */
    public AxonServerOptions withContexts(String... names) {
        for (String name : names) {
            if (!CONTEXT_NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "context is '%s', but has to be 1 to 100 letters, digits, - and _, the first no - or _"
                                .formatted(name));
            }
        }
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.contexts = Stream.concat(Stream.of(DEFAULT_CONTEXT), Arrays.stream(names))
                .distinct()
                .toList();
        return changed;
    }

    /**
     * These options with another address at which the node listens. One that other machines reach takes both
     * {@link #withTls} and {@link #withTokens}.
     */
    public AxonServerOptions withBindAddress(InetAddress address) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.bindAddress = address;
        return changed;
    }

    /** These options with {@code name} as the host that clients are told to connect to. */
    public AxonServerOptions withHostName(String name) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.hostName = name;
        return changed;
    }

    /** These options with TLS on both ports. The files may change while the node runs. */
    public AxonServerOptions withTls(TlsFiles files) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.tls = files;
        return changed;
    }

    /** These options with a file of access tokens, one of which every call then needs. It may change later. */
    public AxonServerOptions withTokens(Path file) {
        AxonServerOptions changed = new AxonServerOptions(this);
        changed.tokens = file;
        return changed;
    }

    /** The port for clients; 0 takes a free one. */
    public int grpcPort() {
        return grpcPort;
    }

    /** The port for HTTP; 0 takes a free one, {@link #NO_HTTP} opens none. */
    public int httpPort() {
        return httpPort;
    }

    /** Where everything is stored; null means a temporary directory that is deleted when the node closes. */
    public @Nullable Path dataDirectory() {
        return dataDirectory;
    }

    /** The size at which the log begins a new file. */
    public long segmentBytes() {
        return segmentBytes;
    }

    /** How long the node waits for the answer to a command or query. */
    public Duration messageTimeout() {
        return messageTimeout;
    }

    /** When an append is acknowledged. */
    public Durability durability() {
        return durability;
    }

    /** How long calls in progress may take to end when the node stops. */
    public Duration drainTimeout() {
        return drainTimeout;
    }

    /** The contexts the node has, {@code default} first. */
    public List<String> contexts() {
        return contexts;
    }

    /** The address at which the node listens; by default this machine's own, which no other reaches. */
    public InetAddress bindAddress() {
        return bindAddress;
    }

    /** The host that clients are told to connect to; null means the one that goes with the bound address. */
    public @Nullable String hostName() {
        return hostName;
    }

    /** The files for TLS; null means none. */
    public @Nullable TlsFiles tls() {
        return tls;
    }

    /** The file of access tokens; null means that nobody needs one. */
    public @Nullable Path tokens() {
        return tokens;
    }
}
