package io.waybill.axonserver.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.waybill.axonserver.security.Application;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that can be ended from outside, while its service may be sending on another thread. To the service it looks
 * as if the client had gone, which every service can cope with.
 */
final class RevocableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private static final Logger log = LoggerFactory.getLogger(RevocableCall.class);

    private final Application application;

    // Written under the lock that also orders what is sent; gRPC's calls are not safe for several threads.
    private volatile boolean revoked;
    private boolean closed;

    RevocableCall(ServerCall<Q, A> call, Application application) {
        super(call);
        this.application = application;
    }

    /** Who made the call. */
    Application application() {
        return application;
    }

    /** Ends the call; nothing more goes out, nothing more comes in. */
    synchronized void revoke(Status status, Metadata trailers) {
        if (!closed) {
            closed = true;
            revoked = true;
            try {
                delegate().close(status, trailers);
            } catch (IllegalStateException e) {
                // gRPC itself has ended it, for a fault of its own.
                log.debug("A call that was to be ended had ended already", e);
            }
        }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!revoked) {
            delegate().sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!revoked) {
            delegate().sendMessage(message);
        }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        if (!revoked) {
            closed = true;
            delegate().close(status, trailers);
        }
    }

    @Override
    public boolean isCancelled() {
        return revoked || delegate().isCancelled();
    }

    @Override
    public boolean isReady() {
        return !revoked && delegate().isReady();
    }

    /** What the service hears of the call; {@code onEnd} hears when it is over, whoever ended it. */
    ServerCall.Listener<Q> listener(ServerCall.Listener<Q> service, Consumer<RevocableCall<Q, A>> onEnd) {
        return new SimpleForwardingServerCallListener<>(service) {

            @Override
            public void onMessage(Q message) {
                if (!revoked) {
                    super.onMessage(message);
                }
            }

            @Override
            public void onHalfClose() {
                if (!revoked) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                onEnd.accept(RevocableCall.this);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                onEnd.accept(RevocableCall.this);
                if (revoked) {
                    super.onCancel();
                } else {
                    super.onComplete();
                }
            }
        };
    }
}
