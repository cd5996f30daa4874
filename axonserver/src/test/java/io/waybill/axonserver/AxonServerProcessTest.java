package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.waybill.axonserver.conformance.Clients;
import io.waybill.axonserver.security.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as its operator runs it: a token is made, the node is started with it, and nothing it says gives it away. */
class AxonServerProcessTest {

    /** A start on a busy machine takes a few seconds. */
    private static final long PATIENCE_SECONDS = 30;

    private static final TestAuthority AUTHORITY = TestAuthority.called("authority");

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void tokenIsMadeAndUsedAndNeverShownAgain() throws Exception {
        Path tokens = directory.resolve("tokens");
        TestAuthority.Issued issued = AUTHORITY.issue("node");
        Path key = issued.writeKey(directory.resolve("node.key"));
        Map<String, String> environment = Map.of(
                "WAYBILL_AXONSERVER_TOKENS", tokens.toString(),
                "WAYBILL_AXONSERVER_TLS_CERTIFICATE",
                        issued.writeCertificate(directory.resolve("node.crt")).toString(),
                "WAYBILL_AXONSERVER_TLS_KEY", key.toString());
        String writer = makeToken(environment, "--name=order-command", "--rights=write");
        String reader = makeToken(environment, "--name=order-query", "--rights=read");
        String keyText = Files.readString(key).lines().skip(1).findFirst().orElseThrow();

        Output node = new Output(start(
                environment, "--data=" + directory.resolve("data"), "--port=0", "--http-port=0", "--bind=0.0.0.0"));
        int port = Integer.parseInt(node.await("Ready on [^ ]+:(\\d+)").group(1));
        try (Clients clients = new Clients()) {
            assertThat(await(connect(clients, port, writer).eventChannel().appendEvents(event("a", 0)))
                            .getSuccess())
                    .isTrue();
            assertThat(connect(clients, port, reader)
                            .eventChannel()
                            .appendEvents(event("a", 1))
                            .handle((done, fault) -> fault)
                            .get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("AXONIQ-1001");
            assertThat(connect(clients, port, "canary-of-a-wrong-token").isConnectionFailed())
                    .isTrue();
        }
        Files.writeString(tokens, "order-query read default canary-in-the-clear\n", StandardOpenOption.APPEND);
        Files.writeString(key, "canary-in-a-broken-key");
        node.await("The new tokens are not used");
        node.await("The new TLS files are not used");

        String said = node.untilStopped();
        assertThat(said)
                .contains("2 access tokens", "order-query needs the right 'write'", "Invalid token for", "Stopped")
                .doesNotContain(
                        writer,
                        reader,
                        Files.readString(tokens).lines().findFirst().orElseThrow(),
                        "canary",
                        keyText);
    }

    @Test
    void startThatIsRefusedSaysWhy() throws Exception {
        Process refused =
                start(Map.of(), "--data=" + directory.resolve("data"), "--port=0", "--http-port=0", "--bind=0.0.0.0");

        assertThat(new Output(refused).untilEnd())
                .startsWith("The Axon Server node cannot start: --bind 0.0.0.0 lets other machines in")
                .contains("Set --tls-certificate, --tls-key and --tokens");
        assertThat(refused.exitValue()).isEqualTo(1);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    private String makeToken(Map<String, String> environment, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("token"));
        arguments.addAll(List.of(options));
        Process making = start(environment, arguments.toArray(String[]::new));
        String token = new String(making.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertThat(making.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(making.exitValue()).isZero();
        return token;
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.log.io.waybill.axonserver=trace",
                "-Dorg.slf4j.simpleLogger.log.io.waybill.axonserver.security=trace",
                "-cp",
                System.getProperty("java.class.path"),
                AxonServerMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("WAYBILL_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private AxonServerConnection connect(Clients clients, int port, String token) throws Exception {
        SslContext tls = GrpcSslContexts.forClient()
                .trustManager(AUTHORITY.certificate())
                .build();
        return clients.connect(
                port,
                "application",
                "default",
                builder -> builder.useTransportSecurity(tls).token(token));
    }

    /** What a process says, on either stream. */
    private static final class Output {

        private final Process process;
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final List<Thread> readers;

        Output(Process process) {
            this.process = process;
            readers = List.of(process.inputReader(), process.errorReader()).stream()
                    .map(reader -> Thread.ofVirtual().start(() -> reader.lines().forEach(lines::add)))
                    .toList();
        }

        Matcher await(String pattern) {
            Pattern sought = Pattern.compile(pattern);
            return Awaitility.await()
                    .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .until(() -> sought.matcher(said()), Matcher::find);
        }

        String untilStopped() throws InterruptedException {
            // Process.destroy would close the streams as well, and with them what is said at the end.
            process.toHandle().destroy();
            return untilEnd();
        }

        String untilEnd() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("ended after saying: %s", said())
                    .isTrue();
            for (Thread reader : readers) {
                reader.join();
            }
            return said();
        }

        private String said() {
            return String.join("\n", lines);
        }
    }
}
