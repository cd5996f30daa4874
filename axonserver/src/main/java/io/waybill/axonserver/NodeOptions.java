package io.waybill.axonserver;

import io.waybill.axonserver.log.Durability;
import io.waybill.axonserver.security.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options with which the node can be started, and what becomes of them. */
final class NodeOptions {

    /** Shifts the default ports, so that several copies of the whole system run beside one another. */
    private static final String PORT_OFFSET = "WAYBILL_PORT_OFFSET";

    /** Where the whole system keeps its data; the node's is a part of it. */
    private static final String SHARED_DATA = "WAYBILL_DATA";

    static final Option PORT = Option.ofNode("--port", "N", "gRPC port (8124 + " + PORT_OFFSET + ")");
    static final Option HTTP_PORT = Option.ofNode("--http-port", "N", "HTTP port (8024 + " + PORT_OFFSET + ")");
    static final Option DATA = Option.ofNode("--data", "DIRECTORY", "everything stored (.waybill/axonserver)");
    static final Option DURABILITY =
            Option.ofNode("--durability", "WHEN", "acknowledge when forced (sync), or force each second (relaxed-1s)");
    static final Option CONTEXTS = Option.ofNode("--contexts", "A,B", "contexts besides default (none)");
    static final Option BIND = Option.ofNode(
            "--bind", "ADDRESS", "where to listen; beyond this machine only with TLS and tokens (loopback)");
    static final Option HOST_NAME =
            Option.ofNode("--host-name", "NAME", "host that clients are told to use (the bound one)");
    static final Option TLS_CERTIFICATE =
            Option.ofNode("--tls-certificate", "FILE", "certificate chain of the node, PEM (no TLS)");
    static final Option TLS_KEY = Option.ofNode("--tls-key", "FILE", "its private key, PEM, PKCS#8 (no TLS)");
    static final Option TLS_CLIENT_CA =
            Option.ofNode("--tls-client-ca", "FILE", "who vouches for clients, PEM (clients need no certificate)");
    static final Option TOKENS =
            Option.ofNode("--tokens", "FILE", "applications and their access tokens (nobody needs a token)");
    static final Option DRAIN_SECONDS =
            Option.ofNode("--drain-seconds", "N", "time for calls in progress to end at a stop (5)");

    static final List<Option> ALL = List.of(
            PORT,
            HTTP_PORT,
            DATA,
            DURABILITY,
            CONTEXTS,
            BIND,
            HOST_NAME,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_CLIENT_CA,
            TOKENS,
            DRAIN_SECONDS);

    private NodeOptions() {}

    /** The node that was asked for. */
    static AxonServerOptions read(CommandLine line, Map<String, String> environment) {
        String shift = environment.getOrDefault(PORT_OFFSET, "");
        int offset = shift.isBlank() ? 0 : CommandLine.number(PORT_OFFSET, shift);
        AxonServerOptions options = AxonServerOptions.stored(data(line, environment))
                .withPorts(
                        line.number(PORT, AxonServerOptions.DEFAULT_GRPC_PORT + offset),
                        line.number(HTTP_PORT, AxonServerOptions.DEFAULT_HTTP_PORT + offset))
                .withContexts(line.list(CONTEXTS).toArray(String[]::new));
        String durability = line.text(DURABILITY);
        if (durability != null) {
            options = options.withDurability(durability(durability));
        }
        String bind = line.text(BIND);
        if (bind != null) {
            options = options.withBindAddress(address(bind));
        }
        String hostName = line.text(HOST_NAME);
        if (hostName != null) {
            options = options.withHostName(hostName);
        }
        TlsFiles tls = tls(line);
        if (tls != null) {
            options = options.withTls(tls);
        }
        int drainSeconds =
                line.number(DRAIN_SECONDS, (int) options.drainTimeout().toSeconds());
        options = options.withDrainTimeout(Duration.ofSeconds(drainSeconds));
        Path tokens = line.path(TOKENS);
        return tokens == null ? options : options.withTokens(tokens);
    }

    /** The directory in which everything is stored. */
    static Path data(CommandLine line, Map<String, String> environment) {
        Path data = line.path(DATA);
        return data != null ? data : Path.of(environment.getOrDefault(SHARED_DATA, ".waybill"), "axonserver");
    }

    private static Durability durability(String wanted) {
        return switch (wanted) {
            case "sync" -> Durability.SYNC;
            case "relaxed-1s" -> Durability.RELAXED_1S;
            default ->
                throw new IllegalArgumentException(
                        "%s is %s, but has to be sync or relaxed-1s".formatted(DURABILITY.name(), wanted));
        };
    }

    private static @Nullable TlsFiles tls(CommandLine line) {
        Path certificate = line.path(TLS_CERTIFICATE);
        Path key = line.path(TLS_KEY);
        Path clientCa = line.path(TLS_CLIENT_CA);
        if (certificate == null && key == null && clientCa == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new IllegalArgumentException(
                    "TLS needs both %s and %s".formatted(TLS_CERTIFICATE.name(), TLS_KEY.name()));
        }
        return new TlsFiles(certificate, key, clientCa);
    }

    private static InetAddress address(String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "%s is %s, which is no address of this machine; 0.0.0.0 stands for all it has"
                            .formatted(BIND.name(), bind),
                    e);
        }
    }
}
