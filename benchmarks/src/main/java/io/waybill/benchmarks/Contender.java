package io.waybill.benchmarks;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One of the servers that are compared, with the two applications that use it: one that sends, one that handles. */
final class Contender implements AutoCloseable {

    /** The most workers of any load of commands: each has an aggregate of its own where commands append. */
    static final int MAX_COMMAND_WORKERS = 256;

    private static final String CONTEXT = "default";
    private static final long PATIENCE_SECONDS = 20;
    private static final double KIB_PER_MIB = 1024;

    private final String name;
    private final String address;
    private final Optional<ProcessHandle> process;
    private final WrittenEvents written;
    private final AxonServerConnectionFactory senders;
    private final AxonServerConnectionFactory handlers;
    private final AxonServerConnection sender;
    private final CommandHandlers commandHandlers;
    private final long foreignEvents;

    /**
     * Connects to a server.
     *
     * @param process the server's, if it runs on this machine and is known
     * @param written the events that this run has already written to it
     */
    Contender(String name, String address, Optional<ProcessHandle> process, WrittenEvents written)
            throws InterruptedException {
        this.name = name;
        this.address = address;
        this.process = process;
        this.written = written;
        senders = factory("benchmark-sender", address);
        handlers = factory("benchmark-handler", address);
        try {
            sender = senders.connect(CONTEXT);
            foreignEvents = storedEvents() - written.total();
            AggregateWriter[] writers = new AggregateWriter[MAX_COMMAND_WORKERS];
            for (int i = 0; i < writers.length; i++) {
                writers[i] = new AggregateWriter(written, AggregateWriter.USUAL_EVENTS);
            }
            commandHandlers = CommandHandlers.register(handlers.connect(CONTEXT), writers);
        } catch (InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * The ordinary connector, with one setting changed: answers are taken on the thread that reads them from the
     * network. It spares the client, which shares the machine with the server, two changes of thread for each call.
     */
    private static AxonServerConnectionFactory factory(String component, String address) {
        int colon = address.lastIndexOf(':');
        return AxonServerConnectionFactory.forClient(component, component + "-" + UUID.randomUUID())
                .routingServers(
                        new ServerAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))))
                .customize(channel -> channel.directExecutor().disableRetry())
                .build();
    }

    String name() {
        return name;
    }

    /** How the table is to call it. */
    String title() {
        return name + " " + address;
    }

    WrittenEvents written() {
        return written;
    }

    EventChannel events() {
        return sender.eventChannel();
    }

    /** Runs commands and makes sure that each was handled exactly once. */
    Round commands(String command, int workers, long millis, long operations) throws InterruptedException {
        commandHandlers.takeCount();
        Round round = ClosedLoop.run(
                workers, new CommandLoad(sender.commandChannel(), written, command, workers), millis, operations);
        long handled = commandHandlers.takeCount();
        if (handled != round.operations()) {
            throw new RunFailedException(
                    "%d commands were answered, but %d were handled".formatted(round.operations(), handled));
        }
        return round;
    }

    /** Reads the whole store and checks it. */
    Round readEverything() throws InterruptedException {
        long count = storedEvents();
        if (count != foreignEvents + written.total()) {
            throw new RunFailedException("Lost or invented: the store holds %d events, and %d were written to it"
                    .formatted(count, foreignEvents + written.total()));
        }
        return new EventReads(events(), written).everything(count);
    }

    private long storedEvents() throws InterruptedException {
        CompletableFuture<Long> last = events().getLastToken();
        try {
            return 1 + last.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new RunFailedException("No Axon Server answers at %s: %s".formatted(address, e), e);
        }
    }

    /** The memory the server's process has, in MiB, as far as it is known. */
    OptionalDouble residentMib() throws IOException, InterruptedException {
        return process.isEmpty() ? OptionalDouble.empty() : residentMib(process.get());
    }

    /** The memory a process has, in MiB, as far as it is known. */
    static OptionalDouble residentMib(ProcessHandle process) throws IOException, InterruptedException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        String kib;
        if (Files.isReadable(status)) {
            kib = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .findFirst()
                    .orElse("0");
        } else {
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
            try (BufferedReader lines = ps.inputReader()) {
                kib = String.valueOf(lines.readLine());
            }
            ps.waitFor();
        }
        String digits = kib.replaceAll("\\D", "");
        return digits.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Long.parseLong(digits) / KIB_PER_MIB);
    }

    /** The processor time the server has used, as far as it is known. */
    Optional<Duration> processorTime() {
        return process.flatMap(known -> known.info().totalCpuDuration());
    }

    @Override
    public void close() {
        senders.shutdown();
        handlers.shutdown();
    }
}
