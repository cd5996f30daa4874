package io.waybill.axonserver.metrics;

import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventSchedulerGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The calls that are counted, under the names that they have in the metrics. */
enum CallKind {
    APPEND(EventStoreGrpc.getAppendEventMethod(), true),
    SNAPSHOT(EventStoreGrpc.getAppendSnapshotMethod(), true),
    AGGREGATE_READ(EventStoreGrpc.getListAggregateEventsMethod(), true),
    TRACKING_READ(EventStoreGrpc.getListEventsMethod(), false),
    SCHEDULE(EventSchedulerGrpc.getScheduleEventMethod(), true),
    COMMAND(CommandServiceGrpc.getDispatchMethod(), true),
    COMMAND_HANDLER(CommandServiceGrpc.getOpenStreamMethod(), false),
    QUERY(QueryServiceGrpc.getQueryMethod(), true),
    QUERY_HANDLER(QueryServiceGrpc.getOpenStreamMethod(), false),
    SUBSCRIPTION_QUERY(QueryServiceGrpc.getSubscriptionMethod(), false),
    INSTRUCTION_STREAM(PlatformServiceGrpc.getOpenStreamMethod(), false);

    private static final Map<String, CallKind> BY_METHOD =
            Arrays.stream(values()).collect(Collectors.toMap(kind -> kind.method, Function.identity()));

    private final String method;
    private final boolean timed;

    CallKind(MethodDescriptor<?, ?> method, boolean timed) {
        this.method = method.getFullMethodName();
        this.timed = timed;
    }

    /** Whether the time to the answer says something; a stream lasts as long as its client likes. */
    boolean isTimed() {
        return timed;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Map<String, CallKind> byMethod() {
        return BY_METHOD;
    }
}
