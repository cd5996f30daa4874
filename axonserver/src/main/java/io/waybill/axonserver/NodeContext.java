package io.waybill.axonserver;

import io.axoniq.axonserver.grpc.control.NodeInfo;
import io.grpc.BindableService;
import io.waybill.axonserver.api.CommandService;
import io.waybill.axonserver.api.EventSchedulerService;
import io.waybill.axonserver.api.EventStoreService;
import io.waybill.axonserver.api.PlatformService;
import io.waybill.axonserver.api.QueryService;
import io.waybill.axonserver.http.ContextView;
import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.log.EventSchedule;
import io.waybill.axonserver.log.LogSettings;
import io.waybill.axonserver.log.SnapshotLog;
import io.waybill.axonserver.routing.Applications;
import io.waybill.axonserver.routing.CommandRouter;
import io.waybill.axonserver.routing.ConnectedClients;
import io.waybill.axonserver.routing.EventProcessors;
import io.waybill.axonserver.routing.QueryHandlers;
import io.waybill.axonserver.routing.QueryRouter;
import io.waybill.axonserver.routing.SubscriptionQueries;
import io.waybill.axonserver.routing.Topology;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * One context of the node: events, handlers and clients that know nothing of those in other contexts, and the gRPC
 * services over them.
 */
final class NodeContext implements Closeable {

    private final String name;
    private final Path directory;
    private final Stores stores;
    private final ConnectedClients clients = new ConnectedClients();
    private final EventProcessors processors = new EventProcessors(clients);
    private final Topology topology;
    private final QueryHandlers queryHandlers;
    private final CommandRouter commands;
    private final QueryRouter queries;

    /** Opens the context's stores in {@code directory}. */
    NodeContext(String name, Path directory, AxonServerOptions options) throws IOException {
        this.name = name;
        this.directory = directory;
        stores = new Stores(directory, LogSettings.onDisk(options.segmentBytes(), options.durability()));
        topology = new Topology(name);
        queryHandlers = new QueryHandlers(topology);
        commands = new CommandRouter(topology, options.messageTimeout().toMillis());
        queries = new QueryRouter(queryHandlers, options.messageTimeout().toMillis());
    }

    /**
     * The services of this context.
     *
     * @param node the node's address, known once its ports are open
     * @param readers runs whatever reads from disk
     */
    List<BindableService> services(Supplier<NodeInfo> node, Executor readers) {
        return List.of(
                new PlatformService(node, clients, topology),
                new CommandService(commands),
                new QueryService(queries, new SubscriptionQueries(queryHandlers)),
                new EventStoreService(stores.events(), stores.snapshots(), readers),
                new EventSchedulerService(stores.schedule()));
    }

    String name() {
        return name;
    }

    Stores stores() {
        return stores;
    }

    EventProcessors processors() {
        return processors;
    }

    Applications applications() {
        return new Applications(clients, topology);
    }

    ContextView view() {
        SortedMap<String, Path> directories = new TreeMap<>();
        for (String store : List.of(EventLog.DIRECTORY, SnapshotLog.DIRECTORY, EventSchedule.DIRECTORY)) {
            directories.put(store, directory.resolve(store));
        }
        return new ContextView(name, applications(), processors, stores.events(), stores.snapshots(), directories);
    }

    /** Exchanges heartbeats with the clients. To be called about once a second. */
    void beat() {
        clients.beat();
    }

    /** Gives up on commands, queries and instructions that took too long. To be called regularly. */
    void expire() {
        commands.expire();
        queries.expire();
        clients.expire();
    }

    /** Writes what was accepted and closes the files. */
    @Override
    public void close() throws IOException {
        stores.close();
    }
}
