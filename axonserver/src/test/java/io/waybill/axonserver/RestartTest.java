package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.event;
import static io.waybill.axonserver.Clients.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {

    @TempDir
    private Path data;

    private final AxonServerOptions options = AxonServerOptions.embedded();

    @Test
    void clientsReconnectAndTheirHandlersWorkAgain() throws Exception {
        try (Clients clients = new Clients()) {
            AxonServerConnection handler;
            AxonServerConnection sender;
            int port;
            try (AxonServerNode node = AxonServerNode.start(options.withDataDirectory(data))) {
                port = node.port();
                handler = clients.connect(node, "handler");
                sender = clients.connect(node, "sender");
                handler.commandChannel()
                        .registerCommandHandler(
                                command -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                                        .setPayload(payload("pong"))
                                        .build()),
                                100,
                                "Ping")
                        .awaitAck(5, TimeUnit.SECONDS);
                assertThat(ping(sender)).isEqualTo("pong");
                await(sender.eventChannel().appendEvents(event("a", 0)));
            }

            try (AxonServerNode node =
                    AxonServerNode.start(options.withDataDirectory(data).withPorts(port, AxonServerOptions.NO_HTTP))) {
                assertThat(node.port()).isEqualTo(port);
                Awaitility.await().ignoreExceptions().until(() -> ping(sender).equals("pong"));
                EventChannel events = sender.eventChannel();
                assertThat(await(events.findHighestSequence("a"))).isZero();
                await(events.appendEvents(event("a", 1)));
                assertThat(await(events.getLastToken())).isEqualTo(1);
            }
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

    private static String ping(AxonServerConnection sender) throws Exception {
        Command command = Command.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setName("Ping")
                .build();
        return sender.commandChannel()
                .sendCommand(command)
                .get(2, TimeUnit.SECONDS)
                .getPayload()
                .getData()
                .toStringUtf8();
    }
}
