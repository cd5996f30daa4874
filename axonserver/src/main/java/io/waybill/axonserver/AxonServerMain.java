package io.waybill.axonserver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The node as a process of its own. */
public final class AxonServerMain {

    private static final int EXIT_BAD_ARGUMENTS = 2;
    private static final int EXIT_CANNOT_START = 1;

    private static final String USAGE = """
            Usage: java -jar axonserver.jar [--port=N] [--http-port=N] [--data=DIRECTORY] [--contexts=A,B]
              --port       gRPC port for clients       (default 8124 + WAYBILL_PORT_OFFSET)
              --http-port  HTTP port for health checks (default 8024 + WAYBILL_PORT_OFFSET)
              --data       where everything is stored  (default ${WAYBILL_DATA:-.waybill}/axonserver)
              --contexts   contexts besides default    (none)""";

    private AxonServerMain() {}

    /** Starts the node and runs until the process is told to stop; see {@code --help} for the arguments. */
    @SuppressWarnings("SystemOut") // The process talks to whoever started it.
    public static void main(String[] args) throws InterruptedException {
        AxonServerOptions options;
        try {
            options = options(args, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(EXIT_BAD_ARGUMENTS);
            return;
        }
        try {
            AxonServerNode node = AxonServerNode.start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "shutdown"));
        } catch (IOException | RuntimeException e) {
            System.err.println("The Axon Server node cannot start: " + e.getMessage());
            System.exit(EXIT_CANNOT_START);
        }
        new CountDownLatch(1).await();
    }

    @SuppressWarnings("SystemOut") // The log may be closed already.
    private static void close(AxonServerNode node) {
        try {
            node.close();
        } catch (IOException e) {
            System.err.println("The Axon Server node did not stop cleanly: " + e.getMessage());
        }
    }

    static AxonServerOptions options(String[] args, Map<String, String> environment) {
        int offset = number("WAYBILL_PORT_OFFSET", environment.get("WAYBILL_PORT_OFFSET"), 0);
        int grpcPort = AxonServerOptions.DEFAULT_GRPC_PORT + offset;
        int httpPort = AxonServerOptions.DEFAULT_HTTP_PORT + offset;
        String[] contexts = {};
        Path data = Path.of(environment.getOrDefault("WAYBILL_DATA", ".waybill"), "axonserver");
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg : arg.substring(0, equals);
            String value = equals < 0 ? null : arg.substring(equals + 1);
            switch (name) {
                case "--port" -> grpcPort = number(name, value, grpcPort);
                case "--http-port" -> httpPort = number(name, value, httpPort);
                case "--data" -> data = Path.of(required(name, value));
                case "--contexts" -> contexts = required(name, value).split(",", -1);
                default -> throw new IllegalArgumentException("Unknown argument " + arg);
            }
        }
        return AxonServerOptions.stored(data).withPorts(grpcPort, httpPort).withContexts(contexts);
    }

    private static String required(String name, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return value;
    }

    private static int number(String name, @Nullable String value, int otherwise) {
        if (value == null && name.startsWith("--")) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        try {
            return value == null || value.isBlank() ? otherwise : Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s is %s, which is not a number".formatted(name, value), e);
        }
    }
}
