package io.waybill.axonserver.metrics;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Counts and times the calls that come in, from outside: none of the services knows that it is measured. A call for a
 * context that does not exist is not counted, because its name is the caller's invention.
 */
public final class CallMetrics implements ServerInterceptor {

    private static final Metadata.Key<String> CONTEXT_KEY =
            Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER);

    private final String defaultContext;
    private final Map<String, ContextCalls> calls;

    /** Creates the metrics of {@code contexts}; calls that name no context are for {@code defaultContext}. */
    public CallMetrics(String defaultContext, Collection<String> contexts) {
        this.defaultContext = defaultContext;
        this.calls = contexts.stream().collect(Collectors.toMap(Function.identity(), name -> new ContextCalls()));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        CallKind kind = CallKind.byMethod().get(call.getMethodDescriptor().getFullMethodName());
        String named = headers.get(CONTEXT_KEY);
        ContextCalls context = calls.get(named == null || named.isEmpty() ? defaultContext : named);
        if (kind == null || context == null) {
            return next.startCall(call, headers);
        }
        MeasuredCall<Q, A> measured = new MeasuredCall<>(call, kind, context);
        return measured.listener(next.startCall(measured, headers));
    }

    /** The applications that follow the events of {@code context}, each with the token it has come to. */
    public List<TrackingReader> trackingReaders(String context) {
        ContextCalls known = calls.get(context);
        return known == null ? List.of() : known.trackingReaders();
    }

    /** How many calls of a kind, such as {@code subscription_query}, are in progress in {@code context}. */
    public long subscriptionQueries(String context) {
        ContextCalls known = calls.get(context);
        return known == null ? 0 : known.of(CallKind.SUBSCRIPTION_QUERY).inProgress();
    }

    /** Writes everything that was counted. */
    public void writeTo(PrometheusText text) {
        text.metric("axonserver_calls_total", MetricType.COUNTER, "Calls that have ended, by how they ended");
        each((context, kind, counted) -> counted.outcomes()
                .forEach((outcome, count) -> text.sample(
                        "axonserver_calls_total",
                        count.sum(),
                        "context",
                        context,
                        "call",
                        kind.label(),
                        "outcome",
                        outcome)));
        text.metric("axonserver_calls_in_progress", MetricType.GAUGE, "Calls that have not ended yet");
        each((context, kind, counted) -> text.sample(
                "axonserver_calls_in_progress", counted.inProgress(), "context", context, "call", kind.label()));
        text.metric(
                "axonserver_call_seconds",
                MetricType.HISTOGRAM,
                "Time from the end of the request to the end of the answer");
        each((context, kind, counted) -> {
            if (kind.isTimed()) {
                counted.latency().writeTo(text, "axonserver_call_seconds", "context", context, "call", kind.label());
            }
        });
        text.metric("axonserver_events_appended_total", MetricType.COUNTER, "Events that were stored by appends");
        calls.forEach((context, counted) -> text.sample(
                "axonserver_events_appended_total", counted.eventsAppended().sum(), "context", context));
        text.metric(
                "axonserver_appended_bytes_total",
                MetricType.COUNTER,
                "Size of the events that were stored by appends");
        calls.forEach((context, counted) -> text.sample(
                "axonserver_appended_bytes_total", counted.bytesAppended().sum(), "context", context));
        text.metric("axonserver_events_sent_total", MetricType.COUNTER, "Events that were sent to clients");
        calls.forEach((context, counted) ->
                text.sample("axonserver_events_sent_total", counted.eventsSent().sum(), "context", context));
    }

    private void each(Visitor visitor) {
        calls.forEach((context, counted) -> {
            for (CallKind kind : CallKind.values()) {
                visitor.visit(context, kind, counted.of(kind));
            }
        });
    }

    private interface Visitor {
        void visit(String context, CallKind kind, ContextCalls.Counted counted);
    }
}
