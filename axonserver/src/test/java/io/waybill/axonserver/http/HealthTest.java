package io.waybill.axonserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.waybill.axonserver.metrics.CallMetrics;
import io.waybill.axonserver.security.NodeSecurity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private final TroubledNode node = new TroubledNode();
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws Exception {
        endpoint = HttpEndpoint.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                node,
                NodeSecurity.open(null, null).accessControl(),
                null);
    }

    @AfterEach
    void stop() {
        endpoint.close();
        http.close();
    }

    @Test
    void healthIsDownWithTheReasonsWhileTheNodeDoesNotDoItsFullWork() throws Exception {
        node.troubles = List.of("The node is stopping", "Context \"default\": the disk is short");

        assertThat(get("/actuator/health").statusCode()).isEqualTo(503);
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
        assertThat(get("/health").body())
                .isEqualTo("{\"status\":\"DOWN\",\"reasons\":[\"The node is stopping\","
                        + "\"Context \\\"default\\\": the disk is short\"]}");
        assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);

        node.troubles = List.of();
        assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
    }

    @Test
    void faultInAPageIsToldWithoutItsInside() throws Exception {
        node.fault = new IOException("secret");

        HttpResponse<String> response = get("/health");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("\"success\":false").doesNotContain("secret", "IOException");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + endpoint.port() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private static final class TroubledNode implements NodeView {

        private volatile List<String> troubles = List.of();
        private volatile @Nullable IOException fault;

        @Override
        public NodeInfo address() {
            return NodeInfo.getDefaultInstance();
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public List<String> troubles() throws IOException {
            if (fault != null) {
                throw fault;
            }
            return troubles;
        }

        @Override
        public CallMetrics calls() {
            return new CallMetrics("default", List.of());
        }

        @Override
        public List<ContextView> contexts() {
            return List.of();
        }
    }
}
