package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds a handler for each command and brings its answer back. Every command gets exactly one answer. */
public final class CommandRouter {

    /** More commands in progress than this would fill the memory of a small node. */
    private static final int MAX_PENDING = 25_000;

    private final Topology topology;
    private final long timeoutMillis;
    private final Map<String, RoutingRing<HandlerStream<CommandProviderInbound>>> handlers = new ConcurrentHashMap<>();
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    /** Creates a router that tells {@code topology} who handles what and gives up on a command after a time. */
    public CommandRouter(Topology topology, long timeoutMillis) {
        this.topology = topology;
        this.timeoutMillis = timeoutMillis;
    }

    /** Registers the client behind {@code stream} as a handler, with its share of the commands (0: the default). */
    public void subscribe(HandlerStream<CommandProviderInbound> stream, String command, int loadFactor) {
        handlers.compute(
                command,
                (name, ring) -> (ring != null ? ring : new RoutingRing<HandlerStream<CommandProviderInbound>>())
                        .with(stream, stream.clientId(), loadFactor));
        topology.added(new Topology.Handler(Topology.Kind.COMMAND, command, stream), loadFactor);
    }

    /** The client handles {@code command} no longer; commands it already has may still be answered. */
    public void unsubscribe(HandlerStream<CommandProviderInbound> stream, String command) {
        handlers.computeIfPresent(command, (name, ring) -> {
            RoutingRing<HandlerStream<CommandProviderInbound>> left = ring.without(stream);
            return left.isEmpty() ? null : left;
        });
        topology.removed(new Topology.Handler(Topology.Kind.COMMAND, command, stream));
    }

    /** The client is gone: what it never received goes to another handler, what it was working on has failed. */
    public void disconnected(HandlerStream<CommandProviderInbound> stream) {
        handlers.keySet().forEach(command -> unsubscribe(stream, command));
        stream.close().forEach(unsent -> place((Pending) unsent));
        pending.values().stream()
                .filter(command -> command.sentTo == stream)
                .forEach(command -> answer(
                        command,
                        ErrorCode.CONNECTION_TO_HANDLER_LOST,
                        "Connection lost while executing command on: " + stream.clientId()));
    }

    /** Sends {@code command} to a handler; {@code reply} is called once, on any thread, with the answer or an error. */
    public void dispatch(Command command, Consumer<CommandResponse> reply) {
        Pending entry = new Pending(command, reply, timeoutMillis);
        if (pending.size() >= MAX_PENDING) {
            reply.accept(error(command, ErrorCode.TOO_MANY_REQUESTS, "Too many commands are in progress"));
        } else if (pending.putIfAbsent(command.getMessageIdentifier(), entry) != null) {
            reply.accept(error(command, ErrorCode.COMMAND_DUPLICATED, "A command with this identifier is in progress"));
        } else {
            place(entry);
        }
    }

    /** Takes the answer of a handler. An answer that comes too late finds nobody waiting and is dropped. */
    public void respond(CommandResponse response) {
        Pending answered = pending.remove(response.getRequestIdentifier());
        if (answered != null) {
            answered.reply.accept(response);
        }
    }

    /** Answers the commands that were not answered in time. To be called regularly. */
    public void expire() {
        long now = System.nanoTime();
        pending.values().stream()
                .filter(command -> command.deadlineNanos - now < 0)
                .forEach(command -> answer(command, ErrorCode.COMMAND_TIMEOUT, "The command was not answered in time"));
    }

    private void place(Pending entry) {
        Command command = entry.command;
        HandlerStream<CommandProviderInbound> handler = handlerFor(entry);
        while (handler != null) {
            switch (handler.offer(entry)) {
                case ACCEPTED -> {
                    return;
                }
                case FULL -> {
                    answer(
                            entry,
                            ErrorCode.TOO_MANY_REQUESTS,
                            "The handler of " + command.getName() + " is overloaded");
                    return;
                }
                case CLOSED -> {
                    unsubscribe(handler, command.getName());
                    handler = handlerFor(entry);
                }
            }
        }
        answer(entry, ErrorCode.NO_HANDLER_FOR_COMMAND, "No Handler for command: " + command.getName());
    }

    private @Nullable HandlerStream<CommandProviderInbound> handlerFor(Pending entry) {
        RoutingRing<HandlerStream<CommandProviderInbound>> ring = handlers.get(entry.command.getName());
        return ring == null
                ? null
                : ring.memberFor(entry.instructions.routingKey(entry.command.getMessageIdentifier()));
    }

    private void answer(Pending entry, ErrorCode code, String message) {
        if (pending.remove(entry.command.getMessageIdentifier(), entry)) {
            entry.reply.accept(error(entry.command, code, message));
        }
    }

    private static CommandResponse error(Command command, ErrorCode code, String message) {
        return CommandResponse.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setRequestIdentifier(command.getMessageIdentifier())
                .setErrorCode(code.code())
                .setErrorMessage(code.message(message))
                .build();
    }

    /** A command that has no answer yet. */
    private static final class Pending implements HandlerStream.Delivery<CommandProviderInbound> {

        private final Command command;
        private final Instructions instructions;
        private final Consumer<CommandResponse> reply;
        private final long deadlineNanos;
        private volatile @Nullable HandlerStream<CommandProviderInbound> sentTo;

        Pending(Command command, Consumer<CommandResponse> reply, long timeoutMillis) {
            this.command = command;
            this.instructions = new Instructions(command.getProcessingInstructionsList());
            this.reply = reply;
            this.deadlineNanos = System.nanoTime() + 1_000_000 * instructions.timeoutMillis(timeoutMillis);
        }

        @Override
        public CommandProviderInbound message() {
            return CommandProviderInbound.newBuilder().setCommand(command).build();
        }

        @Override
        public long priority() {
            return instructions.priority();
        }

        @Override
        public void sent(HandlerStream<CommandProviderInbound> stream) {
            sentTo = stream;
        }
    }
}
