package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.admin.ApplicationAdminServiceGrpc.ApplicationAdminServiceImplBase;
import io.axoniq.axonserver.grpc.admin.Client;
import io.axoniq.axonserver.grpc.admin.ClientApplication;
import io.axoniq.axonserver.grpc.admin.ConnectedApplicationOverview;
import io.axoniq.axonserver.grpc.admin.ContextId;
import io.axoniq.axonserver.grpc.admin.QueryInfo;
import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.Applications;
import io.waybill.axonserver.routing.Applications.Application;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.Map;
import java.util.function.Supplier;

/** Tells which applications are connected. There are none to be managed, so all else is UNIMPLEMENTED. */
public final class ApplicationAdminService extends ApplicationAdminServiceImplBase {

    private final Map<String, Applications> applicationsByContext;
    private final Supplier<NodeInfo> node;

    /** Creates the service; {@code node} is this node's address, known once its ports are open. */
    public ApplicationAdminService(Map<String, Applications> applicationsByContext, Supplier<NodeInfo> node) {
        this.applicationsByContext = applicationsByContext;
        this.node = node;
    }

    @Override
    public void getConnectedApplicationsByContext(
            ContextId request, StreamObserver<ConnectedApplicationOverview> reply) {
        Applications applications = applicationsByContext.get(request.getContextName());
        if (applications == null) {
            reply.onError(ErrorCode.CONTEXT_NOT_FOUND.exception(
                    "Context %s does not exist".formatted(request.getContextName())));
            return;
        }
        ConnectedApplicationOverview.Builder overview =
                ConnectedApplicationOverview.newBuilder().addNodes(node.get().getNodeName());
        applications.all().forEach(application -> overview.addApplications(overview(application)));
        reply.onNext(overview.build());
        reply.onCompleted();
    }

    private ClientApplication overview(Application application) {
        ClientApplication.Builder overview =
                ClientApplication.newBuilder().setName(application.component()).addAllCommands(application.commands());
        application
                .clients()
                .forEach(client -> overview.addClients(Client.newBuilder()
                        .setName(client.id())
                        .setNode(node.get().getNodeName())
                        .addAllProcessors(client.processors())));
        application
                .queries()
                .forEach(query -> overview.addQueries(QueryInfo.newBuilder().setRequest(query)));
        return overview.build();
    }
}
