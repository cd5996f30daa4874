package io.waybill.systemtests.chaos;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.mongo.EmbeddedMongo;
import io.waybill.systemtests.JarProcess;
import io.waybill.systemtests.Ports;
import io.waybill.systemtests.Service;
import io.waybill.systemtests.StoreProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;

/**
 * A whole Waybill of real processes, some services several times, with a wire that can be broken between each of them
 * and the event store, and between each of them and the store of its views.
 */
final class Fleet implements AutoCloseable {

    /** Two instances of everything would be more than two cores can start within the time a test has. */
    private static final Map<Service, Integer> INSTANCES = Map.of(
            Service.ORDER_COMMAND, 1, Service.ORDER_QUERY, 1, Service.INVENTORY_SAGA, 2, Service.PAYMENT_SERVICE, 2);

    private static final Set<Service> SERVICES = EnumSet.range(Service.ORDER_COMMAND, Service.PAYMENT_SERVICE);

    /** Name of the process that keeps the databases of all services. */
    static final String STORE = "mongo";

    /** What the sandbox remembers, as a provider does in a house of its own. */
    private static final String PROVIDER = "sandbox_provider";

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /**
     * One process.
     *
     * @param database name of what it keeps its views, tokens and sagas in; empty if it keeps none
     * @param wires all that it reaches others by
     */
    record Member(Optional<Service> service, JarProcess process, String database, String url, List<Wire> wires) {

        String name() {
            return process.name();
        }
    }

    private final Path data;
    private final Path logs;
    private final Optional<String> externalMongo;
    private final Map<Service, Integer> instances = new EnumMap<>(INSTANCES);
    private final Map<Service, Wire> entries = new EnumMap<>(Service.class);
    private final List<Member> members = new ArrayList<>();
    private final String mongoUri;
    private final int eventStorePort = Ports.free();
    private final String api;

