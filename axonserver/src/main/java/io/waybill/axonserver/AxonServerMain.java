package io.waybill.axonserver;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** The node as a process of its own, and the commands that come with it. */
public final class AxonServerMain {

    private static final int EXIT_BAD_ARGUMENTS = 2;
    private static final int EXIT_FAILED = 1;

    private static final List<Command> COMMANDS =
            List.of(TokenCommand.COMMAND, StoreCommands.BACKUP, StoreCommands.RESTORE, StoreCommands.VERIFY);

    private AxonServerMain() {}

    /** Runs a command, or the node until the process is told to stop; see {@code --help} for the arguments. */
    @SuppressWarnings("SystemOut") // The process talks to whoever started it.
    public static void main(String[] args) throws InterruptedException {
        List<String> arguments = List.of(args);
        if (arguments.contains("--help")) {
            System.out.println(usage());
            return;
        }
        try {
            if (arguments.isEmpty() || arguments.getFirst().startsWith("--")) {
                serve(options(args, System.getenv()));
            } else {
                run(arguments, System.getenv(), new Command.Output(System.out, System.err));
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + usage());
            System.exit(EXIT_BAD_ARGUMENTS);
        } catch (IOException | RuntimeException e) {
            System.err.println(e.getMessage());
            System.exit(EXIT_FAILED);
        }
    }

    static void run(List<String> arguments, Map<String, String> environment, Command.Output output) throws IOException {
        String name = arguments.getFirst();
        Command command = COMMANDS.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("There is no command " + name));
        CommandLine line = new CommandLine(arguments.subList(1, arguments.size()), environment, command.options());
        command.action().run(line, environment, output);
    }

    static AxonServerOptions options(String[] args, Map<String, String> environment) {
        return NodeOptions.read(new CommandLine(List.of(args), environment, NodeOptions.ALL), environment);
    }

    private static void serve(AxonServerOptions options) throws IOException, InterruptedException {
        AxonServerNode node;
        try {
            node = AxonServerNode.start(options);
        } catch (IOException | RuntimeException e) {
            throw new IOException("The Axon Server node cannot start: " + e.getMessage(), e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "shutdown"));
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

    static String usage() {
        return """
                Usage: java -jar axonserver.jar [options]
                %s
                Each of these can be set in the environment too, --http-port as %s and so on.

                %s""".formatted(
                        usage(NodeOptions.ALL),
                        NodeOptions.HTTP_PORT.variable(),
                        COMMANDS.stream().map(AxonServerMain::usage).collect(Collectors.joining("\n\n")));
    }

    private static String usage(Command command) {
        return "java -jar axonserver.jar %s [options]   %s\n%s"
                .formatted(command.name(), command.summary(), usage(command.options()));
    }

    private static String usage(List<Option> options) {
        return options.stream().map(Option::usage).collect(Collectors.joining("\n"));
    }
}
