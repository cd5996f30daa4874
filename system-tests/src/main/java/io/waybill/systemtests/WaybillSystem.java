package io.waybill.systemtests;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A whole Waybill: the packaged jars as real processes on free ports, their data in a folder of its own. It can be
 * broken process by process.
 *
 * <p>Two switches, each an environment variable or a system property, put a real server in the place of a bundled one:
 * {@code WAYBILL_AXONSERVER} or {@code -Dwaybill.axonserver} (host:port) and {@code MONGODB_URI} or
 * {@code -Dwaybill.mongodb.uri}. What is not started here is not killed here either.
 */
final class WaybillSystem implements AutoCloseable {

    /** A cold start of everything on two busy cores takes a quarter of it. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final int LOG_TAIL_LINES = 40;

    private final Path logs = JarProcess.projectRoot().resolve("system-tests/target/logs");
    private final Path data;
    private final Optional<String> externalAxonServer = setting("WAYBILL_AXONSERVER", "waybill.axonserver");
    private final Optional<String> externalMongo = setting("MONGODB_URI", "waybill.mongodb.uri");

    private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
    private final int axonServerGrpcPort;
    private final Map<Service, JarProcess> processes = new EnumMap<>(Service.class);
    private final EnumSet<Service> unusual = EnumSet.noneOf(Service.class);
    private final WaybillClient client;

    /** Where the services tell what they are at and wait to be told to go on; 0 if they do not. */
    private final int crashPointsPort;

