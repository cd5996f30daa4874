package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.payload;

import io.axoniq.axonserver.grpc.FlowControl;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.command.CommandSubscription;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A handler that grants every permit itself and answers when the test says so. The connector would do both unasked. */
public final class BareCommandHandler implements StreamObserver<CommandProviderInbound> {

    private final String clientId = Messages.unique("bare");
    private final Map<String, CompletableFuture<InstructionAck>> acknowledgements = new ConcurrentHashMap<>();
    private final Received<Command> commands = new Received<>();
    private final ManagedChannel channel;
    private final StreamObserver<CommandProviderOutbound> server;

    /** Opens the stream; nothing is handled yet. */
    public BareCommandHandler(Clients clients) {
        channel = clients.channel();
        server = CommandServiceGrpc.newStub(channel).openStream(this);
    }

    /** Registers for {@code command} and waits until that is acknowledged. */
    public BareCommandHandler subscribe(String command) {
        acknowledged(CommandProviderOutbound.newBuilder()
                .setSubscribe(CommandSubscription.newBuilder()
                        .setCommand(command)
                        .setClientId(clientId)
                        .setComponentName("bare")
                        .setMessageId(UUID.randomUUID().toString())));
        return this;
    }

    /** Allows so many more commands; when this returns, the server knows. */
    public BareCommandHandler grant(long permits) {
        acknowledged(CommandProviderOutbound.newBuilder()
                .setFlowControl(FlowControl.newBuilder().setClientId(clientId).setPermits(permits)));
        return this;
    }

    /** The next command; it must come soon. */
    public Command next() {
        return commands.next();
    }

    /** How many commands are here that were not taken. */
    public int waiting() {
        return commands.waiting();
    }

    /** Answers {@code command}. */
    public void answer(Command command, String text) {
        send(CommandProviderOutbound.newBuilder()
                .setCommandResponse(CommandResponse.newBuilder()
                        .setMessageIdentifier(UUID.randomUUID().toString())
                        .setRequestIdentifier(command.getMessageIdentifier())
                        .setPayload(payload(text))));
    }

    /** Sends {@code message} with an instruction identifier; returns what the server says to it. */
    public InstructionAck acknowledged(CommandProviderOutbound.Builder message) {
        String id = UUID.randomUUID().toString();
        CompletableFuture<InstructionAck> acknowledgement = new CompletableFuture<>();
        acknowledgements.put(id, acknowledgement);
        send(message.setInstructionId(id));
        return Clients.await(acknowledgement);
    }

    /** Sends {@code message}. */
    public void send(CommandProviderOutbound.Builder message) {
        server.onNext(message.build());
    }

    /** Cuts the connection, as a process that dies does. */
    public void vanish() {
        channel.shutdownNow();
    }

    /** How the server ended the stream; it must do so soon. */
    public Received.Fault end() {
        return commands.end();
    }

    @Override
    public void onNext(CommandProviderInbound message) {
        if (message.hasCommand()) {
            commands.onNext(message.getCommand());
        } else if (message.hasAck()) {
            CompletableFuture<InstructionAck> waiting =
                    acknowledgements.remove(message.getAck().getInstructionId());
            if (waiting != null) {
                waiting.complete(message.getAck());
            }
        }
    }

    @Override
    public void onError(Throwable cause) {
        commands.onError(cause);
    }

    @Override
    public void onCompleted() {
        commands.onCompleted();
    }
}
