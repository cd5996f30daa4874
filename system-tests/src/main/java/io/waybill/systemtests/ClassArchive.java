package io.waybill.systemtests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * The classes of the libraries that all services have in common, read and linked once instead of at each start of each
 * process: an archive of the JVM's class data sharing. It belongs to one JDK, its options and one set of libraries, and
 * not to one build of ours. A JVM that cannot use it starts without any, which is slower than with the JDK's own.
 */
final class ClassArchive {

    /** Links the classes in the archive; before it an archive holds them only read. */
    private static final int FIRST_JDK_THAT_LINKS = 24;

    /** A few seconds on an idle machine; whoever needs longer hangs. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final int LOG_TAIL_LINES = 50;

    private ClassArchive() {}

    /**
     * How a program is started with it, or without it if it cannot be made.
     *
     * @param jars what else belongs to the class path
     */
    static List<String> options(String jars) {
        return Found.ARCHIVE
                .map(archive ->
                        List.of("-XX:SharedArchiveFile=" + archive, "-cp", libraries() + File.pathSeparator + jars))
                .orElse(List.of("-cp", jars));
    }

    /** A class path, which has to begin so, or the JVM does not take the archive. */
    private static String libraries() {
        try {
            return Files.readString(folder().resolve("libraries"));
        } catch (IOException e) {
            throw new UncheckedIOException("Build service-chassis first: ./mvnw package -DskipTests", e);
        }
    }

    /** Looked for once, when the first service is started. */
    private static final class Found {

        static final Optional<Path> ARCHIVE = find();

        private static Optional<Path> find() {
            try {
                return Optional.of(makeIfNeeded());
            } catch (IOException | IllegalStateException e) {
                System.err.println("Services start slowly, because the archive of their classes cannot be made: " + e);
                return Optional.empty();
            }
        }
    }

    private static Path makeIfNeeded() throws IOException {
        Path made = folder().resolve("classes.jsa");
        Path madeOf = folder().resolve("classes.made-of");
        String now = whatItIsMadeOf();
        if (!Files.exists(made)
                || !Files.exists(madeOf)
                || !Files.readString(madeOf).equals(now)) {
            make(made);
            Files.writeString(madeOf, now);
        }
        return made;
    }

    /** The JVM takes an archive only with the files and options that it was made of. The launcher reads the first line. */
    private static String whatItIsMadeOf() throws IOException {
        Path jdk = Path.of(System.getProperty("java.home"));
        var all = new ArrayList<>(
                List.of(jdk.toString(), Runtime.version().toString(), stamp(jdk.resolve("lib/modules"))));
        all.addAll(Files.readAllLines(JarProcess.optionsOf(Service.PAYMENT_SERVICE)));
        for (String library : libraries().split(File.pathSeparator, -1)) {
            all.add(stamp(Path.of(library)));
        }
        return String.join("\n", all);
    }

    private static String stamp(Path file) throws IOException {
        return file + " " + Files.getLastModifiedTime(file);
    }

    private static void make(Path archive) throws IOException {
        Path scratch = Files.createTempDirectory("waybill-class-archive");
        Path made =
                archive.resolveSibling("classes.new-" + ProcessHandle.current().pid());
        try {
            Path classes = scratch.resolve("classes");
            listWhatAServiceLoads(classes, scratch);
            dump(classes, made, scratch.resolve("dump.log"));
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(made);
            WaybillSystem.delete(scratch);
        }
    }

    private static void listWhatAServiceLoads(Path classes, Path scratch) {
        int http = Ports.free();
        int grpc = Ports.free();
        var node = process(
                Service.AXONSERVER,
                List.of(),
                List.of("--port=" + grpc, "--http-port=" + http, "--data=" + scratch.resolve("axonserver")),
                http,
                Map.of(),
                scratch);
        int port = Ports.free();
        var service = process(
                Service.PAYMENT_SERVICE,
                List.of("-XX:DumpLoadedClassList=" + classes),
                List.of("--server.port=" + port),
                port,
                Map.of("WAYBILL_DATA", scratch.toString(), "WAYBILL_AXONSERVER", "127.0.0.1:" + grpc),
                scratch);
        var leftovers = new Thread(() -> end(service, node));
        Runtime.getRuntime().addShutdownHook(leftovers);
        try {
            node.launch();
            node.awaitReady(LIMIT);
            service.launch();
            service.awaitReady(LIMIT);
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            throw new IllegalStateException(
                    "a service did not start.\n" + String.join("\n", service.logTail(LOG_TAIL_LINES)), e);
        } finally {
            end(service, node);
            Runtime.getRuntime().removeShutdownHook(leftovers);
        }
    }

    private static JarProcess process(
            Service service,
            List<String> options,
            List<String> arguments,
            int port,
            Map<String, String> environment,
            Path logs) {
        return new JarProcess(
                service.moduleName(),
                JarProcess.plainCommandOf(service, options, arguments),
                environment,
                Optional.of(URI.create("http://127.0.0.1:" + port + service.readinessPath())),
                0,
                logs);
    }

    private static void end(JarProcess... processes) {
        for (JarProcess process : processes) {
            if (process.isAlive()) {
                process.kill();
            }
        }
    }

    private static void dump(Path classes, Path made, Path log) throws IOException {
        var command = new ArrayList<String>();
        command.add(JarProcess.java());
        command.add("@" + JarProcess.optionsOf(Service.PAYMENT_SERVICE));
        command.add("-Xshare:dump");
        if (Runtime.version().feature() >= FIRST_JDK_THAT_LINKS) {
            command.add("-XX:+AOTClassLinking");
        }
        command.add("-XX:SharedClassListFile=" + classes);
        command.add("-XX:SharedArchiveFile=" + made);
        command.addAll(List.of("-cp", libraries()));
        Process dump = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!dump.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || dump.exitValue() != 0) {
                dump.destroyForcibly();
                throw new IllegalStateException("the JVM made none.\n" + Files.readString(log));
            }
        } catch (InterruptedException e) {
            dump.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the class archive was made", e);
        }
    }

    private static Path folder() {
        return JarProcess.projectRoot().resolve("service-chassis").resolve("target");
    }
}
