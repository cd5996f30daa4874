package io.waybill.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The bundled node, started the way the launcher starts it, on free ports and a data directory of its own. */
final class NodeProcess implements AutoCloseable {

    /** Below the range that operating systems give to outgoing connections, so that a restart finds its port free. */
    private static final int LOWEST_PORT = 15_000;

    private static final int HIGHEST_PORT = 32_000;

    private static final long START_LIMIT_SECONDS = 120;

    /** Often enough not to blur a start of half a second, seldom enough not to slow it. */
    private static final long POLL_MILLIS = 5;

    private final ChildProcess process;
    private final String address;
    private final Duration startTime;

    private NodeProcess(ChildProcess process, String address, Duration startTime) {
        this.process = process;
        this.address = address;
        this.startTime = startTime;
    }

    /**
     * Starts the node and waits until it is ready.
     *
     * @param module the node's module, which holds its jar and its JVM options
     * @param directory gets the node's data and its log
     */
    static NodeProcess start(Path module, Path directory) throws IOException, InterruptedException {
        Path jar = module.resolve("target/axonserver.jar");
        if (!Files.isRegularFile(jar)) {
            throw new RunFailedException("There is no %s. Build it: ./mvnw package -DskipTests".formatted(jar));
        }
        int port = freePort();
        int httpPort = freePort();
        long begun = System.nanoTime();
        ChildProcess process = ChildProcess.start(
                "node",
                directory,
                List.of(
                        "@" + module.resolve("jvm.options"),
                        "-jar",
                        jar.toString(),
                        "--port=" + port,
                        "--http-port=" + httpPort,
                        "--data=" + directory.resolve("node")));
        try {
            awaitReady(process, httpPort);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
        return new NodeProcess(process, "127.0.0.1:" + port, Duration.ofNanos(System.nanoTime() - begun));
    }

    private static void awaitReady(ChildProcess process, int httpPort) throws IOException, InterruptedException {
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/health"))
                .build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!answersOk(http, health)) {
                process.requireAlive();
                if (System.nanoTime() - deadline > 0) {
                    throw new RunFailedException("The node was not ready after " + START_LIMIT_SECONDS + " s");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private static boolean answersOk(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // Taken: the next number.
            }
        }
    }

    String address() {
        return address;
    }

    ProcessHandle handle() {
        return process.handle();
    }

    /** From the start of the process until it said that it is ready. */
    Duration startTime() {
        return startTime;
    }

    @Override
    public void close() {
        process.close();
    }
}
