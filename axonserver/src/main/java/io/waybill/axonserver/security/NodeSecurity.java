package io.waybill.axonserver.security;

import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The security of a node: TLS and tokens, as far as they are switched on, kept up to date with their files. */
public final class NodeSecurity implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodeSecurity.class);

    /** A token that is withdrawn is to be of no use soon; the files are small enough to be read every second. */
    private static final long REFRESH_MILLIS = 1_000;

    private final @Nullable Tls tls;
    private final @Nullable SettingFile tokens;
    private final AccessControl accessControl;

    /** A thread of its own, because a file may lie on a network volume that hangs. */
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("security-files").factory());

    private NodeSecurity(@Nullable TlsFiles tlsFiles, @Nullable Path tokensFile) throws IOException {
        tls = tlsFiles == null ? null : new Tls(tlsFiles);
        tokens = tokensFile == null ? null : new SettingFile("--tokens", tokensFile);
        accessControl = new AccessControl(tokens == null ? null : read(tokens));
        if (tokens != null) {
            tokens.warnIfOpenToOthers();
        }
    }

    /**
     * Reads the files and watches them until this is closed.
     *
     * @param tlsFiles null for no TLS
     * @param tokensFile null to ask nobody for a token
     * @throws IOException if a file is no good; the message names its option, the file and what to do
     */
    public static NodeSecurity open(@Nullable TlsFiles tlsFiles, @Nullable Path tokensFile) throws IOException {
        NodeSecurity security = new NodeSecurity(tlsFiles, tokensFile);
        if (tlsFiles != null || tokensFile != null) {
            var unused = security.watch.scheduleWithFixedDelay(
                    security::refresh, REFRESH_MILLIS, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        }
        return security;
    }

    /**
     * Refuses addresses that other machines reach, unless callers have to show who they are and nobody can listen in.
     *
     * @throws IOException if the node must not listen at {@code address}; the message says what to do
     */
    public void requireFor(InetAddress address) throws IOException {
        if (address.isLoopbackAddress() || (tls != null && accessControl.isOn())) {
            return;
        }
        String missing = tls != null
                ? "--tokens"
                : accessControl.isOn()
                        ? "--tls-certificate and --tls-key"
                        : "--tls-certificate, --tls-key and --tokens";
        throw new IOException(("--bind %s lets other machines in, which takes TLS and access tokens. "
                        + "Set %s, or leave --bind out to listen on this machine only.")
                .formatted(address.getHostAddress(), missing));
    }

    /** Decides what a caller may do; lets everybody do everything when no tokens are asked for. */
    public AccessControl accessControl() {
        return accessControl;
    }

    /** TLS for the gRPC port, null when there is none. */
    public @Nullable SslContext grpcTls() {
        return tls == null ? null : tls.forGrpc();
    }

    /** TLS for the HTTP port, null when there is none. It asks for no client certificates. */
    public @Nullable SSLContext httpsTls() {
        return tls == null ? null : tls.forHttps();
    }

    /** Takes over what has changed in the files. */
    void refresh() {
        try {
            if (tls != null) {
                tls.refresh();
            }
            if (tokens != null && tokens.hasChanged()) {
                refreshTokens(tokens);
            }
        } catch (RuntimeException e) {
            // A periodic task that throws would never run again.
            log.error("The security files cannot be checked", e);
        }
    }

    private void refreshTokens(SettingFile file) {
        try {
            accessControl.replace(read(file));
        } catch (IOException e) {
            log.error("The new tokens are not used, the old ones stay in force: {}", e.getMessage());
        }
    }

    private static Applications read(SettingFile file) throws IOException {
        Applications applications = new Applications(TokensFile.read(file));
        log.info("{} access tokens in {}", applications.size(), file.path());
        return applications;
    }

    /** No longer watches the files. */
    @Override
    public void close() {
        watch.shutdown();
    }
}
