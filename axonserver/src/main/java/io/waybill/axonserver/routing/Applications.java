package io.waybill.axonserver.routing;

import io.waybill.axonserver.routing.Topology.Handler;
import io.waybill.axonserver.routing.Topology.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The applications of a context, put together from who is connected and who handles what. */
public final class Applications {

    private final ConnectedClients clients;
    private final Topology topology;

    /** Creates the view over {@code clients} and their handlers. */
    public Applications(ConnectedClients clients, Topology topology) {
        this.clients = clients;
        this.topology = topology;
    }

    /**
     * An application.
     *
     * @param component its name
     * @param clients its instances
     * @param commands the names of the commands that any of them handles
     * @param queries the names of the queries that any of them handles
     */
    public record Application(
            String component, List<ConnectedClient> clients, SortedSet<String> commands, SortedSet<String> queries) {

        Application(String component) {
            this(component, new ArrayList<>(), new TreeSet<>(), new TreeSet<>());
        }
    }

    /** All applications, sorted by name; one that only handles messages and has no instruction stream is among them. */
    public List<Application> all() {
        Map<String, Application> found = new TreeMap<>();
        for (ConnectedClient client : clients.all()) {
            found.computeIfAbsent(client.component(), Application::new)
                    .clients()
                    .add(client);
        }
        for (Handler handler : topology.handlers()) {
            Application application = found.computeIfAbsent(handler.stream().componentName(), Application::new);
            (handler.kind() == Kind.COMMAND ? application.commands() : application.queries()).add(handler.name());
        }
        return List.copyOf(found.values());
    }

    /** Everything that is handled. */
    public List<Handler> handlers() {
        return topology.handlers();
    }

    /** Everyone who is connected. */
    public List<ConnectedClient> clients() {
        return clients.all();
    }
}
