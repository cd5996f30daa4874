package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.waybill.axonserver.routing.Backlog;
import io.waybill.axonserver.routing.CommandRouter;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.function.Consumer;

/** Answers one dispatcher. Until its connection has taken the answer, that counts as waiting for it. */
final class CommandReply implements Consumer<CommandResponse> {

    private final ServerCallStreamObserver<CommandResponse> client;
    private final Backlog backlog;

    // Guarded by this.
    private int countedBytes;
    private boolean counted;
    private boolean closed;

    /** To be created while the call is being opened. */
    CommandReply(ServerCallStreamObserver<CommandResponse> client, Backlog backlog) {
        this.client = client;
        this.backlog = backlog;
        client.setOnCloseHandler(this::close);
        // A dispatcher that went away no longer cares, but the handler has the command and will finish it.
        client.setOnCancelHandler(this::close);
    }

    @Override
    public synchronized void accept(CommandResponse response) {
        if (closed) {
            return;
        }
        countedBytes = response.getSerializedSize();
        counted = backlog.add(countedBytes);
        client.onNext(
                counted
                        ? response
                        : CommandRouter.error(
                                response.getRequestIdentifier(),
                                ErrorCode.TOO_MANY_REQUESTS,
                                "The command was handled, but its answer is lost: too many answers are not read"));
        client.onCompleted();
    }

    private synchronized void close() {
        if (counted) {
            backlog.remove(countedBytes);
        }
        counted = false;
        closed = true;
    }
}
