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

    private final Map<String, Handlers> byQuery = new ConcurrentHashMap<>();
    private final Topology topology;

    /** Creates an empty registry that tells {@code topology} of its changes. */
    public QueryHandlers(Topology topology) {
        this.topology = topology;
    }

    void add(HandlerStream<QueryProviderInbound> stream, String query) {
        byQuery.compute(query, (name, known) -> {
            List<HandlerStream<QueryProviderInbound>> changed = new ArrayList<>(known == null ? List.of() : known.all);
            changed.remove(stream);
            changed.add(stream);
            return new Handlers(List.copyOf(changed), known == null ? new AtomicInteger() : known.turn);
        });
        topology.added(new Topology.Handler(Topology.Kind.QUERY, query, stream), 0);
    }

    void remove(HandlerStream<QueryProviderInbound> stream, String query) {
        byQuery.computeIfPresent(query, (name, known) -> {
            List<HandlerStream<QueryProviderInbound>> left =
                    known.all.stream().filter(candidate -> candidate != stream).toList();
            return left.isEmpty() ? null : new Handlers(left, known.turn);
        });
        topology.removed(new Topology.Handler(Topology.Kind.QUERY, query, stream));
    }

    void removeAll(HandlerStream<QueryProviderInbound> stream) {
        byQuery.keySet().forEach(query -> remove(stream, query));
    }

    List<HandlerStream<QueryProviderInbound>> all(String query) {
        Handlers known = byQuery.get(query);
        return known == null ? List.of() : known.all;
    }

    /** One instance of each application that handles the query, taken in turn: the instances would answer the same. */
    List<HandlerStream<QueryProviderInbound>> oneOfEachComponent(String query) {
        Handlers known = byQuery.get(query);
        if (known == null) {
            return List.of();
        }
        Map<String, List<HandlerStream<QueryProviderInbound>>> byComponent = new LinkedHashMap<>();
        for (HandlerStream<QueryProviderInbound> stream : known.all) {
            byComponent
                    .computeIfAbsent(stream.componentName(), name -> new ArrayList<>())
                    .add(stream);
        }
        int now = known.turn.getAndIncrement();
        return byComponent.values().stream()
                .map(instances -> instances.get(Math.floorMod(now, instances.size())))
                .toList();
    }

    /**
     * The handlers of one query.
     *
     * @param all never changed, only replaced
     * @param turn counts the queries, each query for itself, so that none always meets the same instance
     */
    private record Handlers(List<HandlerStream<QueryProviderInbound>> all, AtomicInteger turn) {}
}
