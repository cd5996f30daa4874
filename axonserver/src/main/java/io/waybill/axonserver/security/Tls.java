package io.waybill.axonserver.security;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of both ports from files that may change while the node runs. Each version of the files gets contexts of its
 * own, so that nothing that was negotiated under an old one, such as a session, counts under the next.
 */
final class Tls {

    private static final Logger log = LoggerFactory.getLogger(Tls.class);

    /** A key store wants a password; this one never leaves the memory in which the key lies anyhow. */
    private static final char[] NO_PASSWORD = {};

    private final SettingFile certificate;
    private final SettingFile key;
    private final @Nullable SettingFile clientCa;
    private final List<SettingFile> files;

    private volatile Contexts current;

    /** Reads the files; a message of the exception names the option, the file and what to do. */
    Tls(TlsFiles named) throws IOException {
        certificate = new SettingFile("--tls-certificate", named.certificate());
        key = new SettingFile("--tls-key", named.key());
        clientCa = named.clientCa() == null ? null : new SettingFile("--tls-client-ca", named.clientCa());
        files = clientCa == null ? List.of(certificate, key) : List.of(certificate, key, clientCa);
        current = load();
        key.warnIfOpenToOthers();
    }

    /** For gRPC: asks for client certificates if there is somebody to vouch for them. */
    SslContext forGrpc() {
        return new LatestGrpcTls(() -> current.grpc);
    }

    /** For HTTPS, which asks for no client certificate: whoever probes the health of a node seldom has one. */
    SSLContext forHttps() {
        return new LatestHttpsTls(() -> current.https);
    }

    /** Takes over what the files hold now, if they have changed. Files that are no good leave things as they are. */
    void refresh() {
        // Every file is looked at, so that one that stays bad is told of once.
        long changed = files.stream().filter(SettingFile::hasChanged).count();
        if (changed > 0) {
            try {
                current = load();
            } catch (IOException e) {
                log.error("The new TLS files are not used, the old ones stay in force: {}", e.getMessage());
            }
        }
    }

    private Contexts load() throws IOException {
        TlsIdentity identity = TlsIdentity.read(certificate, key, clientCa);
        Contexts loaded;
        try {
            loaded = new Contexts(grpc(identity), https(identity));
        } catch (GeneralSecurityException | SSLException e) {
            throw certificate.fault("cannot be used (" + e.getMessage() + ")", "Make the certificates again.");
        }
        log.info("TLS with the {}{}", identity, clientCa == null ? "" : "; clients need certificates too");
        if (identity.chain().getFirst().getNotAfter().toInstant().isBefore(Instant.now())) {
            log.error("The certificate in {} has expired; clients will refuse it", certificate.path());
        }
        return loaded;
    }

    private static SslContext grpc(TlsIdentity identity) throws SSLException {
        X509Certificate[] chain = identity.chain().toArray(X509Certificate[]::new);
        SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(identity.key(), chain));
        if (!identity.clientAuthorities().isEmpty()) {
            builder.trustManager(identity.clientAuthorities().toArray(X509Certificate[]::new))
                    .clientAuth(ClientAuth.REQUIRE);
        }
        return builder.build();
    }

    private static SSLContext https(TlsIdentity identity) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("node", identity.key(), NO_PASSWORD, identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private record Contexts(SslContext grpc, SSLContext https) {}
}
