package io.waybill.axonserver.http;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.waybill.axonserver.metrics.TrackingReader;
import io.waybill.axonserver.routing.Applications.Application;
import io.waybill.axonserver.routing.ConnectedClient;
import io.waybill.axonserver.routing.Topology.Handler;
import io.waybill.axonserver.routing.Topology.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Who is connected, who handles what, and what is stored: the part of the original's REST that tools read. */
final class ContextPages {

    private final NodeView node;

    ContextPages(NodeView node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        routes.get("/v1/public/me", request -> Answer.json(me()));
        routes.get("/v1/public/mycontexts", request -> Answer.json(names()));
        routes.get("/v1/public/version", request -> Answer.json(version()));
        routes.get("/v1/public/status", request -> Answer.json(status(context(node, request))));
        routes.get("/v1/public/applications", request -> Answer.json(applications(context(node, request))));
        routes.get("/v1/public/stores", request -> Answer.json(stores(context(node, request))));
        routes.get("/v1/components/clients", request -> Answer.json(clients()));
        routes.get("/v1/components/{component}/instances", request -> Answer.json(instances(request)));
        routes.get("/v1/components/{component}/commands", request -> named(request, Application::commands));
        routes.get("/v1/components/{component}/queries", request -> named(request, Application::queries));
        routes.get("/v1/commands", request -> Answer.json(commands()));
        routes.get("/v1/queries", request -> Answer.json(queries()));
    }

    /** The context that a request names, by default the default one. */
    static ContextView context(NodeView node, Request request) {
        String name = request.parameter("context", node.contexts().getFirst().name());
        return node.contexts().stream()
                .filter(context -> context.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new HttpFault(HttpFault.NOT_FOUND, "[AXONIQ-1302] Context %s does not exist".formatted(name)));
    }

    private Fields me() {
        NodeInfo address = node.address();
        return Fields.of("name", address.getNodeName())
                .and("hostName", address.getHostName())
                .and("grpcPort", address.getGrpcPort())
                .and("httpPort", address.getHttpPort())
                .and("contextNames", names())
                .and("storageContextNames", names())
                .and("clustered", false);
    }

    private List<String> names() {
        return node.contexts().stream().map(ContextView::name).toList();
    }

    private Fields version() {
        return Fields.of("productName", "Waybill Axon Server node").and("version", node.version());
    }

    private Fields status(ContextView context) {
        SortedMap<String, List<Long>> positions = new TreeMap<>();
        for (TrackingReader reader : node.calls().trackingReaders(context.name())) {
            positions
                    .computeIfAbsent(reader.clientId(), client -> new ArrayList<>())
                    .add(reader.position());
        }
        return Fields.of("nrOfEvents", context.events().lastToken() + 1)
                .and("nrOfSnapshots", context.snapshots().count())
                .and("nrOfActiveSubscriptionQueries", node.calls().subscriptionQueries(context.name()))
                .and("eventTrackers", positions);
    }

    private static List<Fields> applications(ContextView context) {
        return context.applications().all().stream()
                .map(application -> Fields.of("name", application.component())
                        .and("context", context.name())
                        .and(
                                "clients",
                                application.clients().stream()
                                        .map(client -> Fields.of("name", client.id())
                                                .and("version", client.version())
                                                .and("tags", client.tags()))
                                        .toList())
                        .and("commands", application.commands())
                        .and("queries", application.queries()))
                .toList();
    }

    private static Fields stores(ContextView context) throws IOException {
        Fields stores = Fields.of("context", context.name())
                .and("nrOfEvents", context.events().lastToken() + 1)
                .and("nrOfSnapshots", context.snapshots().count());
        for (Map.Entry<String, Path> store : context.directories().entrySet()) {
            StoreSize size = StoreSize.of(store.getValue());
            stores.and(store.getKey(), Fields.of("segments", size.segments()).and("bytes", size.bytes()));
        }
        return stores;
    }

    private List<Fields> clients() {
        return node.contexts().stream()
                .flatMap(context -> context.applications().clients().stream().map(client -> client(context, client)))
                .toList();
    }

    private List<Fields> instances(Request request) {
        ContextView context = context(node, request);
        return context.applications().clients().stream()
                .filter(client -> client.component().equals(request.part("component")))
                .map(client -> client(context, client))
                .toList();
    }

    private Fields client(ContextView context, ConnectedClient client) {
        return Fields.of("name", client.id())
                .and("componentName", client.component())
                .and("context", context.name())
                .and("axonServerNode", node.address().getNodeName())
                .and("tags", client.tags());
    }

    private Answer named(Request request, Function<Application, SortedSet<String>> names) {
        return Answer.json(context(node, request).applications().all().stream()
                .filter(application -> application.component().equals(request.part("component")))
                .flatMap(application -> names.apply(application).stream())
                .map(name -> Map.of("name", name))
                .toList());
    }

    private List<Fields> commands() {
        SortedMap<String, Fields> byStream = new TreeMap<>();
        SortedMap<String, SortedSet<String>> commands = new TreeMap<>();
        for (Handler handler : handlers(Kind.COMMAND)) {
            String stream = handler.stream().clientStreamId();
            commands.computeIfAbsent(stream, id -> new TreeSet<>()).add(handler.name());
            byStream.computeIfAbsent(
                    stream,
                    id -> Fields.of("client", id)
                            .and("component", handler.stream().componentName())
                            .and("commands", commands.getOrDefault(id, new TreeSet<>())));
        }
        return List.copyOf(byStream.values());
    }

    private List<Fields> queries() {
        SortedMap<String, SortedMap<String, SortedSet<String>>> clients = new TreeMap<>();
        for (Handler handler : handlers(Kind.QUERY)) {
            clients.computeIfAbsent(handler.name(), query -> new TreeMap<>())
                    .computeIfAbsent(handler.stream().componentName(), component -> new TreeSet<>())
                    .add(handler.stream().clientStreamId());
        }
        List<Fields> queries = new ArrayList<>();
        clients.forEach((query, byComponent) -> queries.add(Fields.of("query", query)
                .and(
                        "components",
                        byComponent.entrySet().stream()
                                .map(entry ->
                                        Fields.of("component", entry.getKey()).and("clients", entry.getValue()))
                                .toList())));
        return queries;
    }

    private List<Handler> handlers(Kind kind) {
        return node.contexts().stream()
                .flatMap(context -> context.applications().handlers().stream())
                .filter(handler -> handler.kind() == kind)
                .toList();
    }
}
