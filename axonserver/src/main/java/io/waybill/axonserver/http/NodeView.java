package io.waybill.axonserver.http;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.waybill.axonserver.metrics.CallMetrics;
import java.io.IOException;
import java.util.List;

/** What can be seen of a node. */
public interface NodeView {

    /** Where the node can be reached. */
    NodeInfo address();

    /** The version of the node, as it was built. */
    String version();

    /** Why the node does not do its full work, in sentences; empty when it does. */
    List<String> troubles() throws IOException;

    /** What is counted about the calls. */
    CallMetrics calls();

    /** The contexts, the default one first. */
    List<ContextView> contexts();
}