    private WaybillSystem(BiConsumer<HttpRequest, Answer> witness, int crashPointsPort) throws IOException {
        this.crashPointsPort = crashPointsPort;
        data = Files.createTempDirectory("waybill-system-tests");
        Files.createDirectories(logs);
        for (Service service : Service.values()) {
            ports.put(service, Ports.free());
        }
        axonServerGrpcPort = Ports.free();
        for (Service service : ownServices()) {
            Files.deleteIfExists(logs.resolve(service.moduleName() + ".log"));
        }
        client = new WaybillClient(url(Service.GATEWAY) + "/api", witness);
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll));
    }

    /**
     * Starts everything and waits until it is ready.
     *
     * @param witness sees each answer that the client of this system gets, and throws if it is not to be
     */
    static WaybillSystem start(BiConsumer<HttpRequest, Answer> witness) throws IOException {
        return start(new WaybillSystem(witness, 0));
    }

    /** Starts everything with crash points in the services, which report to the port. */
    static WaybillSystem startWithCrashPoints(int port) throws IOException {
        return start(new WaybillSystem((request, answer) -> {}, port));
    }

    private static WaybillSystem start(WaybillSystem system) {
        try {
            system.startAll();
        } catch (RuntimeException | Error e) {
            System.err.println(system.report());
            system.close();
            throw e;
        }
        return system;
    }

    WaybillClient client() {
        return client;
    }

    /** Where the event store is reached by its own protocol, as host and port. */
    String axonServerAddress() {
        return externalAxonServer.orElse("127.0.0.1:" + axonServerGrpcPort);
    }

    /** Where a service is reached past the gateway. */
    String url(Service service) {
        return "http://127.0.0.1:" + port(service);
    }

    /** Whether the process is one of this harness, which it may stop and kill. */
    boolean owns(Service service) {
        return ownServices().contains(service);
    }

    /** A process of this harness, to be looked at and to be broken. */
    JarProcess process(Service service) {
        @Nullable JarProcess process = processes.get(service);
        if (process == null) {
            throw new IllegalStateException(service.moduleName() + " was never started here");
        }
        return process;
    }

    /** Ends a process as a power cut would: no handler, no flush, no goodbye. */
    void kill(Service service) {
        process(service).kill();
    }

    /** Starts a process that does not run and waits until it is ready; the arguments come on top of its usual ones. */
    void start(Service service, String... arguments) {
        launch(service, arguments);
        awaitReady(EnumSet.of(service));
    }

    /** Stops a process in an orderly way. */
    void stop(Service service) {
        stop(EnumSet.of(service));
    }

    /**
     * Deletes all that a service keeps in its database, whether it runs or not. What the sandbox provider has entered is
     * not the service's and stays.
     */
    void loseDatabase(Service service) throws IOException {
        String database = database(service);
        if (externalMongo.isEmpty() && !process(service).isAlive()) {
            Files.delete(data.resolve("mongo").resolve(database + ".mv"));
            return;
        }
        String uri = externalMongo.orElseGet(() -> process(service).lastWord("Store " + database + " is at "));
        try (MongoClient mongo = MongoClients.create(uri)) {
            // One by one: the embedded server may not recover when a whole database is dropped while it is used.
            for (String collection : mongo.getDatabase(database).listCollectionNames()) {
                if (!collection.startsWith("system.")) {
                    mongo.getDatabase(database).getCollection(collection).deleteMany(new Document());
                }
            }
        }
    }

    /** Stops everything in an orderly way and starts it again. */
    void restartAll() {
        stopAll();
        startAll();
    }

    /** Ends every process at the same moment, as when the machine loses its power, and starts everything again. */
    void killAndRestartAll() {
        killAll();
        startAll();
    }

    /** Mends what an earlier test has left broken or changed, so that one failure does not become twenty. */
    void restore() {
        stop(EnumSet.copyOf(unusual));
        var down = ownServices();
        down.removeIf(service -> process(service).isAlive());
        down.forEach(this::launch);
        awaitReady(down);
    }

    /** Waits until every process is ready, also those that have lost and found another. */
    void awaitReady() {
        awaitReady(ownServices());
    }

    /** What the processes last said, those that died first; for the report of a failed test. */
    String report() {
        var report = new StringBuilder();
        for (JarProcess process : processes.values()) {
            process.exitCode()
                    .ifPresent(
                            code -> report.append("%n%s has died with exit code %d%n".formatted(process.name(), code)));
        }
        for (JarProcess process : processes.values()) {
            report.append("%n--- last lines of %s%n".formatted(process.name()));
            process.logTail(LOG_TAIL_LINES).forEach(line -> report.append(line).append(System.lineSeparator()));
        }
        return report.toString();
    }

    @Override
    public void close() {
        stopAll();
        deleteData();
    }

    private EnumSet<Service> ownServices() {
        var services = EnumSet.allOf(Service.class);
        if (externalAxonServer.isPresent()) {
            services.remove(Service.AXONSERVER);
        }
        return services;
    }

    private void startAll() {
        var services = ownServices();
        if (services.remove(Service.AXONSERVER)) {
            start(Service.AXONSERVER);
        }
        services.forEach(this::launch);
        awaitReady(services);
    }

    private void launch(Service service, String... arguments) {
        var process = jarProcess(service, arguments);
        process.launch();
        processes.put(service, process);
        if (arguments.length == 0) {
            unusual.remove(service);
        } else {
            unusual.add(service);
        }
    }

    private JarProcess jarProcess(Service service, String... more) {
        List<String> arguments = usualArguments(service);
        arguments.addAll(List.of(more));
        var environment = new HashMap<String, String>();
        environment.put("WAYBILL_DATA", data.toString());
        environment.put("WAYBILL_AXONSERVER", axonServerAddress());
        externalMongo.ifPresent(uri -> environment.put("MONGODB_URI", uri));
        return new JarProcess(
                service.moduleName(),
                crashPointsPort > 0 && service.hasCrashPoints()
                        ? JarProcess.commandWithCrashPoints(service, crashPointsPort, arguments)
                        : JarProcess.commandOf(service, arguments),
                environment,
                Optional.of(URI.create(url(service) + service.readinessPath())),
                service.niceness(),
                logs);
    }

    private List<String> usualArguments(Service service) {
        int port = port(service);
        var arguments = new ArrayList<String>();
        switch (service) {
            case AXONSERVER -> {
                arguments.add("--port=" + axonServerGrpcPort);
                arguments.add("--http-port=" + port);
                arguments.add("--data=" + data.resolve("axonserver"));
            }
            case GATEWAY -> {
                arguments.add("--server.port=" + port);
                for (Service other : EnumSet.range(Service.ORDER_COMMAND, Service.PAYMENT_SERVICE)) {
                    arguments.add("--waybill.services.%s=%s".formatted(other.moduleName(), url(other)));
                }
            }
            case ORDER_COMMAND, ORDER_QUERY, INVENTORY_SAGA, PAYMENT_SERVICE -> {
                arguments.add("--server.port=" + port);
                arguments.add("--waybill.mongodb.database=" + database(service));
            }
        }
        return arguments;
    }

    private String database(Service service) {
        String name = service.moduleName().replace('-', '_');
        // Views of another event store must not be found in a database that outlives it.
        return externalMongo.isPresent() ? name + "_" + data.getFileName() : name;
    }

    private void awaitReady(Iterable<Service> services) {
        services.forEach(service -> process(service).awaitReady(START_LIMIT));
    }

    /** The entry first, so that no new work comes in; the event store last, so that work in hand can be recorded. */
    private void stopAll() {
        stop(EnumSet.of(Service.GATEWAY));
        stop(EnumSet.range(Service.ORDER_COMMAND, Service.PAYMENT_SERVICE));
        stop(EnumSet.of(Service.AXONSERVER));
    }

    private void stop(Set<Service> services) {
        atOnce(services, process -> {
            if (!process.stop()) {
                throw new AssertionError(process.name() + " did not stop in time");
            }
        });
    }

    private void killAll() {
        atOnce(EnumSet.allOf(Service.class), JarProcess::kill);
    }

    /** Does it to those of the services that run. */
    private void atOnce(Set<Service> services, Consumer<JarProcess> what) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            processes.entrySet().stream()
                    .filter(entry -> services.contains(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .filter(JarProcess::isAlive)
                    .map(process -> CompletableFuture.runAsync(() -> what.accept(process), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    private int port(Service service) {
        return ports.getOrDefault(service, 0);
    }

    private void deleteData() {
        try {
            delete(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Optional<String> setting(String variable, String property) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(value -> !value.isBlank());
    }
}
