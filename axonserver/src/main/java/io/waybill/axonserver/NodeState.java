package io.waybill.axonserver;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.waybill.axonserver.http.ContextView;
import io.waybill.axonserver.http.NodeView;
import io.waybill.axonserver.metrics.CallMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the HTTP endpoint shows of a running node. */
record NodeState(
        Supplier<NodeInfo> whereabouts, List<NodeContext> nodeContexts, CallMetrics calls, BooleanSupplier stopping)
        implements NodeView {

    @Override
    public NodeInfo address() {
        return whereabouts.get();
    }

    @Override
    public String version() {
        return Objects.requireNonNullElse(NodeState.class.getPackage().getImplementationVersion(), "not packaged");
    }

    @Override
    public List<String> troubles() throws IOException {
        List<String> troubles = new ArrayList<>();
        if (stopping.getAsBoolean()) {
            troubles.add("The node is stopping");
        }
        for (NodeContext context : nodeContexts) {
            for (String reason : context.stores().troubles()) {
                troubles.add("Context %s: %s".formatted(context.name(), reason));
            }
        }
        return troubles;
    }

    @Override
    public List<ContextView> contexts() {
        return nodeContexts.stream().map(NodeContext::view).toList();
    }
}
