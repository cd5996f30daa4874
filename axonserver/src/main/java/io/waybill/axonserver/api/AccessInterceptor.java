package io.waybill.axonserver.api;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.waybill.axonserver.routing.ErrorCode;
import io.waybill.axonserver.security.Access;
import io.waybill.axonserver.security.AccessControl;
import io.waybill.axonserver.security.Application;
import io.waybill.axonserver.security.Call;
import io.waybill.axonserver.security.Right;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets a call through if the token that came with it gives the right to it, and ends open calls once it no longer does.
 */
public final class AccessInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> TOKEN_KEY =
            Metadata.Key.of(AccessControl.TOKEN_HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private final AccessControl accessControl;
    private final String defaultContext;

    /** Streams may stay open for days, so the token is asked for more than once. */
    private final Set<RevocableCall<?, ?>> open = ConcurrentHashMap.newKeySet();

    /** Creates the interceptor; calls that name no context are for {@code defaultContext}. */
    public AccessInterceptor(AccessControl accessControl, String defaultContext) {
        this.accessControl = accessControl;
        this.defaultContext = defaultContext;
        accessControl.onChange(() -> open.forEach(this::endUnlessCurrent));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        String token = headers.get(TOKEN_KEY);
        // Whoever comes next has no use for it, and cannot give it away.
        headers.discardAll(TOKEN_KEY);
        Right right = MethodRights.of(method);
        Call checked = new Call(
                method,
                // A request to an administrative service may name any context, whatever the header says.
                right == Right.ADMIN ? null : ContextInterceptor.contextOf(headers, defaultContext),
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        return switch (accessControl.check(token, right, checked)) {
            case Access.Granted granted -> start(granted.application(), call, headers, next);
            case Access.Refused refused -> {
                ErrorCode code = codeOf(refused.reason());
                call.close(code.status(refused.message()), code.trailers());
                yield new ServerCall.Listener<>() {};
            }
        };
    }

    private static ErrorCode codeOf(Access.Reason reason) {
        return switch (reason) {
            case TOKEN_MISSING -> ErrorCode.AUTHENTICATION_TOKEN_MISSING;
            case TOKEN_UNKNOWN, RIGHT_MISSING, CONTEXT_FORBIDDEN -> ErrorCode.AUTHENTICATION_INVALID_TOKEN;
        };
    }

    private <Q, A> ServerCall.Listener<Q> start(
            Application application, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
            return next.startCall(call, headers);
        }
        RevocableCall<Q, A> revocable = new RevocableCall<>(call, application);
        ServerCall.Listener<Q> listener = revocable.listener(next.startCall(revocable, headers), open::remove);
        open.add(revocable);
        // The tokens may have changed after the check and before the call could be found among the open ones.
        endUnlessCurrent(revocable);
        return listener;
    }

    private void endUnlessCurrent(RevocableCall<?, ?> call) {
        if (!accessControl.isCurrent(call.application())) {
            ErrorCode code = ErrorCode.AUTHENTICATION_INVALID_TOKEN;
            Status status = code.status(call.application().name() + " no longer has the token this call was made with");
            call.revoke(status, code.trailers());
        }
    }
}
