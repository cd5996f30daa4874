package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.command;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.timeoutMillis;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.Registration;
import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc.CommandServiceStub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A command, its handler and its answer. Who gets which command is in {@link CommandRoutingTest}. */
class CommandsTest {

    private final Clients clients = new Clients();
    private final AxonServerConnection sender = clients.connect("sender");
    private final String name = unique("Greet");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void commandReachesItsHandlerAsItIsAndTheAnswerComesBackAsItIs() throws Exception {
        CompletableFuture<Command> received = new CompletableFuture<>();
        CommandResponse answer = CommandResponse.newBuilder()
                .setPayload(payload("hello"))
                .putMetaData(
                        "mood", MetaDataValue.newBuilder().setTextValue("good").build())
                .build();
        handle(command -> {
            received.complete(command);
            return CompletableFuture.completedFuture(answer);
        });
        Command sent = command(name, "world", Messages.priority(3)).toBuilder()
                .putMetaData(
                        "trace", MetaDataValue.newBuilder().setNumberValue(7).build())
                .build();

        CommandResponse response = await(sender.commandChannel().sendCommand(sent));

        assertThat(response.getErrorCode()).isEmpty();
        assertThat(response.getPayload()).isEqualTo(answer.getPayload());
        assertThat(response.getMetaDataMap()).isEqualTo(answer.getMetaDataMap());
        assertThat(response.getRequestIdentifier()).isEqualTo(sent.getMessageIdentifier());
        Command command = await(received);
        assertThat(command.getMessageIdentifier()).isEqualTo(sent.getMessageIdentifier());
        assertThat(command.getPayload()).isEqualTo(sent.getPayload());
        assertThat(command.getMetaDataMap()).isEqualTo(sent.getMetaDataMap());
        assertThat(command.getProcessingInstructionsList()).containsAll(sent.getProcessingInstructionsList());
    }

    @Test
    void commandWithoutHandlerIsRefused() {
        CommandResponse response = send("");

        assertThat(response.getErrorCode()).isEqualTo("AXONIQ-4000");
        assertThat(response.getErrorMessage().getMessage()).contains(name);
    }

    @Test
    void commandIsRefusedAgainOnceItsHandlerHasUnsubscribed() throws Exception {
        Registration registration = handle(command -> answer("ok"));
        assertThat(send("").getErrorCode()).isEmpty();

        await(registration.cancel());

        // The original acknowledges before it has forgotten the handler.
        Awaitility.await().until(() -> send("").getErrorCode().equals("AXONIQ-4000"));
    }

    @Test
    void errorOfTheHandlerIsPassedOnAsItIs() throws Exception {
        handle(command -> CompletableFuture.completedFuture(CommandResponse.newBuilder()
                .setErrorCode("AXONIQ-4002")
                .setErrorMessage(ErrorMessage.newBuilder().setMessage("no stock"))
                .build()));

        CommandResponse response = send("");

        assertThat(response.getErrorCode()).isEqualTo("AXONIQ-4002");
        assertThat(response.getErrorMessage().getMessage()).isEqualTo("no stock");
    }

    @Test
    void commandFailsWhenItsHandlerDisconnectsInTheMiddle() {
        BareCommandHandler handler =
                new BareCommandHandler(clients).subscribe(name).grant(1);
        CompletableFuture<CommandResponse> response = sender.commandChannel().sendCommand(command(name, ""));
        handler.next();

        handler.vanish();

        assertThat(await(response).getErrorCode()).isEqualTo("AXONIQ-4001");
    }

    @Test
    @NodeOnly("The original fails inside and never answers. It means to do the same: without another it refuses.")
    void commandThatWasNotSentYetGoesToAnotherHandlerWhenItsOwnDisconnects() throws Exception {
        BareCommandHandler slow = new BareCommandHandler(clients).subscribe(name);
        CompletableFuture<CommandResponse> response = queued(command(name, ""));
        handle(command -> answer("from the other"));

        slow.vanish();

        assertThat(text(await(response).getPayload())).isEqualTo("from the other");
    }

    @Test
    void commandThatWasNotSentYetIsRefusedWhenItsOnlyHandlerDisconnects() {
        BareCommandHandler slow = new BareCommandHandler(clients).subscribe(name);
        CompletableFuture<CommandResponse> response = queued(command(name, ""));

        slow.vanish();

        assertThat(await(response).getErrorCode()).isEqualTo("AXONIQ-4000");
    }

    @Test
    void identifierOfACommandInProgressIsRefusedAndIsFreeAgainAfterwards() {
        BareCommandHandler handler =
                new BareCommandHandler(clients).subscribe(name).grant(10);
        Command command = command(name, "");
        CompletableFuture<CommandResponse> first = sender.commandChannel().sendCommand(command);
        handler.next();

        assertThat(await(sender.commandChannel().sendCommand(command)).getErrorCode())
                .isEqualTo("AXONIQ-4005");
        handler.answer(command, "first");
        assertThat(text(await(first).getPayload())).isEqualTo("first");

        CompletableFuture<CommandResponse> again = sender.commandChannel().sendCommand(command);
        handler.answer(handler.next(), "again");
        assertThat(text(await(again).getPayload())).isEqualTo("again");
    }

