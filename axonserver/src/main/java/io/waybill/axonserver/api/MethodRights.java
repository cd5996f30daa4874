package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.admin.ApplicationAdminServiceGrpc;
import io.axoniq.axonserver.grpc.admin.ContextAdminServiceGrpc;
import io.axoniq.axonserver.grpc.admin.EventProcessorAdminServiceGrpc;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventSchedulerGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.grpc.MethodDescriptor;
import io.waybill.axonserver.security.Right;
import java.util.Map;

/** Which right each method takes: the one place where that is decided. */
final class MethodRights {

    /**
     * Reading and writing are apart as they are in the roles READ and WRITE of the original. An application with
     * nothing but projections needs to read, which includes answering queries; one with aggregates needs to write.
     */
    private static final Map<String, Right> RIGHTS = Map.ofEntries(
            takes(Right.CONNECT, PlatformServiceGrpc.getGetPlatformServerMethod()),
            takes(Right.CONNECT, PlatformServiceGrpc.getOpenStreamMethod()),
            takes(Right.READ, EventStoreGrpc.getListEventsMethod()),
            takes(Right.READ, EventStoreGrpc.getListAggregateEventsMethod()),
            takes(Right.READ, EventStoreGrpc.getListAggregateSnapshotsMethod()),
            takes(Right.READ, EventStoreGrpc.getReadHighestSequenceNrMethod()),
            takes(Right.READ, EventStoreGrpc.getQueryEventsMethod()),
            takes(Right.READ, EventStoreGrpc.getGetFirstTokenMethod()),
            takes(Right.READ, EventStoreGrpc.getGetLastTokenMethod()),
            takes(Right.READ, EventStoreGrpc.getGetTokenAtMethod()),
            takes(Right.WRITE, EventStoreGrpc.getAppendEventMethod()),
            takes(Right.WRITE, EventStoreGrpc.getAppendSnapshotMethod()),
            takes(Right.WRITE, EventSchedulerGrpc.getScheduleEventMethod()),
            takes(Right.WRITE, EventSchedulerGrpc.getRescheduleEventMethod()),
            takes(Right.WRITE, EventSchedulerGrpc.getCancelScheduledEventMethod()),
            takes(Right.WRITE, CommandServiceGrpc.getDispatchMethod()),
            takes(Right.WRITE, CommandServiceGrpc.getOpenStreamMethod()),
            takes(Right.READ, QueryServiceGrpc.getQueryMethod()),
            takes(Right.READ, QueryServiceGrpc.getSubscriptionMethod()),
            takes(Right.READ, QueryServiceGrpc.getOpenStreamMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getPauseEventProcessorMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getStartEventProcessorMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getSplitEventProcessorMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getMergeEventProcessorMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getMoveEventProcessorSegmentMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getGetAllEventProcessorsMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getGetEventProcessorsByComponentMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getLoadBalanceProcessorMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getSetAutoLoadBalanceStrategyMethod()),
            takes(Right.ADMIN, EventProcessorAdminServiceGrpc.getGetBalancingStrategiesMethod()),
            takes(Right.ADMIN, ContextAdminServiceGrpc.getGetContextMethod()),
            takes(Right.ADMIN, ContextAdminServiceGrpc.getGetContextsMethod()),
            takes(Right.ADMIN, ApplicationAdminServiceGrpc.getGetConnectedApplicationsByContextMethod()));

    private MethodRights() {}

    private static Map.Entry<String, Right> takes(Right right, MethodDescriptor<?, ?> method) {
        return Map.entry(method.getFullMethodName(), right);
    }

    /** The right that {@code fullMethodName} takes; what nobody has thought about yet is for administrators. */
    static Right of(String fullMethodName) {
        return RIGHTS.getOrDefault(fullMethodName, Right.ADMIN);
    }
}
