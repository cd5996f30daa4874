package io.waybill.systemtests;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
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

    /** A graceful stop drains what is in flight; one that takes longer hangs. */
    private static final long STOP_LIMIT_SECONDS = 20;

    private static final int LOG_TAIL_LINES = 40;

    private final Path root = JarProcess.projectRoot();
    private final Path logs = root.resolve("system-tests/target/logs");
    private final Path data;
    private final Optional<String> externalAxonServer = setting("WAYBILL_AXONSERVER", "waybill.axonserver");
    private final Optional<String> externalMongo = setting("MONGODB_URI", "waybill.mongodb.uri");

    private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
    private final int axonServerGrpcPort;
    private final Map<Service, Process> processes = new EnumMap<>(Service.class);
    private final EnumSet<Service> unusual = EnumSet.noneOf(Service.class);
    private final HttpClient http = HttpClient.newHttpClient();
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
        client = new WaybillClient(url(Service.GATEWAY) + "/api", witness);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> processes.values().forEach(Process::destroyForcibly)));
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

    private static WaybillSystem start(WaybillSystem system) throws IOException {
        for (Service service : system.ownServices()) {
            Files.deleteIfExists(system.log(service));
        }
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

    /** Memory that a process of this harness holds resident, in KiB; 0 where the operating system does not say. */
    long residentKib(Service service) {
        try (Stream<String> status =
                Files.lines(Path.of("/proc", String.valueOf(process(service).pid()), "status"))) {
            return status.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whether the process is one of this harness, which it may stop and kill. */
    boolean owns(Service service) {
        return ownServices().contains(service);
    }

    /** Ends a process as a power cut would: no handler, no flush, no goodbye. */
    void kill(Service service) {
        Process process = process(service);
        process.destroyForcibly();
        awaitExit(service, process);
    }

    /** Starts a process that does not run and waits until it is ready; the arguments come on top of its usual ones. */
    void start(Service service, String... arguments) {
        launch(service, arguments);
        awaitReady(List.of(service));
    }

    /** Stops a process in an orderly way. */
    void stop(Service service) {
        stop(EnumSet.of(service));
    }

    /** Stops everything in an orderly way and starts it again. */
    void restartAll() {
        stopAll();
        startAll();
    }

    /** Ends every process at the same moment, as when the machine loses its power, and starts everything again. */
    void killAndRestartAll() {
        processes.values().forEach(Process::destroyForcibly);
        processes.forEach(this::awaitExit);
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

    /** What the processes last said, those that died first; for the report of a failed test. */
    String report() {
        var report = new StringBuilder();
        processes.forEach((service, process) -> {
            if (!process.isAlive()) {
                report.append("%n%s has died with exit code %d%n".formatted(service.moduleName(), process.exitValue()));
            }
        });
        for (Service service : processes.keySet()) {
            report.append("%n--- last lines of %s%n".formatted(log(service)));
            tail(log(service)).forEach(line -> report.append(line).append(System.lineSeparator()));
        }
        return report.toString();
    }

    @Override
    public void close() {
        stopAll();
        http.close();
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
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@"
                + root.resolve(service == Service.AXONSERVER ? "axonserver" : "service-chassis")
                        .resolve("jvm.options"));
        command.addAll(program(service));
        command.addAll(usualArguments(service));
        command.addAll(List.of(arguments));

        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(service).toFile()));
        var environment = builder.environment();
        environment.put("WAYBILL_DATA", data.toString());
        environment.put("WAYBILL_AXONSERVER", axonServerAddress());
        environment.remove("MONGODB_URI");
        externalMongo.ifPresent(uri -> environment.put("MONGODB_URI", uri));
        try {
            processes.put(service, builder.start());
            if (arguments.length == 0) {
                unusual.remove(service);
            } else {
                unusual.add(service);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                // Views of another event store must not be found in a database that outlives it.
                externalMongo.ifPresent(uri -> arguments.add("--waybill.mongodb.database=%s_%s"
                        .formatted(service.moduleName().replace('-', '_'), data.getFileName())));
            }
        }
        return arguments;
    }

    /** The jar of a service, and that of the crash points beside it if there are to be any. */
    private List<String> program(Service service) {
        Path jar = jar(service.moduleName());
        if (crashPointsPort == 0 || !service.hasCrashPoints()) {
            return List.of("-jar", jar.toString());
        }
        try (var opened = new JarFile(jar.toFile())) {
            String main = opened.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            String classPath = jar + File.pathSeparator + jar("crash-points");
            return List.of("-Dwaybill.crash-points=" + crashPointsPort, "-cp", classPath, main);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path jar(String module) {
        Path jar = root.resolve("%1$s/target/%1$s.jar".formatted(module));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("There is no " + jar + "; build it first: ./mvnw package -DskipTests");
        }
        return jar;
    }

    /** Waits until every process is ready, also those that have lost and found another. */
    void awaitReady() {
        awaitReady(ownServices());
    }

    private void awaitReady(Iterable<Service> services) {
        for (Service service : services) {
            await(service.moduleName() + " ready")
                    .atMost(START_LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .pollDelay(Duration.ZERO)
                    .failFast(
                            service.moduleName() + " died while it started",
                            () -> !process(service).isAlive())
                    .until(() -> isReady(service));
        }
    }

    private boolean isReady(Service service) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url(service) + service.readinessPath()))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The entry first, so that no new work comes in; the event store last, so that work in hand can be recorded. */
    private void stopAll() {
        stop(EnumSet.of(Service.GATEWAY));
        stop(EnumSet.range(Service.ORDER_COMMAND, Service.PAYMENT_SERVICE));
        stop(EnumSet.of(Service.AXONSERVER));
    }

    private void stop(Set<Service> services) {
        var stopping = new EnumMap<Service, Process>(Service.class);
        for (Service service : services) {
            @Nullable Process process = processes.get(service);
            if (process != null) {
                process.destroy();
                stopping.put(service, process);
            }
        }
        stopping.forEach(this::awaitExit);
    }

    private void awaitExit(Service service, Process process) {
        try {
            if (!process.waitFor(STOP_LIMIT_SECONDS, SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(service.moduleName() + " did not stop within " + STOP_LIMIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + service + " to stop", e);
        }
    }

    private Process process(Service service) {
        @Nullable Process process = processes.get(service);
        if (process == null) {
            throw new IllegalStateException(service.moduleName() + " was never started here");
        }
        return process;
    }

    private int port(Service service) {
        return ports.getOrDefault(service, 0);
    }

    private Path log(Service service) {
        return logs.resolve(service.moduleName() + ".log");
    }

    private static List<String> tail(Path log) {
        try {
            var lines = Files.readAllLines(log);
            return lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
        } catch (IOException e) {
            return List.of("(not readable: " + e + ")");
        }
    }

    private void deleteData() {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> setting(String variable, String property) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(value -> !value.isBlank());
    }
}
