package io.waybill.chassis.messaging;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** How controllers and workers send commands: one at a time, waiting for the answer. */
public final class RequestCommands {

    /** More than the retries of the command gateway take together, less than a client waits. */
    private static final long ANSWER_TIMEOUT_SECONDS = 10;

    private final CommandGateway gateway;
    private final EventStore eventStore;

    RequestCommands(CommandGateway gateway, EventStore eventStore) {
        this.gateway = gateway;
        this.eventStore = eventStore;
    }

    /**
     * A command that was carried out.
     *
     * @param result what its handler returned; null if nothing
     * @param position of the command's last event in the event store, or of a later event: whoever has read up to it
     * has     seen what the command did
     */
    public record Done<R extends @Nullable Object>(R result, long position) {}

    /**
     * Sends a command and waits until it was carried out.
     *
     * @throws CommandExecutionException if its handler refused or failed; see {@link Misuse#faultOf}
     * @throws Unanswered if no handler answered in time
     */
    public <R extends @Nullable Object> Done<R> send(Object command) {
        try {
            R result = gateway.<R>send(command).get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return new Done<>(result, Positions.last(eventStore));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CommandExecutionException("The command failed", e.getCause());
        } catch (TimeoutException e) {
            throw new Unanswered("The command was not answered in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unanswered("Stopped while waiting for an answer", e);
        }
    }
}
