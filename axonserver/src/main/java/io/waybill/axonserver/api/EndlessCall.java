package io.waybill.axonserver.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** A call that lasts as long as its client is there, unless the node ends it, whatever its service is about to send. */
final class EndlessCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    // Guarded by this, because a service must not be sending while the call is being ended.
    private boolean ended;

    EndlessCall(ServerCall<Q, A> call) {
        super(call);
    }

    void end(Status status) {
        close(status, new Metadata());
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!ended) {
            super.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!ended) {
            super.sendMessage(message);
        }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        if (!ended) {
            ended = true;
            super.close(status, trailers);
        }
    }
}
