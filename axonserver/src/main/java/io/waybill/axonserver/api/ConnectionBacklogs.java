package io.waybill.axonserver.api;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.waybill.axonserver.routing.Backlog;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each connection its backlog, and each call that of the connection it came over. */
public final class ConnectionBacklogs extends ServerTransportFilter implements ServerInterceptor {

    private static final Attributes.Key<Backlog> ATTRIBUTE = Attributes.Key.create("backlog");
    private static final Context.Key<Backlog> CURRENT = Context.key("backlog");

    private final AtomicLong bytes = new AtomicLong();

    /** The bytes that wait in memory until clients take them. */
    public long bytes() {
        return bytes.get();
    }

    /** The backlog of the connection that the current call came over. To be called while the call is being opened. */
    static Backlog current() {
        return CURRENT.get();
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        return attributes.toBuilder().set(ATTRIBUTE, new Backlog(bytes)).build();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Backlog backlog = call.getAttributes().get(ATTRIBUTE);
        return Contexts.interceptCall(Context.current().withValue(CURRENT, backlog), call, headers, next);
    }
}
