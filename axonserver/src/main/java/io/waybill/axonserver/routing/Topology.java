package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.control.CommandSubscription;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.axoniq.axonserver.grpc.control.QuerySubscription;
import io.axoniq.axonserver.grpc.control.TopologyChange;
import io.axoniq.axonserver.grpc.control.UpdateType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which client handles which command and query, for those who want to know: clients that follow the changes, and
 * whoever looks at the node from outside. Routing itself does not need it.
 */
public final class Topology {

    /** What a handler handles. */
    public enum Kind {
        COMMAND,
        QUERY
    }

    /**
     * One client's handler.
     *
     * @param name the command's or query's
     * @param stream the way to the client
     */
    public record Handler(Kind kind, String name, HandlerStream<?> stream) {}

    private final String context;

    // Guarded by this, so that whoever subscribes sees every handler once: in the first list, or as a change after it.
    private final Map<Handler, Integer> loadFactors = new LinkedHashMap<>();
    private final Set<ConnectedClient> subscribers = new LinkedHashSet<>();

    /** Creates the empty topology of {@code context}. */
    public Topology(String context) {
        this.context = context;
    }

    synchronized void added(Handler handler, int loadFactor) {
        loadFactors.put(handler, loadFactor);
        tellAll(addition(handler, loadFactor));
    }

    synchronized void removed(Handler handler) {
        if (loadFactors.remove(handler) != null) {
            UpdateType type = handler.kind() == Kind.COMMAND
                    ? UpdateType.REMOVE_COMMAND_HANDLER
                    : UpdateType.REMOVE_QUERY_HANDLER;
            tellAll(change(handler, 0, type));
        }
    }

    /** All handlers there are now. */
    public synchronized List<Handler> handlers() {
        return new ArrayList<>(loadFactors.keySet());
    }

    /** Tells {@code client} of all handlers there are, and from now on of each one that comes or goes. */
    public synchronized void subscribe(ConnectedClient client) {
        if (subscribers.add(client)) {
            loadFactors.forEach((handler, loadFactor) -> client.send(addition(handler, loadFactor)));
        }
    }

    /** Tells {@code client} no more. */
    public synchronized void unsubscribe(ConnectedClient client) {
        subscribers.remove(client);
    }

    private void tellAll(PlatformOutboundInstruction change) {
        subscribers.forEach(client -> client.send(change));
    }

    private PlatformOutboundInstruction addition(Handler handler, int loadFactor) {
        UpdateType type =
                handler.kind() == Kind.COMMAND ? UpdateType.ADD_COMMAND_HANDLER : UpdateType.ADD_QUERY_HANDLER;
        return change(handler, loadFactor, type);
    }

    private PlatformOutboundInstruction change(Handler handler, int loadFactor, UpdateType type) {
        TopologyChange.Builder change = TopologyChange.newBuilder()
                .setUpdateType(type)
                .setContext(context)
                .setClientId(handler.stream().clientId())
                .setClientStreamId(handler.stream().clientStreamId())
                .setComponentName(handler.stream().componentName());
        switch (handler.kind()) {
            case COMMAND ->
                change.setCommand(
                        CommandSubscription.newBuilder().setName(handler.name()).setLoadFactor(loadFactor));
            case QUERY -> change.setQuery(QuerySubscription.newBuilder().setName(handler.name()));
        }
        return PlatformOutboundInstruction.newBuilder()
                .setTopologyChange(change)
                .build();
    }
}
