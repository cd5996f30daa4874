package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.axonserver.security.TlsFiles;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @Test
    void everyOptionCanBeSetInTheEnvironment() throws Exception {
        AxonServerOptions options = AxonServerMain.options(
                new String[] {},
                Map.of(
                        "WAYBILL_AXONSERVER_PORT", "1",
                        "WAYBILL_AXONSERVER_HTTP_PORT", "2",
                        "WAYBILL_AXONSERVER_DATA", "/here",
                        "WAYBILL_AXONSERVER_CONTEXTS", "shop,audit",
                        "WAYBILL_AXONSERVER_BIND", "0.0.0.0",
                        "WAYBILL_AXONSERVER_HOST_NAME", "events.example.org",
                        "WAYBILL_AXONSERVER_TLS_CERTIFICATE", "/tls/node.crt",
                        "WAYBILL_AXONSERVER_TLS_KEY", "/tls/node.key",
                        "WAYBILL_AXONSERVER_TLS_CLIENT_CA", "/tls/ca.crt",
                        "WAYBILL_AXONSERVER_TOKENS", "/tokens"));

        assertThat(options)
                .usingRecursiveComparison()
                .isEqualTo(AxonServerOptions.stored(Path.of("/here"))
                        .withPorts(1, 2)
                        .withContexts("shop", "audit")
                        .withBindAddress(InetAddress.getByName("0.0.0.0"))
                        .withHostName("events.example.org")
                        .withTls(new TlsFiles(
                                Path.of("/tls/node.crt"), Path.of("/tls/node.key"), Path.of("/tls/ca.crt")))
                        .withTokens(Path.of("/tokens")));
    }

    @Test
    void argumentWinsOverTheVariableAndAnEmptyVariableIsNone() {
        AxonServerOptions options = AxonServerMain.options(
                new String[] {"--http-port=3"},
                Map.of("WAYBILL_AXONSERVER_HTTP_PORT", "2", "WAYBILL_AXONSERVER_PORT", " "));

        assertThat(options.httpPort()).isEqualTo(3);
        assertThat(options.grpcPort()).isEqualTo(8124);
    }

    @ParameterizedTest
    @CsvSource({
        "WAYBILL_AXONSERVER_PORT, many, WAYBILL_AXONSERVER_PORT is many",
        "WAYBILL_PORT_OFFSET, many, WAYBILL_PORT_OFFSET is many",
        "WAYBILL_AXONSERVER_BIND, no such host, --bind is no such host",
        "WAYBILL_AXONSERVER_TLS_KEY, node.key, --tls-certificate",
        "WAYBILL_AXONSERVER_TLS_CERTIFICATE, node.crt, --tls-key",
        "WAYBILL_AXONSERVER_TLS_CLIENT_CA, ca.crt, --tls-certificate"
    })
    void wrongVariablesAreNamed(String variable, String value, String message) {
        assertThatThrownBy(() -> AxonServerMain.options(new String[] {}, Map.of(variable, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void helpAndReadmeNameEveryOption() throws Exception {
        String readme = Files.readString(Path.of("README.md"));

        for (Option option : NodeOptions.ALL) {
            assertThat(AxonServerMain.usage()).contains(option.name() + "=" + option.value());
            assertThat(readme).contains("`" + option.name() + "`", "`" + option.variable() + "`");
        }
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
}
