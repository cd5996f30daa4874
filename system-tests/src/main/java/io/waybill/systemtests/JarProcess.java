package io.waybill.systemtests;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One process of this machine that can be started, broken in several ways, and started again with the same data. */
public final class JarProcess {

    /** A graceful stop drains what is in flight; one that takes longer hangs. */
    private static final long STOP_LIMIT_SECONDS = 20;

    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Optional<URI> readiness;
    private final int niceness;
    private final Path log;
    private @Nullable Process process;
    private boolean givesWay;

    /**
     * @param name for people, and of its log file
     * @param command all of it, beginning with the program
     * @param environment on top of this process's own; without MONGODB_URI unless it is named here
     * @param readiness answers 200 once the process can serve; empty if being alive is all there is
     * @param niceness how far it gives way to others that want the processor, once it is ready
     * @param logs folder of the log file, to which each start appends
     */
    public JarProcess(
            String name,
            List<String> command,
            Map<String, String> environment,
            Optional<URI> readiness,
            int niceness,
            Path logs) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.readiness = readiness;
        this.niceness = niceness;
        this.log = logs.resolve(name + ".log");
    }

    public String name() {
        return name;
    }

    /** The command by which a packaged module is started: as the launcher does it, with these arguments. */
    public static List<String> commandOf(Service service, List<String> arguments) {
        return service.isOnChassis()
                ? commandWithArchive(service, List.of(), "", arguments)
                : plainCommandOf(service, List.of(), arguments);
    }

    /** The same without the classes of libraries that were read before. */
    static List<String> plainCommandOf(Service service, List<String> options, List<String> arguments) {
        var program = new ArrayList<>(options);
        program.addAll(List.of("-jar", jar(service.moduleName()).toString()));
        return command(service, program, arguments);
    }

    /** With the jar of the crash points beside the service's own; they report to the port. */
    static List<String> commandWithCrashPoints(Service service, int port, List<String> arguments) {
        return commandWithArchive(
                service,
                List.of("-Dwaybill.crash-points=" + port),
                File.pathSeparator + jar("crash-points"),
                arguments);
    }

    private static List<String> commandWithArchive(
            Service service, List<String> options, String moreJars, List<String> arguments) {
        Path jar = jar(service.moduleName());
        var program = new ArrayList<>(options);
        program.addAll(ClassArchive.options(jar + moreJars));
        program.add(mainClassOf(jar));
        return command(service, program, arguments);
    }

    private static String mainClassOf(Path jar) {
        try (var opened = new JarFile(jar.toFile())) {
            return opened.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Service service, List<String> program, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(java());
        command.add("@" + optionsOf(service));
        command.addAll(program);
        command.addAll(arguments);
        return command;
    }

    /** The program that starts a JVM like this one. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The file of a service's JVM options. */
    static Path optionsOf(Service service) {
        String options = service == Service.AXONSERVER ? "axonserver" : "service-chassis";
        return projectRoot().resolve(options).resolve("jvm.options");
    }

    private static Path jar(String module) {
        Path jar = projectRoot().resolve("%1$s/target/%1$s.jar".formatted(module));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("There is no " + jar + "; build it first: ./mvnw package -DskipTests");
        }
        return jar;
    }

    /** Starts it without waiting for anything. */
    public void launch() {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().remove("MONGODB_URI");
        builder.environment().putAll(environment);
        givesWay = niceness == 0;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it can serve; fails at once if it dies meanwhile. */
    public void awaitReady(Duration limit) {
        await(name + " ready")
                .atMost(limit)
                .pollInterval(POLL_INTERVAL)
                .pollDelay(Duration.ZERO)
                .failFast(name + " died while it started", () -> !isAlive())
                .until(this::isReady);
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Whether it says of itself that it can serve. Whoever is seen to for the first time gives way from then on. */
    public boolean isReady() {
        boolean ready = isAlive()
                && (readiness.isEmpty()
                        || askHealth()
                                .filter(answer -> answer.statusCode() == 200)
                                .isPresent());
        if (ready && !givesWay) {
            giveWay();
            givesWay = true;
        }
        return ready;
    }

    /** What it says of itself, in words for people. */
    public String health() {
        if (!isAlive()) {
            return "it does not run";
        }
        return askHealth().map(HttpResponse::body).orElse("it does not answer");
    }

    private Optional<HttpResponse<String>> askHealth() {
        if (readiness.isEmpty()) {
            return Optional.empty();
        }
        var request =
                HttpRequest.newBuilder(readiness.get()).timeout(HEALTH_TIMEOUT).build();
        try {
            return Optional.of(HTTP.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
    }

    /** Ends it as a power cut would: no handler, no flush, no goodbye. */
    public void kill() {
        running().destroyForcibly();
        if (!exitsInTime()) {
            throw new IllegalStateException(name + " cannot be killed");
        }
    }

    /** Ends it in an orderly way, or by force if that takes too long; says whether it was orderly. */
    public boolean stop() {
        running().destroy();
        boolean orderly = exitsInTime();
        if (!orderly) {
            kill();
        }
        return orderly;
    }

    /** It keeps its memory, its sockets and its claims, and does nothing at all. */
    public void freeze() {
        signal("-STOP");
    }

    /** It goes on as if no time had passed. */
    public void thaw() {
        signal("-CONT");
    }

    /** What it has taken of the processors since its start. */
    Duration processorTime() {
        return running().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Memory that it holds resident, in KiB; 0 where the operating system does not say. */
    long residentKib() {
        try (Stream<String> status =
                Files.lines(Path.of("/proc", Long.toString(running().pid()), "status"))) {
            return status.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** What it exited with; empty while it runs. */
    OptionalInt exitCode() {
        return isAlive() ? OptionalInt.empty() : OptionalInt.of(running().exitValue());
    }

    /** The last lines it said. */
    public List<String> logTail(int lines) {
        try {
            var all = Files.readAllLines(log);
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of("(not readable: " + e + ")");
        }
    }

    /** What follows these words in the last line of its log that has them. */
    String lastWord(String words) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(words))
                    .reduce((earlier, later) -> later)
                    .map(line -> line.substring(line.indexOf(words) + words.length()))
                    .orElseThrow(() -> new AssertionError(name + " has not said " + words));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String signal) {
        if (run("kill", signal, Long.toString(running().pid())) != 0) {
            throw new IllegalStateException("kill %s %s failed".formatted(signal, name));
        }
    }

    /** On Linux each thread has a niceness of its own. One that ends meanwhile is none that has to give way. */
    private void giveWay() {
        String process = Long.toString(running().pid());
        var command = new ArrayList<>(List.of("renice", "-n", Integer.toString(niceness), "-p"));
        String @Nullable [] threads = Path.of("/proc", process, "task").toFile().list();
        command.addAll(threads == null ? List.of(process) : List.of(threads));
        int unusedBecauseThreadsEnd = run(command.toArray(String[]::new));
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command[0] + " ran", e);
        }
    }

    private boolean exitsInTime() {
        try {
            return running().waitFor(STOP_LIMIT_SECONDS, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name + " to stop", e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started here");
        }
        return process;
    }

    /** The tests run in their module's folder under Maven and, by default, in the project's under an IDE. */
    public static Path projectRoot() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            @Nullable Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException("Not run from within the project: no mvnw above the working folder");
            }
            folder = parent;
        }
        return folder;
    }
}
