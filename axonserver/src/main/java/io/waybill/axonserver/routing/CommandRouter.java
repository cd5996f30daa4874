package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds a handler for each command and brings its answer back. Every command gets exactly one answer. */
public final class CommandRouter {

    /** More commands in progress than this would fill the memory of a small node. As in the original. */
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

    /**
     * Registers the client behind {@code stream} as a handler, with its share of the commands (0: the default).
     *
     * @return false if the client handles too much already
     */
    public boolean subscribe(HandlerStream<CommandProviderInbound> stream, String command, int loadFactor) {
        if (!stream.register(command)) {
            return false;
        }
        handlers.compute(
                command,
                (name, ring) -> (ring != null ? ring : new RoutingRing<HandlerStream<CommandProviderInbound>>())
                        .with(stream, stream.clientId(), loadFactor));
        topology.added(new Topology.Handler(Topology.Kind.COMMAND, command, stream), loadFactor);
        return true;
    }

    /** The client handles {@code command} no longer; commands it already has may still be answered. */
    public void unsubscribe(HandlerStream<CommandProviderInbound> stream, String command) {
        stream.unregister(command);
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
            reply.accept(error(entry.id, ErrorCode.TOO_MANY_REQUESTS, "Too many commands are in progress"));
        } else if (pending.putIfAbsent(entry.id, entry) != null) {
            reply.accept(
                    error(entry.id, ErrorCode.COMMAND_DUPLICATED, "A command with this identifier is in progress"));
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
        for (Pending command : pending.values()) {
            if (command.deadlineNanos - now < 0) {
                answer(command, ErrorCode.COMMAND_TIMEOUT, "The command was not answered in time");
                HandlerStream<CommandProviderInbound> stream = command.offeredTo;
                if (stream != null) {
                    stream.withdraw(command);
                }
            }
        }
    }

    private void place(Pending entry) {
        HandlerStream<CommandProviderInbound> handler = handlerFor(entry);
        while (handler != null) {
            entry.offeredTo = handler;
            switch (handler.offer(entry)) {
                case ACCEPTED -> {
                    return;
                }
                case FULL -> {
                    answer(entry, ErrorCode.TOO_MANY_REQUESTS, "The handler of " + entry.name + " is overloaded");
                    return;
                }
                case CLOSED -> {
                    unsubscribe(handler, entry.name);
                    handler = handlerFor(entry);
                }
            }
        }
        answer(entry, ErrorCode.NO_HANDLER_FOR_COMMAND, "No Handler for command: " + entry.name);
    }

    private @Nullable HandlerStream<CommandProviderInbound> handlerFor(Pending entry) {
        RoutingRing<HandlerStream<CommandProviderInbound>> ring = handlers.get(entry.name);
        return ring == null ? null : ring.memberFor(entry.routingKey);
    }

    private void answer(Pending entry, ErrorCode code, String message) {
        if (pending.remove(entry.id, entry)) {
            entry.reply.accept(error(entry.id, code, message));
        }
    }

    /** An answer of the server's own. */
    public static CommandResponse error(String commandId, ErrorCode code, String message) {
        return CommandResponse.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setRequestIdentifier(commandId)
                .setErrorCode(code.code())
                .setErrorMessage(code.message(message))
                .build();
    }

    /** A command that has no answer yet. Once it is sent, its content is its handler's to keep. */
    private static final class Pending extends HandlerStream.Delivery<CommandProviderInbound> {

        private final String id;
        private final String name;
        private final String routingKey;
        private final Consumer<CommandResponse> reply;
        private final long deadlineNanos;
        private volatile @Nullable Command content;
        private volatile @Nullable HandlerStream<CommandProviderInbound> offeredTo;
        private volatile @Nullable HandlerStream<CommandProviderInbound> sentTo;

        Pending(Command command, Consumer<CommandResponse> reply, long timeoutMillis) {
            this(command, new Instructions(command.getProcessingInstructionsList()), reply, timeoutMillis);
        }

        private Pending(
                Command command, Instructions instructions, Consumer<CommandResponse> reply, long timeoutMillis) {
            super(command.getSerializedSize(), instructions.priority());
            this.id = command.getMessageIdentifier();
            this.name = command.getName();
            this.routingKey = instructions.routingKey(id);
            this.reply = reply;
            this.deadlineNanos = System.nanoTime() + 1_000_000 * instructions.timeoutMillis(timeoutMillis);
            this.content = command;
        }

        @Override
        CommandProviderInbound message() {
            return CommandProviderInbound.newBuilder()
                    .setCommand(Objects.requireNonNull(content))
                    .build();
        }

        @Override
        void sent(HandlerStream<CommandProviderInbound> stream) {
            sentTo = stream;
            content = null;
        }
    }
}
