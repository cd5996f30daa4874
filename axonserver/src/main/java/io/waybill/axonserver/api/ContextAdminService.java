package io.waybill.axonserver.api;

import com.google.protobuf.Empty;
import io.axoniq.axonserver.grpc.admin.ContextAdminServiceGrpc.ContextAdminServiceImplBase;
import io.axoniq.axonserver.grpc.admin.ContextOverview;
import io.axoniq.axonserver.grpc.admin.GetContextRequest;
import io.axoniq.axonserver.grpc.admin.ReplicationGroupMember;
import io.axoniq.axonserver.grpc.admin.ReplicationGroupOverview;
import io.axoniq.axonserver.grpc.admin.Role;
import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.Collection;
import java.util.function.Supplier;

/** Tells which contexts there are. They are created by configuration, so all else is UNIMPLEMENTED. */
public final class ContextAdminService extends ContextAdminServiceImplBase {

    private final Collection<String> contexts;
    private final Supplier<NodeInfo> node;

    /** Creates the service; {@code node} is this node's address, known once its ports are open. */
    public ContextAdminService(Collection<String> contexts, Supplier<NodeInfo> node) {
        this.contexts = contexts;
        this.node = node;
    }

    @Override
    public void getContext(GetContextRequest request, StreamObserver<ContextOverview> reply) {
        if (contexts.contains(request.getName())) {
            reply.onNext(overview(request.getName()));
            reply.onCompleted();
        } else {
            reply.onError(
                    ErrorCode.CONTEXT_NOT_FOUND.exception("Context %s does not exist".formatted(request.getName())));
        }
    }

    @Override
    public void getContexts(Empty request, StreamObserver<ContextOverview> reply) {
        contexts.forEach(context -> reply.onNext(overview(context)));
        reply.onCompleted();
    }

    /** Every context has a replication group; here it is one of one node. */
    private ContextOverview overview(String context) {
        NodeInfo here = node.get();
        ReplicationGroupMember member = ReplicationGroupMember.newBuilder()
                .setNodeName(here.getNodeName())
                .setHost(here.getHostName())
                .setPort(here.getGrpcPort())
                .setRole(Role.ROLE_PRIMARY)
                .build();
        return ContextOverview.newBuilder()
                .setName(context)
                .setReplicationGroup(ReplicationGroupOverview.newBuilder()
                        .setName("default")
                        .addMembers(member)
                        .addAllContexts(contexts))
                .build();
    }
}
