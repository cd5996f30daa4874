package io.waybill.benchmarks;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the command line asks for.
 *
 * @param scenario which scenario to run
 * @param address a running server to measure; empty: start the bundled node and measure that
 * @param against another server to measure in turns with the first
 * @param againstProcess the process of that server, if it runs on this machine
 * @param quick whether to do less
 * @param only whether to measure the line of a name
 * @param json where to write the table as JSON
 * @param node the module of the bundled node
 * @param data where a temporary directory for data is made
 */
record BenchmarkOptions(
        String scenario,
        Optional<String> address,
        Optional<String> against,
        Optional<Long> againstProcess,
        boolean quick,
        Predicate<String> only,
        Optional<Path> json,
        Path node,
        Path data) {

    static final String USAGE = """
            Usage: ./waybill bench [scenario] [options]

            Scenarios
              node    an Axon Server node: appends, reads, commands, start, memory (default)
              stock   a thousand reservations at once of one SKU, on the bundled node: with the items in memory and
                      snapshots, and without; no other server can be given
              replay  a million events read into each read model of order-query, in turns with a projection that makes
                      nothing of them; no other server can be given

            Options
              --against=HOST:PORT     measure this server too, in turns with the first, and print the ratio
              --against-process=PID   its process, if it is on this machine: adds its memory and processor time
              --address=HOST:PORT     measure this running server instead of starting the bundled node
              --quick                 a short run: less data, fewer and shorter rounds
              --only=EXPRESSION       only the lines of the table in whose name the regular expression is found
              --json=FILE             write the table as JSON too
              --node=DIRECTORY        the node's module with its jar and jvm.options (the launcher sets it)
              --help                  this text

            A server that is given has to have a context "default" that needs no token and that nobody else writes to
            meanwhile. It should be empty. The run leaves millions of events in it: use one whose data you can delete.
            The bundled node gets a temporary directory below WAYBILL_DATA, which is deleted in the end.
            """;

    private static final Set<String> SCENARIOS = new TreeSet<>(Set.of("node", "stock", "replay"));
    private static final String HOST_AND_PORT = ".+:\\d{1,5}";

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it cannot be understood, with a message that says why
     */
    static BenchmarkOptions parse(String[] arguments, Map<String, String> environment) {
        Optional<String> scenario = Optional.empty();
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            if (argument.startsWith("--")) {
                int equals = argument.indexOf('=');
                given.put(
                        equals < 0 ? argument : argument.substring(0, equals),
                        equals < 0 ? "" : argument.substring(equals + 1));
            } else if (scenario.isEmpty() && SCENARIOS.contains(argument)) {
                scenario = Optional.of(argument);
            } else {
                throw new IllegalArgumentException(
                        "There is no scenario '%s'. There is: %s".formatted(argument, String.join(", ", SCENARIOS)));
            }
        }
        BenchmarkOptions options = new BenchmarkOptions(
                scenario.orElse("node"),
                address("--address", given),
                address("--against", given),
                value("--against-process", given).map(BenchmarkOptions::processId),
                given.remove("--quick") != null,
                Pattern.compile(value("--only", given).orElse("")).asPredicate(),
                value("--json", given).map(Path::of),
                Path.of(value("--node", given).orElse("axonserver")),
                Path.of(environment.getOrDefault("WAYBILL_DATA", ".waybill")));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "Unknown option " + given.keySet().iterator().next());
        }
        if (!options.scenario().equals("node")
                && (options.address().isPresent() || options.against().isPresent())) {
            throw new IllegalArgumentException(
                    "The scenario '%s' is for the bundled node: no server can be given".formatted(options.scenario()));
        }
        return options;
    }

    private static Optional<String> value(String name, Map<String, String> given) {
        String value = given.remove(name);
        if (value != null && value.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return Optional.ofNullable(value);
    }

    private static Optional<String> address(String name, Map<String, String> given) {
        Optional<String> address = value(name, given);
        if (address.isPresent() && !address.get().matches(HOST_AND_PORT)) {
            throw new IllegalArgumentException("%s is '%s', but must be host:port".formatted(name, address.get()));
        }
        return address;
    }

    private static long processId(String value) {
        if (!value.matches("\\d{1,10}")) {
            throw new IllegalArgumentException("--against-process is '%s', but must be a number".formatted(value));
        }
        return Long.parseLong(value);
    }
}
