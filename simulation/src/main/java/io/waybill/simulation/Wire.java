package io.waybill.simulation;

import io.waybill.chassis.messaging.Misuse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandResultMessage;
import org.axonframework.common.Registration;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandler;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.jspecify.annotations.Nullable;

/** The way of a process's commands to the aggregates, which are in other services: each is under way until delivered. */
final class Wire implements CommandBus {

    private final List<? extends CommandBus> instances;
    private final Supplier<@Nullable String> sender;
    private final List<Sent<?, ?>> underWay = new ArrayList<>();
    private IntUnaryOperator choice = bound -> 0;

    /**
     * @param instances of the services, each of which can handle any command
     * @param sender says on behalf of which step a command is sent, and may throw
     */
    Wire(List<? extends CommandBus> instances, Supplier<@Nullable String> sender) {
        this.instances = instances;
        this.sender = sender;
    }

    /**
     * A command under way, and whom to tell what came of it.
     *
     * @param step of the process that sent it; null if it was none
     */
    record Sent<C, R>(
            CommandMessage<C> command,
            CommandCallback<? super C, ? super R> callback,
            @Nullable String step) {}

    /** From now on says which instance a command goes to. */
    void choose(IntUnaryOperator newChoice) {
        choice = newChoice;
    }

    /** Takes all that is under way off the wire. */
    List<Sent<?, ?>> take() {
        List<Sent<?, ?>> taken = new ArrayList<>(underWay);
        underWay.clear();
        return taken;
    }

    /** Hands a command to its aggregate. */
    <C, R> void deliver(Sent<C, R> sent) {
        instances.get(choice.applyAsInt(instances.size())).dispatch(sent.command(), sent.callback());
    }

    /** Answers a command in place of its aggregate. */
    <C, R> void refuse(Sent<C, R> sent, Misuse why) {
        sent.callback().onResult(sent.command(), GenericCommandResultMessage.asCommandResultMessage(why));
    }

    @Override
    public <C, R> void dispatch(CommandMessage<C> command, CommandCallback<? super C, ? super R> callback) {
        Claim.checkNoReplay(command.getPayload());
        underWay.add(new Sent<>(command, callback, sender.get()));
    }

    @Override
    public <C> void dispatch(CommandMessage<C> command) {
        dispatch(command, (sent, result) -> {});
    }

    @Override
    public Registration subscribe(String command, MessageHandler<? super CommandMessage<?>> handler) {
        throw new UnsupportedOperationException("commands are handled elsewhere");
    }

    @Override
    public Registration registerDispatchInterceptor(MessageDispatchInterceptor<? super CommandMessage<?>> interceptor) {
        throw new UnsupportedOperationException("commands are handled elsewhere");
    }

    @Override
    public Registration registerHandlerInterceptor(MessageHandlerInterceptor<? super CommandMessage<?>> interceptor) {
        throw new UnsupportedOperationException("commands are handled elsewhere");
    }
}
