package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.axonserver.security.Handshakes;
import io.waybill.axonserver.security.NewToken;
import io.waybill.axonserver.security.TestAuthority;
import io.waybill.axonserver.security.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP port of a node with TLS and access tokens. */
class SecureHttpTest {

    private static final TestAuthority AUTHORITY = TestAuthority.called("authority");
    private static final TestAuthority.Issued NODE = AUTHORITY.issue("node");

    @TempDir
    private static Path directory;

    private static AxonServerNode node;
    private static HttpClient client;
    private static String writer;
    private static String administratorOfOne;
    private static String administrator;

    @BeforeAll
    static void start() throws Exception {
        Path tokens = directory.resolve("tokens");
        writer = token(tokens, "order-command", "write", "*");
        administratorOfOne = token(tokens, "console-of-one", "admin", "default");
        administrator = token(tokens, "console", "admin", "*");
        node = AxonServerNode.start(AxonServerOptions.embedded()
                .withPorts(0, 0)
                .withTls(new TlsFiles(
                        NODE.writeCertificate(directory.resolve("node.crt")),
                        NODE.writeKey(directory.resolve("node.key")),
                        null))
                .withTokens(tokens));
        client = HttpClient.newBuilder()
                .sslContext(Handshakes.trusting(AUTHORITY))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        node.close();
    }

    private static String token(Path tokens, String name, String rights, String contexts) throws IOException {
        NewToken made = NewToken.create(name, rights, contexts);
        made.appendTo(tokens);
        return made.token();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/actuator/health", "/actuator/health/readiness", "/actuator/health/liveness"})
    void probesOfHealthNeedNoToken(String path) throws Exception {
        HttpResponse<String> response = get(path, "X-Nothing", "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/info",
                "/actuator/prometheus",
                "/v1/public/me",
                "/v1/public/applications",
                "/v1/public/stores",
                "/v1/components/clients",
                "/v1/commands"
            })
    void everythingElseIsForAdministratorsOfAllContexts(String path) throws Exception {
        HttpResponse<String> stranger = get(path, "X-Nothing", "");
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(get(path, "AxonIQ-Access-Token", "wrong").statusCode()).isEqualTo(403);
        assertThat(get(path, "AxonIQ-Access-Token", writer).statusCode()).isEqualTo(403);
        assertThat(get(path, "AxonIQ-Access-Token", administratorOfOne).statusCode())
                .isEqualTo(403);
        assertThat(get(path, "AxonIQ-Access-Token", administrator).statusCode()).isEqualTo(200);
        assertThat(get(path, "Authorization", "Bearer " + administrator).statusCode())
                .isEqualTo(200);
    }

    @Test
    void actionsAreForAdministratorsToo() throws Exception {
        HttpRequest pause = request("/v1/components/orders/processors/orders/pause?tokenStoreIdentifier=x")
                .method("PATCH", HttpRequest.BodyPublishers.noBody())
                .build();

        assertThat(client.send(pause, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void refusedCallsAreCounted() throws Exception {
        String before = refused("token_unknown");
        get("/actuator/info", "AxonIQ-Access-Token", "wrong");

        assertThat(Double.parseDouble(refused("token_unknown"))).isEqualTo(Double.parseDouble(before) + 1);
    }

    private static String refused(String reason) throws Exception {
        String line = "axonserver_refused_calls_total{reason=\"%s\"} ".formatted(reason);
        return get("/actuator/prometheus", "AxonIQ-Access-Token", administrator)
                .body()
                .lines()
                .filter(candidate -> candidate.startsWith(line))
                .findFirst()
                .orElseThrow()
                .substring(line.length());
    }

    @Test
    void plainHttpIsRefused() {
        HttpRequest plain = HttpRequest.newBuilder(URI.create("http://localhost:%d/health".formatted(node.httpPort())))
                .build();

        assertThatThrownBy(() -> client.send(plain, HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private static HttpResponse<String> get(String path, String header, String value) throws Exception {
        return client.send(request(path).header(header, value).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:%d%s".formatted(node.httpPort(), path)));
    }
}
