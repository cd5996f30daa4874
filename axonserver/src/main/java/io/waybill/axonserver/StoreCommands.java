package io.waybill.axonserver;

import io.waybill.axonserver.log.Backup;
import io.waybill.axonserver.log.DataDirectory;
import io.waybill.axonserver.log.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Looks after what a node has stored. Backups and verifications work on a node that is running. */
final class StoreCommands {

    private static final Option TO =
            Option.ofCommand("--to", "DIRECTORY", "where the backup goes, or an earlier one is");
    private static final Option FROM = Option.ofCommand("--from", "DIRECTORY", "the backup");

    static final Command BACKUP = new Command(
            "backup",
            "copies what is stored, checking it on the way; the node may run",
            List.of(NodeOptions.DATA, TO),
            (line, environment, output) -> backup(NodeOptions.data(line, environment), target(line, TO), output));

    static final Command RESTORE = new Command(
            "restore",
            "copies a backup to where a node can use it",
            List.of(FROM, NodeOptions.DATA),
            (line, environment, output) -> restore(target(line, FROM), NodeOptions.data(line, environment), output));

    static final Command VERIFY = new Command(
            "verify",
            "checks everything that is stored and names every fault; the node may run",
            List.of(NodeOptions.DATA),
            (line, environment, output) -> verify(NodeOptions.data(line, environment), output));

    private StoreCommands() {}

    private static Path target(CommandLine line, Option option) {
        return Path.of(line.required(option));
    }

    private static void backup(Path data, Path target, Command.Output output) throws IOException {
        if (target.toAbsolutePath().normalize().startsWith(data.toAbsolutePath().normalize())) {
            throw new IOException(
                    "%s is within %s. Choose a directory outside, best on another disk.".formatted(target, data));
        }
        copyContexts(data, target, output);
    }

    private static void restore(Path backup, Path data, Command.Output output) throws IOException {
        try (DataDirectory locked = DataDirectory.lock(data)) {
            if (!DataDirectory.contexts(data).isEmpty()) {
                throw new IOException("%s holds events already. Name an empty directory, or move them away first."
                        .formatted(locked.path()));
            }
            copyContexts(backup, data, output);
        }
    }

    private static void copyContexts(Path source, Path target, Command.Output output) throws IOException {
        for (String context : contexts(source)) {
            Path to = DataDirectory.contextDirectory(target, context);
            for (Backup.Copied log : new Backup().copy(DataDirectory.contextDirectory(source, context), to)) {
                output.result()
                        .printf(
                                "%-12s %-10s %,15d entries, %d of %d files copied%n",
                                context, log.log(), log.entries(), log.copiedSegments(), log.segments());
            }
        }
        output.result().printf("Everything is in %s, and intact.%n", target);
    }

    private static void verify(Path data, Command.Output output) throws IOException {
        long faults = 0;
        try (TemporaryDirectory scratch = new TemporaryDirectory("axonserver-verify-")) {
            Verification verification = new Verification(scratch.path());
            for (String context : contexts(data)) {
                for (Verification.Verified log : verification.verify(DataDirectory.contextDirectory(data, context))) {
                    output.result()
                            .printf(
                                    "%-12s %-10s %,15d entries, %,d bytes in %d files: %s%n",
                                    context,
                                    log.log(),
                                    log.entries(),
                                    log.bytes(),
                                    log.segments(),
                                    log.faultCount() == 0 ? "intact" : log.faultCount() + " faults");
                    log.faults().forEach(output.result()::println);
                    faults += log.faultCount();
                }
            }
        }
        if (faults > 0) {
            throw new IOException("%s has %d faults.".formatted(data, faults));
        }
    }

    private static List<String> contexts(Path data) throws IOException {
        List<String> contexts = DataDirectory.contexts(data);
        if (contexts.isEmpty()) {
            throw new IOException("%s holds no data of a node.".formatted(data.toAbsolutePath()));
        }
        return contexts;
    }
}
