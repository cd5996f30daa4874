package io.waybill.orderview.audit;

import io.waybill.messages.operations.AuditedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request led to: its events, each below the one that led to it. An event of which that is not known, because the
 * request itself or an earlier release sent the command, is a root.
 *
 * @param events how many there are in it
 * @param complete whether these are all events of the request
 */
record CausalTree(String correlationId, int events, boolean complete, List<Node> roots) {

    /** @param effects what the event led to, in the order in which it was stored */
    record Node(AuditedEvent event, List<Node> effects) {}

    /** @param events in their order; a cause is stored before its effect */
    static CausalTree of(String correlationId, List<AuditedEvent> events, boolean complete) {
        Map<String, Node> nodes = new HashMap<>();
        List<Node> roots = new ArrayList<>();
        for (AuditedEvent event : events) {
            var node = new Node(event, new ArrayList<>());
            @Nullable Node cause = nodes.get(String.valueOf(event.causingEventId()));
            if (cause == null) {
                cause = nodes.get(String.valueOf(event.causationId()));
            }
            (cause == null ? roots : cause.effects()).add(node);
            nodes.put(event.eventId(), node);
        }
        return new CausalTree(correlationId, events.size(), complete, roots);
    }
}
