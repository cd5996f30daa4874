package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Clients.await;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.concurrent.CompletableFuture;

/**
 * Makes sure that the server has a message that no handler takes yet. The server does not say so, but it refuses a
 * second message with the same identifier.
 */
final class Queued {

    private Queued() {}

    /** Sends {@code command} to a handler that grants no permits; returns its answer to come. */
    static CompletableFuture<CommandResponse> command(AxonServerConnection sender, Command command) {
        CompletableFuture<CommandResponse> one = sender.commandChannel().sendCommand(command);
        CompletableFuture<CommandResponse> other = sender.commandChannel().sendCommand(command);
        Object refused = await(CompletableFuture.anyOf(one, other));
        if (!((CommandResponse) refused).getErrorCode().equals("AXONIQ-4005")) {
            throw new AssertionError("Expected a duplicate, but got " + refused);
        }
        return one.isDone() ? other : one;
    }
}
