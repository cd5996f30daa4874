package io.waybill.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM that a run needs, which does not outlive it. */
final class ChildProcess implements AutoCloseable {

    /** A graceful stop drains what is in flight; one that takes longer hangs. */
    private static final long STOP_LIMIT_SECONDS = 20;

    private static final int LOG_TAIL_LINES = 25;

    private final String name;
    private final Process process;
    private final Path log;
    private final Thread killer;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.killer = new Thread(process::destroyForcibly, "killer-of-" + name);
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /** Starts the JDK this runs on with {@code arguments}; what it says goes into a file in {@code directory}. */
    static ChildProcess start(String name, Path directory, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        File log = directory.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        return new ChildProcess(name, process, log.toPath());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** What the process has said so far. */
    List<String> said() throws IOException {
        return Files.readAllLines(log);
    }

    /** Fails with the last lines of the log if the process has ended. */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            List<String> lines = said();
            throw new RunFailedException("%s has ended with exit code %d. It said last:%n%s"
                    .formatted(
                            name,
                            process.exitValue(),
                            String.join(
                                    System.lineSeparator(),
                                    lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()))));
        }
    }

    /** Asks the process to stop, and insists after a while. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(killer);
    }
}
