package io.waybill.axonserver;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * A call whose client sends but never reads. It has to be cancelled before its channel is closed, or gRPC keeps what
 * nobody read in the memory of this process. The last megabyte of each call gets that far, so there must not be many.
 *
 * @param <Q> the type of request
 */
final class UnreadCall<Q> {

    private final ClientCall<Q, ?> call;

    private <A> UnreadCall(Channel channel, MethodDescriptor<Q, A> method) {
        ClientCall<Q, A> opened = channel.newCall(method, CallOptions.DEFAULT);
        // Without a request for messages, none is ever taken out of the connection.
        opened.start(new ClientCall.Listener<>() {}, new Metadata());
        call = opened;
    }

    static <Q> UnreadCall<Q> open(Channel channel, MethodDescriptor<Q, ?> method) {
        return new UnreadCall<>(channel, method);
    }

    UnreadCall<Q> send(Q request) {
        call.sendMessage(request);
        return this;
    }

    /** There are no more requests. */
    UnreadCall<Q> complete() {
        call.halfClose();
        return this;
    }

    void cancel() {
        call.cancel("not read", null);
    }
}
