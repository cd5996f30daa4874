package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxonServerMainTest {

    @Test
    void defaultsAreThoseOfAnAxonServer() {
        AxonServerOptions options = AxonServerMain.options(new String[] {}, Map.of());

        assertThat(options.grpcPort()).isEqualTo(8124);
        assertThat(options.httpPort()).isEqualTo(8024);
        assertThat(options.dataDirectory()).isEqualTo(Path.of(".waybill/axonserver"));
    }

    @Test
    void environmentShiftsThePortsAndMovesTheData() {
        AxonServerOptions options = AxonServerMain.options(
                new String[] {}, Map.of("WAYBILL_PORT_OFFSET", "100", "WAYBILL_DATA", "/somewhere"));

        assertThat(options.grpcPort()).isEqualTo(8224);
        assertThat(options.httpPort()).isEqualTo(8124);
        assertThat(options.dataDirectory()).isEqualTo(Path.of("/somewhere/axonserver"));
    }

    @Test
    void argumentsWinOverTheEnvironment() {
        AxonServerOptions options = AxonServerMain.options(
                new String[] {"--port=1", "--http-port=2", "--data=/here"},
                Map.of("WAYBILL_PORT_OFFSET", "100", "WAYBILL_DATA", "/somewhere"));

        assertThat(options.grpcPort()).isEqualTo(1);
        assertThat(options.httpPort()).isEqualTo(2);
        assertThat(options.dataDirectory()).isEqualTo(Path.of("/here"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--colour=blue", "--port", "--port=many", "--port=70000", "--data"})
    void wrongArgumentsAreNamed(String argument) {
        String name = argument.replaceAll("=.*", "");

        assertThatThrownBy(() -> AxonServerMain.options(new String[] {argument}, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsAnyOf(name, "grpcPort");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/actuator/health"})
    void healthIsUpWhileTheNodeRuns(String path) throws Exception {
        try (AxonServerNode node =
                        AxonServerNode.start(AxonServerOptions.embedded().withPorts(0, 0));
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + node.httpPort() + path))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("{\"status\":\"UP\"}");
        }
    }
}
