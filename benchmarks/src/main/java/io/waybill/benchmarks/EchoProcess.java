package io.waybill.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The echo server as a process of its own, as the servers that are measured are. */
final class EchoProcess implements AutoCloseable {

    /** The argument that turns this program into an echo server. */
    static final String ARGUMENT = "echo-server";

    private static final String READY = "port ";
    private static final long START_LIMIT_SECONDS = 30;
    private static final long POLL_MILLIS = 20;

    private final ChildProcess process;
    private final int port;

    private EchoProcess(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** What the process does: serve until it is killed. */
    @SuppressWarnings("SystemOut") // Whoever started it reads the port there.
    static void serve() throws IOException, InterruptedException {
        var server = Echo.startServer();
        System.out.println(READY + server.getPort());
        server.awaitTermination();
    }

    /** Starts the process and waits until it says where it listens. */
    static EchoProcess start(Path directory) throws IOException, InterruptedException {
        ChildProcess process = ChildProcess.start(
                "echo",
                directory,
                List.of(
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchmarkMain.class.getName(),
                        ARGUMENT));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        while (System.nanoTime() - deadline < 0) {
            for (String line : process.said()) {
                if (line.startsWith(READY)) {
                    return new EchoProcess(process, Integer.parseInt(line.substring(READY.length())));
                }
            }
            process.requireAlive();
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        process.close();
        throw new RunFailedException("The echo server was not ready after " + START_LIMIT_SECONDS + " s");
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.close();
    }
}
