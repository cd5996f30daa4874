package io.waybill.simulation;

import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.common.Registration;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandler;
import org.axonframework.messaging.MessageHandlerInterceptor;

/** The way of a process's commands to the aggregates, which are in other services: each is under way until delivered. */
final class Wire implements CommandBus {

    private final CommandBus aggregates;
    private final List<Sent<?, ?>> underWay = new ArrayList<>();

    Wire(CommandBus aggregates) {
        this.aggregates = aggregates;
    }

    /** A command under way, and whom to tell what came of it. */
    record Sent<C, R>(CommandMessage<C> command, CommandCallback<? super C, ? super R> callback) {}

    /** Takes all that is under way off the wire. */
    List<Sent<?, ?>> take() {
        List<Sent<?, ?>> taken = new ArrayList<>(underWay);
        underWay.clear();
        return taken;
    }

    /** Hands a command to its aggregate. */
    <C, R> void deliver(Sent<C, R> sent) {
        aggregates.dispatch(sent.command(), sent.callback());
    }

    @Override
    public <C, R> void dispatch(CommandMessage<C> command, CommandCallback<? super C, ? super R> callback) {
        underWay.add(new Sent<>(command, callback));
    }

    @Override
    public <C> void dispatch(CommandMessage<C> command) {
        dispatch(command, (sent, result) -> {});
    }

    @Override
    public Registration subscribe(String command, MessageHandler<? super CommandMessage<?>> handler) {
        return aggregates.subscribe(command, handler);
    }

    @Override
    public Registration registerDispatchInterceptor(MessageDispatchInterceptor<? super CommandMessage<?>> interceptor) {
        return aggregates.registerDispatchInterceptor(interceptor);
    }

    @Override
    public Registration registerHandlerInterceptor(MessageHandlerInterceptor<? super CommandMessage<?>> interceptor) {
        return aggregates.registerHandlerInterceptor(interceptor);
    }
}
