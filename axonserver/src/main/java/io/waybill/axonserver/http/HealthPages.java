package io.waybill.axonserver.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Whether the node works, in the places where it is looked for, and which version it is. */
final class HealthPages {

    private final NodeView node;
    private final boolean givesReasons;

    /** Creates the pages; {@code givesReasons} says whether strangers may know what is wrong and where. */
    HealthPages(NodeView node, boolean givesReasons) {
        this.node = node;
        this.givesReasons = givesReasons;
    }

    void addTo(Routes routes) {
        routes.getForEveryone("/health", request -> health());
        routes.getForEveryone("/actuator/health", request -> health());
        routes.getForEveryone("/actuator/health/readiness", request -> health());
        // A restart would mend none of the troubles there can be, so a process that answers is alive.
        routes.getForEveryone("/actuator/health/liveness", request -> Answer.json(Map.of("status", "UP")));
        routes.get("/actuator/info", request -> info());
    }

    private Answer health() throws IOException {
        List<String> troubles = node.troubles();
        if (troubles.isEmpty()) {
            return Answer.json(Map.of("status", "UP"));
        }
        Fields down = Fields.of("status", "DOWN");
        return Answer.json(HttpFault.UNAVAILABLE, givesReasons ? down.and("reasons", troubles) : down);
    }

    private Answer info() {
        return Answer.json(Fields.of("name", "Waybill Axon Server node")
                .and("version", node.version())
                .and("contexts", node.contexts().stream().map(ContextView::name).toList()));
    }
}
