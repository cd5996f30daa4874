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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The classes of the libraries that all services have in common, read and linked once instead of at each start of each
 * process: an archive of the JVM's class data sharing. It belongs to one JDK and one set of libraries, not to one build of
 * ours. A JVM that cannot use it says so and starts without it.
 */
public final class ClassArchive {

    /** Links the classes in the archive; before it an archive holds them only read. */
    private static final int FIRST_JDK_THAT_LINKS = 24;

    private static final Duration START_LIMIT = Duration.ofMinutes(4);
    private static final Duration DUMP_LIMIT = Duration.ofMinutes(4);

    private ClassArchive() {}

    /** Makes it if there is none for this JDK and these libraries. */
    public static void main(String[] args) {
        Path unused = upToDate();
    }

    /**
     * How a program is started with it.
     *
     * @param jars what else belongs to the class path
     */
    static List<String> options(String jars) {
        String archive = "-XX:SharedArchiveFile=" + upToDate();
        return List.of(archive, "-cp", libraries() + File.pathSeparator + jars);
    }

    /** A class path, which has to begin so, or the JVM does not take the archive. */
    private static String libraries() {
        try {
            return Files.readString(folder().resolve("libraries"));
        } catch (IOException e) {
            throw new UncheckedIOException("Build service-chassis first: ./mvnw package -DskipTests", e);
        }
    }

    private static synchronized Path upToDate() {
        Path archive = folder().resolve("classes.jsa");
        Path madeOf = folder().resolve("classes.made-of");
        try {
            String made = whatItIsMadeOf();
            if (!Files.exists(archive)
                    || !Files.exists(madeOf)
                    || !Files.readString(madeOf).equals(made)) {
                make(archive);
                Files.writeString(madeOf, made);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The class archive cannot be made", e);
        }
        return archive;
    }

    /** The JVM takes an archive only with the very files that it was made of. */
    private static String whatItIsMadeOf() throws IOException {
        var all = new StringBuilder(Runtime.version().toString());
        for (String library : libraries().split(File.pathSeparator, -1)) {
            all.append('\n')
                    .append(Files.getLastModifiedTime(Path.of(library)))
                    .append(' ')
                    .append(library);
        }
        return all.toString();
    }

    private static void make(Path archive) throws IOException {
        Path scratch = Files.createTempDirectory("waybill-class-archive");
        try {
            Path classes = scratch.resolve("classes");
            listWhatAServiceLoads(classes, scratch);
            Path made = archive.resolveSibling("classes.new");
            dump(classes, made, scratch.resolve("dump.log"));
            Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(scratch);
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
        try {
            node.launch();
            node.awaitReady(START_LIMIT);
            service.launch();
            service.awaitReady(START_LIMIT);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "No class archive: a service did not start.\n" + String.join("\n", service.logTail(50)), e);
        } finally {
            stop(service);
            stop(node);
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
                logs);
    }

    private static void stop(JarProcess process) {
        if (process.isAlive()) {
            process.stop();
        }
    }

    private static void dump(Path classes, Path made, Path log) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(JarProcess.optionsOf(Service.PAYMENT_SERVICE));
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
            if (!dump.waitFor(DUMP_LIMIT.toSeconds(), TimeUnit.SECONDS) || dump.exitValue() != 0) {
                dump.destroyForcibly();
                throw new IllegalStateException("No class archive: the JVM made none.\n" + Files.readString(log));
            }
        } catch (InterruptedException e) {
            dump.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the class archive was made", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Path folder() {
        return JarProcess.projectRoot().resolve("service-chassis").resolve("target");
    }
}
