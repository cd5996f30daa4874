package io.waybill.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** The benchmarks as a process: {@code ./waybill bench}. */
final class BenchmarkMain {

    private static final int EXIT_FAILED = 1;
    private static final int EXIT_BAD_ARGUMENTS = 2;

    private BenchmarkMain() {}

    /** Runs a scenario and prints its table; the exit code is 0 only if nothing was lost or misread. */
    @SuppressWarnings("SystemOut") // The table is what this is for.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (Arrays.asList(arguments).contains(EchoProcess.ARGUMENT)) {
            EchoProcess.serve();
            return;
        }
        if (Arrays.asList(arguments).contains("--help")) {
            System.out.print(BenchmarkOptions.USAGE);
            return;
        }
        BenchmarkOptions options;
        try {
            options = BenchmarkOptions.parse(arguments, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + BenchmarkOptions.USAGE);
            System.exit(EXIT_BAD_ARGUMENTS);
            return;
        }
        System.exit(run(options) ? 0 : EXIT_FAILED);
    }

    @SuppressWarnings("SystemOut")
    private static boolean run(BenchmarkOptions options) throws IOException, InterruptedException {
        Files.createDirectories(options.data());
        Path directory = Files.createTempDirectory(options.data(), "bench-");
        var failed = new AtomicBoolean();
        // Also when interrupted from the keyboard: a run leaves gigabytes behind.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory, failed.get()), "cleaner"));
        try {
            ResultTable table = switch (options.scenario()) {
                case "stock" -> StockRun.run(options, directory);
                case "replay" -> ReplayRun.run(options, directory);
                default -> NodeRun.run(options, directory);
            };
            System.out.println();
            System.out.print(table.text());
            options.json().ifPresent(table::writeJson);
            return true;
        } catch (RunFailedException | IOException e) {
            failed.set(true);
            System.err.println("The run counts for nothing. " + e.getMessage());
            System.err.println("What the processes said is in " + directory);
            return false;
        }
    }

    private static void delete(Path directory, boolean butTheLogs) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.filter(file -> !butTheLogs || !isKept(file, directory))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The logs of the processes lie beside the folders of their data. */
    private static boolean isKept(Path file, Path directory) {
        return file.equals(directory)
                || (directory.equals(file.getParent()) && file.toString().endsWith(".log"));
    }
}
