package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Which clients handle which query. */
public final class QueryHandlers {

    // The lists are never changed, only replaced.
    private final Map<String, List<HandlerStream<QueryProviderInbound>>> byQuery = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final Topology topology;

    /** Creates an empty registry that tells {@code topology} of its changes. */
    public QueryHandlers(Topology topology) {
        this.topology = topology;
    }

    void add(HandlerStream<QueryProviderInbound> stream, String query) {
        byQuery.merge(query, List.of(stream), (known, added) -> {
            List<HandlerStream<QueryProviderInbound>> changed = new ArrayList<>(known);
            changed.remove(stream);
            changed.add(stream);
            return List.copyOf(changed);
        });
        topology.added(new Topology.Handler(Topology.Kind.QUERY, query, stream), 0);
    }

    void remove(HandlerStream<QueryProviderInbound> stream, String query) {
        byQuery.computeIfPresent(query, (name, known) -> {
            List<HandlerStream<QueryProviderInbound>> left =
                    known.stream().filter(candidate -> candidate != stream).toList();
            return left.isEmpty() ? null : left;
        });
        topology.removed(new Topology.Handler(Topology.Kind.QUERY, query, stream));
    }

    void removeAll(HandlerStream<QueryProviderInbound> stream) {
        byQuery.keySet().forEach(query -> remove(stream, query));
    }

    List<HandlerStream<QueryProviderInbound>> all(String query) {
        return byQuery.getOrDefault(query, List.of());
    }

    /** One instance of each application that handles the query, taken in turn: the instances would answer the same. */
    List<HandlerStream<QueryProviderInbound>> oneOfEachComponent(String query) {
        Map<String, List<HandlerStream<QueryProviderInbound>>> byComponent = new LinkedHashMap<>();
        for (HandlerStream<QueryProviderInbound> stream : all(query)) {
            byComponent
                    .computeIfAbsent(stream.componentName(), name -> new ArrayList<>())
                    .add(stream);
        }
        int now = turn.getAndIncrement();
        return byComponent.values().stream()
                .map(instances -> instances.get(Math.floorMod(now, instances.size())))
                .toList();
    }
}
