package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.command;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.query;
import static io.waybill.axonserver.conformance.Messages.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.connector.query.QueryDefinition;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.waybill.axonserver.conformance.Clients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {

    private static final int RESTARTS = 10;

    /** How many events each writer has to get through between two restarts. */
    private static final int EVENTS_EACH = 20;

    @TempDir
    private Path data;

    private final AxonServerOptions options = AxonServerOptions.embedded();

    @Test
    void tenRestartsUnderLoadLoseNothingAndEveryClientComesBackByItself() throws Exception {
        AxonServerNode node = AxonServerNode.start(options.withDataDirectory(data));
        int port = node.port();
        try (Clients clients = new Clients(new ServerAddress("localhost", port))) {
            handle(clients.connect("handler"));
            AxonServerConnection sender = clients.connect("sender");
            List<RestartLoad.Writer> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                writers.add(new RestartLoad.Writer(clients.connect("writer"), "aggregate-" + i));
            }
            RestartLoad.Reader reader = new RestartLoad.Reader(clients.connect("reader"));
            RestartLoad load = new RestartLoad(writers, reader);
            try {
                for (int restart = 0; restart < RESTARTS; restart++) {
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(10))
                            .ignoreExceptions()
                            .until(() -> answersBothKinds(sender));
                    load.awaitProgress(EVENTS_EACH);
                    node.close();
                    node = AxonServerNode.start(
                            options.withDataDirectory(data).withPorts(port, AxonServerOptions.NO_HTTP));
                }
                load.awaitProgress(EVENTS_EACH);
            } finally {
                load.stop();
            }

            long stored =
                    writers.stream().mapToLong(RestartLoad.Writer::acknowledged).sum();
            assertThat(stored).isGreaterThanOrEqualTo(4L * EVENTS_EACH * (RESTARTS + 1));
            assertThat(await(sender.eventChannel().getLastToken())).isEqualTo(stored - 1);
            reader.assertSawAll(writers);
        } finally {
            node.close();
        }
    }

    @Test
    void dataDirectoryCannotBeUsedByTwoNodesAtOnce() throws Exception {
        try (AxonServerNode first = AxonServerNode.start(options.withDataDirectory(data))) {
            assertThatThrownBy(() -> AxonServerNode.start(options.withDataDirectory(data)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
            assertThat(first.port()).isPositive();
        }
        AxonServerNode.start(options.withDataDirectory(data)).close();
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (AxonServerNode first = AxonServerNode.start(options)) {
            assertThatThrownBy(() -> AxonServerNode.start(options.withPorts(first.port(), AxonServerOptions.NO_HTTP)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("gRPC port " + first.port() + " cannot be opened")
                    .hasMessageContaining("--port");
        }
    }

    private static void handle(AxonServerConnection connection) throws Exception {
        connection
                .commandChannel()
                .registerCommandHandler(
                        command -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                                .setPayload(payload("pong"))
                                .build()),
                        100,
                        "Ping")
                .awaitAck(5, TimeUnit.SECONDS);
        connection
                .queryChannel()
                .registerQueryHandler(
                        (query, reply) -> reply.sendLast(QueryResponse.newBuilder()
                                .setRequestIdentifier(query.getMessageIdentifier())
                                .setPayload(payload("pong"))
                                .build()),
                        new QueryDefinition("Ping", "text"))
                .awaitAck(5, TimeUnit.SECONDS);
    }

    private static boolean answersBothKinds(AxonServerConnection sender) throws Exception {
        String answer = text(sender.commandChannel()
                .sendCommand(command("Ping", ""))
                .get(2, TimeUnit.SECONDS)
                .getPayload());
        try (var answers = sender.queryChannel().query(query("Ping"))) {
            return answer.equals("pong")
                    && text(answers.nextIfAvailable(2, TimeUnit.SECONDS).getPayload())
                            .equals("pong");
        }
    }
}