    @Test
    void answerToAnUnknownCommandIsDropped() {
        BareCommandHandler handler =
                new BareCommandHandler(clients).subscribe(name).grant(10);
        handler.answer(command(name, ""), "nobody asked");

        CompletableFuture<CommandResponse> response = sender.commandChannel().sendCommand(command(name, ""));
        handler.answer(handler.next(), "asked");

        assertThat(text(await(response).getPayload())).isEqualTo("asked");
    }

    @Test
    void handlerGetsNoMoreCommandsThanItGrantedPermitsFor() {
        BareCommandHandler handler = new BareCommandHandler(clients).subscribe(name);
        List<CompletableFuture<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            responses.add(queued(command(name, "")));
        }
        assertThat(handler.waiting()).isZero();

        handler.grant(2);
        handler.answer(handler.next(), "");
        handler.answer(handler.next(), "");
        handler.subscribe(unique("Unused"));
        assertThat(handler.waiting()).isZero();

        handler.grant(3);
        for (int i = 0; i < 3; i++) {
            handler.answer(handler.next(), "");
        }
        responses.forEach(Clients::await);
    }

    @Test
    @NodeOnly("How many commands may wait for a handler is a setting of the original.")
    void commandForAHandlerThatIsFarBehindIsRefusedAndAnUrgentOneIsNot() {
        BareCommandHandler handler = new BareCommandHandler(clients).subscribe(name);
        List<CommandServiceStub> senders = Stream.generate(() -> CommandServiceGrpc.newStub(clients.channel()))
                .limit(3)
                .toList();
        List<Received<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 10_500; i++) {
            Received<CommandResponse> response = new Received<>();
            senders.get(i % senders.size()).dispatch(command(name, ""), response);
            responses.add(response);
        }

        Awaitility.await()
                .until(() -> responses.stream().filter(Received::hasEnded).count() >= 500);
        assertThat(responses.stream().filter(Received::hasEnded).map(Received::next))
                .extracting(CommandResponse::getErrorCode)
                .containsOnly("AXONIQ-1900");
        CompletableFuture<CommandResponse> urgent =
                Queued.command(sender, command(name, "urgent", Messages.priority(1)));

        handler.grant(1);
        Command first = handler.next();
        assertThat(text(first.getPayload())).isEqualTo("urgent");
        handler.answer(first, "done");
        assertThat(text(await(urgent).getPayload())).isEqualTo("done");
    }

    @Test
    void permitsOfTheConnectorAreRenewed() throws Exception {
        // The connector grants 5000 permits and more as they are used up.
        handle(command -> answer("ok"));

        List<CompletableFuture<CommandResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            responses.add(sender.commandChannel().sendCommand(command(name, "")));
        }

        assertThat(responses)
                .allSatisfy(
                        response -> assertThat(await(response).getErrorCode()).isEmpty());
    }

    @Test
    void instructionThatIsNoneIsRefusedWithoutHarmToTheStream() {
        BareCommandHandler handler =
                new BareCommandHandler(clients).subscribe(name).grant(1);

        InstructionAck acknowledgement = handler.acknowledged(CommandProviderOutbound.newBuilder());

        assertThat(acknowledgement.getSuccess()).isFalse();
        assertThat(acknowledgement.getError().getErrorCode()).isEqualTo("AXONIQ-1002");
        CompletableFuture<CommandResponse> response = sender.commandChannel().sendCommand(command(name, ""));
        handler.answer(handler.next(), "still here");
        assertThat(text(await(response).getPayload())).isEqualTo("still here");
    }

    @Test
    @NodeOnly("The original waits for its own limit, five minutes, whatever the sender asks for.")
    void commandThatIsNotAnsweredInTheTimeOfItsSenderTimesOut() throws Exception {
        CompletableFuture<CommandResponse> never = new CompletableFuture<>();
        handle(command -> never);

        CompletableFuture<CommandResponse> response =
                sender.commandChannel().sendCommand(command(name, "", timeoutMillis(300)));

        assertThat(await(response).getErrorCode()).isEqualTo("AXONIQ-4002");
        never.cancel(false);
    }

    /** Sends {@code command}; when this returns, the server has it. */
    private CompletableFuture<CommandResponse> queued(Command command) {
        return Queued.command(sender, command);
    }

    private CommandResponse send(String text) {
        return await(sender.commandChannel().sendCommand(command(name, text)));
    }

    private Registration handle(Function<Command, CompletableFuture<CommandResponse>> handler) throws Exception {
        return clients.connect("handler")
                .commandChannel()
                .registerCommandHandler(handler, 100, name)
                .awaitAck(5, TimeUnit.SECONDS);
    }

    private static CompletableFuture<CommandResponse> answer(String text) {
        return CompletableFuture.completedFuture(
                CommandResponse.newBuilder().setPayload(payload(text)).build());
    }
}
