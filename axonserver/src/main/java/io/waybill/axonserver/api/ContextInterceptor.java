package io.waybill.axonserver.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.axonserver.routing.ErrorCode;

/** Refuses calls for a context this node does not have, rather than mixing them into the one it has. */
public final class ContextInterceptor implements ServerInterceptor {

    private static final String ONLY_CONTEXT = "default";
    private static final Metadata.Key<String> CONTEXT_KEY =
            Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String context = headers.get(CONTEXT_KEY);
        if (context == null || context.isEmpty() || context.equals(ONLY_CONTEXT)) {
            return next.startCall(call, headers);
        }
        String message = "Context %s does not exist; this node has only %s".formatted(context, ONLY_CONTEXT);
        call.close(ErrorCode.CONTEXT_NOT_FOUND.status(message), ErrorCode.CONTEXT_NOT_FOUND.trailers());
        return new ServerCall.Listener<>() {};
    }
}
