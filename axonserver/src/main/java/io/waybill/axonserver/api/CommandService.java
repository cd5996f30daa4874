package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc.CommandServiceImplBase;
import io.axoniq.axonserver.grpc.command.CommandSubscription;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.CommandRouter;
import io.waybill.axonserver.routing.HandlerStream;

/** Commands: handlers on one side, dispatchers on the other. */
public final class CommandService extends CommandServiceImplBase {

    private final CommandRouter router;

    /** Creates the service over {@code router}. */
    public CommandService(CommandRouter router) {
        this.router = router;
    }

    @Override
    public void dispatch(Command command, StreamObserver<CommandResponse> reply) {
        router.dispatch(
                command,
                new CommandReply((ServerCallStreamObserver<CommandResponse>) reply, ConnectionBacklogs.current()));
    }

    @Override
    public StreamObserver<CommandProviderOutbound> openStream(StreamObserver<CommandProviderInbound> out) {
        HandlerStream<CommandProviderInbound> stream = new HandlerStream<>(
                (ServerCallStreamObserver<CommandProviderInbound>) out,
                ConnectionBacklogs.current(),
                router::disconnected);
        return new CallObserver<>(message -> handle(stream, message), () -> {
            router.disconnected(stream);
            stream.complete();
        });
    }

    private void handle(HandlerStream<CommandProviderInbound> stream, CommandProviderOutbound message) {
        String id = message.getInstructionId();
        switch (message.getRequestCase()) {
            case SUBSCRIBE -> {
                CommandSubscription subscription = message.getSubscribe();
                stream.identify(subscription.getClientId(), subscription.getComponentName());
                if (router.subscribe(stream, subscription.getCommand(), subscription.getLoadFactor())) {
                    accept(stream, id);
                } else {
                    Acknowledgements.overloaded(id, ack -> stream.send(acknowledge(ack)));
                }
            }
            case UNSUBSCRIBE -> {
                router.unsubscribe(stream, message.getUnsubscribe().getCommand());
                accept(stream, id);
            }
            case FLOW_CONTROL -> {
                stream.grant(message.getFlowControl().getPermits());
                accept(stream, id);
            }
            case COMMAND_RESPONSE -> {
                router.respond(message.getCommandResponse());
                accept(stream, id);
            }
            case ACK -> {}
            case REQUEST_NOT_SET -> Acknowledgements.refuse(id, ack -> stream.send(acknowledge(ack)));
        }
    }

    private static void accept(HandlerStream<CommandProviderInbound> stream, String instructionId) {
        Acknowledgements.accept(instructionId, ack -> stream.send(acknowledge(ack)));
    }

    private static CommandProviderInbound acknowledge(InstructionAck ack) {
        return CommandProviderInbound.newBuilder().setAck(ack).build();
    }
}
