package io.waybill.axonserver.api;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands each call to the services of the context it is for, so that no service has to know that there are others. A
 * call for a context this node does not have is refused.
 */
public final class ContextInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> CONTEXT_KEY =
            Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER);

    private final String defaultContext;
    private final Map<String, Map<String, ServerCallHandler<?, ?>>> handlers = new HashMap<>();

    /** Creates the interceptor; calls that name no context are for {@code defaultContext}. */
    public ContextInterceptor(String defaultContext, Map<String, List<BindableService>> servicesByContext) {
        this.defaultContext = defaultContext;
        servicesByContext.forEach((context, services) -> handlers.put(context, handlersByMethod(services)));
    }

    private static Map<String, ServerCallHandler<?, ?>> handlersByMethod(List<BindableService> services) {
        Map<String, ServerCallHandler<?, ?>> found = new HashMap<>();
        for (BindableService service : services) {
            for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
                found.put(method.getMethodDescriptor().getFullMethodName(), method.getServerCallHandler());
            }
        }
        return found;
    }

    /** The context a call is for. The check of its rights asks here too, so that both mean the same one. */
    static String contextOf(Metadata headers, String defaultContext) {
        String named = headers.get(CONTEXT_KEY);
        return named == null || named.isEmpty() ? defaultContext : named;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String context = contextOf(headers, defaultContext);
        Map<String, ServerCallHandler<?, ?>> ofContext = handlers.get(context);
        if (ofContext == null) {
            String message = "Context %s does not exist; this node has %s".formatted(context, handlers.keySet());
            call.close(ErrorCode.CONTEXT_NOT_FOUND.status(message), ErrorCode.CONTEXT_NOT_FOUND.trailers());
            return new ServerCall.Listener<>() {};
        }
        @SuppressWarnings("unchecked") // The same method has the same types in every context.
        ServerCallHandler<Q, A> handler = (ServerCallHandler<Q, A>)
                ofContext.get(call.getMethodDescriptor().getFullMethodName());
        // What no context has is the node's own.
        return (handler == null ? next : handler).startCall(call, headers);
    }
}
