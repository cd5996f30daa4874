package io.waybill.axonserver;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a node runs. {@link #embedded()} is for tests, {@link #stored(Path)} for anything that is to be kept.
 *
 * @param grpcPort the port for clients; 0 takes a free one
 * @param httpPort the port for health checks; 0 takes a free one, {@link #NO_HTTP} opens none
 * @param dataDirectory where everything is stored; null means a temporary directory that is deleted when the node
 * closes
 * @param segmentBytes the size at which the log begins a new file, from 4 KiB to 1 GiB
 * @param messageTimeout how long the node waits for the answer to a command or query
 */
public record AxonServerOptions(
        int grpcPort, int httpPort, @Nullable Path dataDirectory, long segmentBytes, Duration messageTimeout) {

    /** Stands for no HTTP port at all. */
    public static final int NO_HTTP = -1;

    /** The port on which clients look for an Axon Server. */
    public static final int DEFAULT_GRPC_PORT = 8124;

    /** The port on which an Axon Server answers health checks. */
    public static final int DEFAULT_HTTP_PORT = 8024;

    /** Large enough that a store of a million events is a handful of files, small enough to copy one while running. */
    private static final long DEFAULT_SEGMENT_BYTES = 256L << 20;

    private static final long MIN_SEGMENT_BYTES = 4L << 10;

    /** An offset within a segment, plus its largest record, has to stay below 2 GiB. */
    private static final long MAX_SEGMENT_BYTES = 1L << 30;

    /** What the original waits by default. */
    private static final Duration DEFAULT_MESSAGE_TIMEOUT = Duration.ofMinutes(5);

    /** Checks the values. */
    public AxonServerOptions {
        requirePort("grpcPort", grpcPort, 0);
        requirePort("httpPort", httpPort, NO_HTTP);
        if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segmentBytes is %d, but has to be between %d and %d"
                    .formatted(segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES));
        }
        if (messageTimeout.isNegative() || messageTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "messageTimeout is %s, but has to be positive".formatted(messageTimeout));
        }
    }

    private static void requirePort(String name, int port, int lowest) {
        if (port < lowest || port > 65_535) {
            throw new IllegalArgumentException("%s is %d, but has to be between 0 and 65535".formatted(name, port));
        }
    }

    /** A node on a free port with a temporary directory and no HTTP: what a test wants. */
    public static AxonServerOptions embedded() {
        return new AxonServerOptions(0, NO_HTTP, null, DEFAULT_SEGMENT_BYTES, DEFAULT_MESSAGE_TIMEOUT);
    }

    /** A node on the default ports that keeps its data in {@code directory}. */
    public static AxonServerOptions stored(Path directory) {
        return new AxonServerOptions(
                DEFAULT_GRPC_PORT, DEFAULT_HTTP_PORT, directory, DEFAULT_SEGMENT_BYTES, DEFAULT_MESSAGE_TIMEOUT);
    }

    /** These options on other ports. */
    public AxonServerOptions withPorts(int newGrpcPort, int newHttpPort) {
        return new AxonServerOptions(newGrpcPort, newHttpPort, dataDirectory, segmentBytes, messageTimeout);
    }

    /** These options with the data kept in {@code directory}. */
    public AxonServerOptions withDataDirectory(Path directory) {
        return new AxonServerOptions(grpcPort, httpPort, directory, segmentBytes, messageTimeout);
    }

    /** These options with another segment size. */
    public AxonServerOptions withSegmentBytes(long bytes) {
        return new AxonServerOptions(grpcPort, httpPort, dataDirectory, bytes, messageTimeout);
    }

    /** These options with another time to wait for an answer. */
    public AxonServerOptions withMessageTimeout(Duration timeout) {
        return new AxonServerOptions(grpcPort, httpPort, dataDirectory, segmentBytes, timeout);
    }
}
