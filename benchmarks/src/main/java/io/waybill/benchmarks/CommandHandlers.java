package io.waybill.benchmarks;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** The application at the other end: it answers a command with the payload it came with. */
final class CommandHandlers {

    /** Handled by answering at once. */
    static final String NO_OP = "io.waybill.benchmarks.DoNothing";

    /** Handled by appending one event, and answering when that is stored. */
    static final String APPEND = "io.waybill.benchmarks.AppendSomething";

    /** The metadata that tells whose command it is, so that each worker has its own aggregate here too. */
    static final String WORKER = "worker";

    private static final int LOAD_FACTOR = 100;
    private static final long PATIENCE_SECONDS = 10;

    private final EventChannel events;
    private final AggregateWriter[] writers;
    private final AtomicLong handled = new AtomicLong();

    private CommandHandlers(EventChannel events, AggregateWriter[] writers) {
        this.events = events;
        this.writers = writers;
    }

    /** Registers the handlers and returns once the server has them. */
    static CommandHandlers register(AxonServerConnection connection, AggregateWriter[] writers)
            throws InterruptedException {
        CommandHandlers handlers = new CommandHandlers(connection.eventChannel(), writers);
        try {
            connection
                    .commandChannel()
                    .registerCommandHandler(handlers::answer, LOAD_FACTOR, NO_OP)
                    .awaitAck(PATIENCE_SECONDS, TimeUnit.SECONDS);
            connection
                    .commandChannel()
                    .registerCommandHandler(handlers::appendAndAnswer, LOAD_FACTOR, APPEND)
                    .awaitAck(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RunFailedException("The server did not confirm the command handlers", e);
        }
        return handlers;
    }

    /** How many commands came since this was last asked. */
    long takeCount() {
        return handled.getAndSet(0);
    }

    private CompletableFuture<CommandResponse> answer(Command command) {
        handled.incrementAndGet();
        return CompletableFuture.completedFuture(responseTo(command));
    }

    private CompletableFuture<CommandResponse> appendAndAnswer(Command command) {
        handled.incrementAndGet();
        int worker = (int) command.getMetaDataOrThrow(WORKER).getNumberValue();
        return AppendLoad.append(events, writers[worker], 1).thenApply(stored -> responseTo(command));
    }

    private static CommandResponse responseTo(Command command) {
        return CommandResponse.newBuilder().setPayload(command.getPayload()).build();
    }
}
