package io.waybill.axonserver.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSecurityTest {

    private static final TestAuthority AUTHORITY = TestAuthority.called("authority");
    private static final TestAuthority.Issued NODE = AUTHORITY.issue("node");

    private final List<HttpsServer> servers = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path certificate;
    private Path key;
    private Path clientCa;
    private Path tokens;

    @BeforeEach
    void writeFiles() throws Exception {
        certificate = NODE.writeCertificate(directory.resolve("node.crt"));
        key = NODE.writeKey(directory.resolve("node.key"));
        clientCa = AUTHORITY.writeCertificate(directory.resolve("ca.crt"));
        tokens = directory.resolve("tokens");
        NewToken.create("application", "read", "default").appendTo(tokens);
    }

    @Test
    void otherMachinesReachTheNodeOnlyWithBothTlsAndTokens() throws Exception {
        TlsFiles tls = new TlsFiles(certificate, key, null);
        InetAddress everywhere = InetAddress.getByName("0.0.0.0");
        InetAddress here = InetAddress.getLoopbackAddress();

        try (NodeSecurity none = NodeSecurity.open(null, null);
                NodeSecurity tlsOnly = NodeSecurity.open(tls, null);
                NodeSecurity tokensOnly = NodeSecurity.open(null, tokens);
                NodeSecurity both = NodeSecurity.open(tls, tokens)) {
            assertThatThrownBy(() -> none.requireFor(everywhere))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("--bind 0.0.0.0")
                    .hasMessageContaining("Set --tls-certificate, --tls-key and --tokens,");
            assertThatThrownBy(() -> tlsOnly.requireFor(everywhere)).hasMessageContaining("Set --tokens,");
            assertThatThrownBy(() -> tokensOnly.requireFor(everywhere))
                    .hasMessageContaining("Set --tls-certificate and --tls-key,");
            assertThatThrownBy(() -> none.requireFor(InetAddress.getByName("::")))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> none.requireFor(InetAddress.getByName("192.0.2.1")))
                    .isInstanceOf(IOException.class);
            for (NodeSecurity any : List.of(none, tlsOnly, tokensOnly, both)) {
                assertThatCode(() -> any.requireFor(here)).doesNotThrowAnyException();
            }
            assertThatCode(() -> both.requireFor(everywhere)).doesNotThrowAnyException();
        }
    }

    @Test
    void nothingIsOnUnlessItIsAskedFor() throws Exception {
        try (NodeSecurity none = NodeSecurity.open(null, null)) {
            assertThat(none.grpcTls()).isNull();
            assertThat(none.httpsTls()).isNull();
            assertThat(none.accessControl().isOn()).isFalse();
        }
    }

    @Test
    void rsaKeysAreGoodToo() throws Exception {
        TestAuthority.Issued node = TestAuthority.withRsa("rsa").issue("node");
        node.writeCertificate(certificate);
        node.writeKey(key);

        assertThatCode(() -> NodeSecurity.open(new TlsFiles(certificate, key, clientCa), null)
                        .close())
                .doesNotThrowAnyException();
    }

    @Test
    void badFilesAreNamedWithWhatToDo() throws Exception {
        refused("missing.crt", "--tls-certificate", "does not exist", () -> certificate = file("missing.crt"));
        refused("", "--tls-certificate", "cannot be read", () -> certificate = directory);
        refused("node.key", "--tls-certificate", "holds no certificate", () -> certificate = key);
        refused("cut.crt", "--tls-certificate", "holds", () -> certificate = cut("cut.crt", "node.crt"));
        refused("node.crt", "--tls-key", "holds no private key", () -> key = certificate);
        refused("old.key", "--tls-key", "openssl pkcs8", () -> {
            key = file("old.key");
            Files.writeString(key, "-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n");
        });
        refused("cut.key", "--tls-key", "holds no EC key", () -> key = cut("cut.key", "node.key"));
        refused(
                "other.key",
                "--tls-key",
                "is not the key of the first certificate in " + certificate,
                () -> key = AUTHORITY.issue("other").writeKey(file("other.key")));
        refused("missing", "--tls-client-ca", "does not exist", () -> clientCa = file("missing"));
        refused("node.key", "--tls-client-ca", "holds no certificate", () -> clientCa = key);
        refused("missing", "--tokens", "does not exist", () -> tokens = file("missing"));
    }

    @Test
    void messagesDoNotRepeatAKey() throws Exception {
        String body = Files.readString(key).lines().skip(1).findFirst().orElseThrow();
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----".formatted(body));

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasNoCause()
                .message()
                .doesNotContain(body);
    }

    @Test
    void newCertificatesAndTokensAreTakenOver() throws Exception {
        try (NodeSecurity security = open()) {
            HttpsServer server = serve(security);
            NewToken later = NewToken.create("later", "read", "default");
            TestAuthority.Issued renewed = AUTHORITY.issue("renewed");

            later.appendTo(tokens);
            renewed.writeCertificate(certificate);
            renewed.writeKey(key);
            security.refresh();

            assertThat(may(security, later)).isTrue();
            assertThat(Handshakes.certificateOf(server, AUTHORITY)).isEqualTo(renewed.certificate());
        }
    }

    @Test
    void brokenNewFilesLeaveTheOldOnesInForce() throws Exception {
        NewToken known = NewToken.create("known", "read", "default");
        known.appendTo(tokens);
        try (NodeSecurity security = open()) {
            HttpsServer server = serve(security);

            AUTHORITY.issue("renewed").writeCertificate(certificate);
            Files.writeString(tokens, "not what it has to be");
            security.refresh();
            Files.delete(key);
            Files.delete(tokens);
            security.refresh();

            assertThat(may(security, known)).isTrue();
            assertThat(Handshakes.certificateOf(server, AUTHORITY)).isEqualTo(NODE.certificate());
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    private HttpsServer serve(NodeSecurity security) throws Exception {
        HttpsServer server = Handshakes.serve(Objects.requireNonNull(security.httpsTls()));
        servers.add(server);
        return server;
    }

    private boolean may(NodeSecurity security, NewToken token) {
        return security.accessControl().check(token.token(), Right.READ, new Call("Service/Method", "default", null))
                instanceof Access.Granted;
    }

    private NodeSecurity open() throws IOException {
        return NodeSecurity.open(new TlsFiles(certificate, key, clientCa), tokens);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path cut(String name, String source) throws IOException {
        String whole = Files.readString(file(source));
        String end = whole.substring(whole.lastIndexOf("-----END"));
        return Files.writeString(file(name), whole.substring(0, 100) + "\n" + end);
    }

    private void refused(String file, String option, String why, Change change) throws Exception {
        writeFiles();
        change.make();
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(option + " " + directory)
                .hasMessageContaining(file)
                .hasMessageContaining(why)
                .message()
                .as("what is wrong, and what to do")
                .matches("[^ ]+ .*\\. [A-Z].*\\.");
    }

    private interface Change {
        void make() throws Exception;
    }
}
