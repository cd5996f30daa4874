package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.FlowControl;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.command.CommandSubscription;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandsTest {

    private final Clients clients = new Clients();
    private AxonServerNode node;
    private AxonServerConnection sender;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded().withMessageTimeout(Duration.ofMillis(700)));
        sender = clients.connect(node, "sender");
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void commandReachesItsHandlerAndTheAnswerComesBack() throws Exception {
        handle(clients.connect(node, "handler"), "Greet", command -> answer("hello " + text(command)));

        CommandResponse response = send("Greet", "world");

        assertThat(response.getErrorCode()).isEmpty();
        assertThat(response.getPayload().getData().toStringUtf8()).isEqualTo("hello world");
    }

    @Test
    void commandWithoutHandlerIsRefused() {
        CommandResponse response = send("Unknown", "");

        assertThat(response.getErrorCode()).isEqualTo("AXONIQ-4000");
        assertThat(response.getErrorMessage().getMessage()).contains("Unknown");
    }

    @Test
    void errorOfTheHandlerIsPassedOnAsItIs() throws Exception {
        handle(
                clients.connect(node, "handler"),
                "Fail",
                command -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                        .setErrorCode("AXONIQ-4002")
                        .setErrorMessage(ErrorMessage.newBuilder().setMessage("no stock"))
                        .build()));

        CommandResponse response = send("Fail", "");

        assertThat(response.getErrorCode()).isEqualTo("AXONIQ-4002");
        assertThat(response.getErrorMessage().getMessage()).isEqualTo("no stock");
    }

    @Test
    void commandFailsWhenItsHandlerDisconnectsInTheMiddle() {
        // A bare stream, because the connector would first wait for the command to end.
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(node.address()).usePlaintext().build();
        CompletableFuture<CommandProviderInbound> received = new CompletableFuture<>();
        StreamObserver<CommandProviderOutbound> handler =
                CommandServiceGrpc.newStub(channel).openStream(new FirstCommand(received));
        handler.onNext(CommandProviderOutbound.newBuilder()
                .setFlowControl(FlowControl.newBuilder().setClientId("doomed").setPermits(1))
                .build());
        handler.onNext(CommandProviderOutbound.newBuilder()
                .setSubscribe(
                        CommandSubscription.newBuilder().setClientId("doomed").setCommand("Hang"))
                .build());
        CompletableFuture<CommandResponse> response = untilHandled(command("Hang", ""));
        await(received);

        channel.shutdownNow();

        assertThat(await(response).getErrorCode()).isEqualTo("AXONIQ-4001");
    }

    @Test
    void commandThatIsNotAnsweredTimesOut() throws Exception {
        CompletableFuture<CommandResponse> never = new CompletableFuture<>();
        handle(clients.connect(node, "handler"), "Hang", command -> never);

        assertThat(send("Hang", "").getErrorCode()).isEqualTo("AXONIQ-4002");
        never.cancel(false);
    }

    @Test
    void commandIsRefusedAgainOnceItsHandlerHasUnsubscribed() throws Exception {
        AxonServerConnection handler = clients.connect(node, "handler");
        var registration = handler.commandChannel()
                .registerCommandHandler(command -> answer("ok"), 100, "Greet")
                .awaitAck(5, TimeUnit.SECONDS);
        assertThat(send("Greet", "").getErrorCode()).isEmpty();

        await(registration.cancel());

        assertThat(send("Greet", "").getErrorCode()).isEqualTo("AXONIQ-4000");
    }

    @Test
    void sameRoutingKeyAlwaysReachesTheSameHandlerAndKeysAreShared() throws Exception {
        Set<String> used = ConcurrentHashMap.newKeySet();
        for (String name : new String[] {"one", "two"}) {
            handle(clients.connect(node, "handler"), "Route", command -> {
                used.add(name);
                return answer(name);
            });
        }

        for (int key = 0; key < 50; key++) {
            Set<String> answers = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                answers.add(await(sender.commandChannel().sendCommand(routed("Route", "key-" + key)))
                        .getPayload()
                        .getData()
                        .toStringUtf8());
            }
            assertThat(answers).hasSize(1);
        }
        assertThat(used).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void handlerGetsNoMoreCommandsThanItGrantedPermitsFor() throws Exception {
        // The connector grants 5000 permits and renews them; ten thousand commands need the renewal to work.
        handle(clients.connect(node, "handler"), "Count", command -> answer("ok"));

        List<CompletableFuture<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            responses.add(sender.commandChannel().sendCommand(command("Count", "")));
        }

        assertThat(responses)
                .allSatisfy(
                        response -> assertThat(await(response).getErrorCode()).isEmpty());
    }

    /** Sends {@code command} until a handler has it; a bare stream does not tell when its registration is through. */
    private CompletableFuture<CommandResponse> untilHandled(Command command) {
        CompletableFuture<CommandResponse> response = sender.commandChannel().sendCommand(command);
        try {
            boolean refused =
                    response.get(100, TimeUnit.MILLISECONDS).getErrorCode().equals("AXONIQ-4000");
            return refused ? untilHandled(command) : response;
        } catch (TimeoutException e) {
            return response;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private CommandResponse send(String name, String text) {
        return await(sender.commandChannel().sendCommand(command(name, text)));
    }

    private static Command command(String name, String text) {
        return Command.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setName(name)
                .setPayload(payload(text))
                .build();
    }

    private static Command routed(String name, String routingKey) {
        return command(name, "").toBuilder()
                .addProcessingInstructions(ProcessingInstruction.newBuilder()
                        .setKey(ProcessingKey.ROUTING_KEY)
                        .setValue(MetaDataValue.newBuilder().setTextValue(routingKey)))
                .build();
    }

    private static String text(Command command) {
        return command.getPayload().getData().toStringUtf8();
    }

    private static CompletableFuture<CommandResponse> answer(String text) {
        return CompletableFuture.completedFuture(
                CommandResponse.newBuilder().setPayload(payload(text)).build());
    }

    private static void handle(
            AxonServerConnection connection, String name, Function<Command, CompletableFuture<CommandResponse>> handler)
            throws Exception {
        connection.commandChannel().registerCommandHandler(handler, 100, name).awaitAck(5, TimeUnit.SECONDS);
    }

    private record FirstCommand(CompletableFuture<CommandProviderInbound> received)
            implements StreamObserver<CommandProviderInbound> {

        @Override
        public void onNext(CommandProviderInbound message) {
            received.complete(message);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