    /**
     * @param data where everything is kept; made if it is missing
     * @param twice whether all services run twice and not only those where work is shared
     * @param externalMongo URI of a real MongoDB to be used in place of the one of this fleet
     */
    Fleet(Path data, Path logs, boolean twice, Optional<String> externalMongo) {
        this.data = data;
        this.logs = logs;
        this.externalMongo = externalMongo;
        if (twice) {
            SERVICES.forEach(service -> instances.put(service, 2));
        }
        int storePort = Ports.free();
        mongoUri = externalMongo.orElse("mongodb://127.0.0.1:" + storePort);
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (externalMongo.isEmpty()) {
            members.add(newStore(storePort));
        }
        members.add(eventStore());
        instances.forEach((service, count) -> {
            List<Member> ofService = new ArrayList<>();
            for (int number = 1; number <= count; number++) {
                ofService.add(instance(service, number));
            }
            entries.put(
                    service,
                    new Wire(
                            "clients to " + service.moduleName(),
                            ofService.stream()
                                    .map(each -> local(URI.create(each.url()).getPort()))
                                    .toList()));
            members.addAll(ofService);
        });
        Member gateway = gateway();
        members.add(gateway);
        api = gateway.url() + "/api";
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll));
    }

    String api() {
        return api;
    }

    String eventStoreAddress() {
        return "127.0.0.1:" + eventStorePort;
    }

    /** All processes in the order in which they start. */
    List<Member> members() {
        return List.copyOf(members);
    }

    List<Member> instancesOf(Service service) {
        return members.stream()
                .filter(member -> member.service().equals(Optional.of(service)))
                .toList();
    }

    /** Starts everything and waits until it is ready. */
    void start() {
        for (Member member : members) {
            member.process().launch();
            if (!member.service().filter(SERVICES::contains).isPresent()) {
                member.process().awaitReady(START_LIMIT);
            }
        }
        members.forEach(member -> member.process().awaitReady(START_LIMIT));
    }

    boolean isReady() {
        return members.stream().allMatch(member -> member.process().isReady());
    }

    /** What those who are not ready say of themselves. */
    List<String> notReady() {
        return members.stream()
                .map(Member::process)
                .filter(process -> !process.isReady())
                .map(process -> process.name() + " is not ready: " + process.health())
                .toList();
    }

    /** Deletes all that a service keeps: views, tokens, sagas, answers to requests. */
    void wipe(String database) {
        in(database, MongoDatabase::drop);
    }

    /** Deletes how far the processors of a service are. */
    void wipeTokens(String database) {
        in(database, wiped -> wiped.getCollection("tokens").deleteMany(new Document()));
    }

    /** Whether the store is one of this fleet, whose file can be put back. */
    boolean ownsStore() {
        return externalMongo.isEmpty();
    }

    /** Copies the store as it is now, as it would lie there after a crash. */
    void saveStore() {
        Member store = store();
        store.process().freeze();
        copy(storeFile(), savedStoreFile());
        store.process().thaw();
    }

    /** Kills the store and puts the copy in its place; whoever uses it is not told. The provider is another house. */
    void putStoreBack() {
        store().process().kill();
        try (var now = new EmbeddedMongo(storeFile(), 0);
                var then = new EmbeddedMongo(savedStoreFile(), 0);
                MongoClient from = MongoClients.create(now.uri());
                MongoClient to = MongoClients.create(then.uri())) {
            copy(from.getDatabase(PROVIDER), to.getDatabase(PROVIDER));
        }
        copy(savedStoreFile(), storeFile());
    }

    private static void copy(MongoDatabase from, MongoDatabase to) {
        for (String name : from.listCollectionNames()) {
            to.getCollection(name).deleteMany(new Document());
            List<Document> documents = from.getCollection(name).find().into(new ArrayList<>());
            if (!documents.isEmpty()) {
                to.getCollection(name).insertMany(documents);
            }
        }
    }

    Member store() {
        return members.getFirst();
    }

    private Path storeFile() {
        return data.resolve("mongo.mv");
    }

    private Path savedStoreFile() {
        return data.resolve("mongo.mv.saved");
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a client of its own: connections do not outlive the process that is killed so often. */
    private void in(String database, Consumer<MongoDatabase> deed) {
        try (MongoClient mongo = MongoClients.create(mongoUri)) {
            deed.accept(mongo.getDatabase(database));
        }
    }

    @Override
    public void close() {
        killAll();
        entries.values().forEach(Wire::close);
        members.forEach(member -> member.wires().forEach(Wire::close));
    }

    private void killAll() {
        members.stream().map(Member::process).filter(JarProcess::isAlive).forEach(JarProcess::kill);
    }

    private Member newStore(int port) {
        var process = StoreProcess.of(STORE, port, storeFile(), logs);
        return new Member(Optional.empty(), process, "", "", List.of());
    }

    private Member eventStore() {
        int httpPort = Ports.free();
        var arguments =
                List.of("--port=" + eventStorePort, "--http-port=" + httpPort, "--data=" + data.resolve("axonserver"));
        return member(Service.AXONSERVER, "axonserver", httpPort, arguments, Map.of(), "", List.of());
    }

    private Member instance(Service service, int number) {
        String name = service.moduleName() + "-" + number;
        int port = Ports.free();
        var toEventStore = new Wire(name + " to event store", List.of(local(eventStorePort)));
        var toStore = new Wire(name + " to mongo", List.of(mongoAddress()));
        String database = externalMongo.isPresent()
                ? service.moduleName().replace('-', '_') + "_" + data.getFileName()
                : service.moduleName().replace('-', '_');
        var arguments = new ArrayList<>(List.of("--server.port=" + port, "--waybill.mongodb.database=" + database));
        if (service == Service.PAYMENT_SERVICE) {
            arguments.add("--waybill.payment.confirmation-deadline=" + Load.CONFIRMATION_DEADLINE);
        }
        if (service == Service.INVENTORY_SAGA) {
            arguments.add("--waybill.checkout.deadline=" + Load.CHECKOUT_DEADLINE);
        }
        var environment = Map.of(
                "WAYBILL_AXONSERVER",
                "127.0.0.1:" + toEventStore.port(),
                "MONGODB_URI",
                "mongodb://127.0.0.1:%d/?directConnection=true".formatted(toStore.port()),
                "WAYBILL_DATA",
                data.toString());
        return member(service, name, port, arguments, environment, database, List.of(toEventStore, toStore));
    }

    private Member gateway() {
        int port = Ports.free();
        var arguments = new ArrayList<>(List.of("--server.port=" + port));
        entries.forEach((service, wire) -> arguments.add(
                "--waybill.services.%s=http://127.0.0.1:%d".formatted(service.moduleName(), wire.port())));
        return member(Service.GATEWAY, "gateway", port, arguments, Map.of(), "", List.of());
    }

    private Member member(
            Service service,
            String name,
            int port,
            List<String> arguments,
            Map<String, String> environment,
            String database,
            List<Wire> wires) {
        String url = "http://127.0.0.1:" + port;
        var process = new JarProcess(
                name,
                JarProcess.commandOf(service, arguments),
                environment,
                Optional.of(URI.create(url + service.readinessPath())),
                service.niceness(),
                logs);
        return new Member(Optional.of(service), process, database, url, wires);
    }

    private InetSocketAddress mongoAddress() {
        String host = new ConnectionString(mongoUri).getHosts().getFirst();
        int colon = host.lastIndexOf(':');
        return colon < 0
                ? new InetSocketAddress(host, 27017)
                : new InetSocketAddress(host.substring(0, colon), Integer.parseInt(host.substring(colon + 1)));
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
