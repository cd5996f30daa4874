package io.waybill.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of the node's scenario: the processes it needs, from their start to their end. */
final class NodeRun implements AutoCloseable {

    /** After its start a server has things to put in order before it can be called idle. */
    private static final long SETTLE_MILLIS = 2_000;

    private static final double MILLIS_PER_SECOND = 1e3;

    private final long begunNanos = System.nanoTime();
    private final BenchmarkOptions options;
    private final Scale scale;
    private final Path directory;
    private final EchoProcess echoProcess;
    private final List<Contender> contenders = new ArrayList<>();
    private @Nullable NodeProcess node;

    private NodeRun(BenchmarkOptions options, Path directory) throws IOException, InterruptedException {
        this.options = options;
        this.directory = directory;
        this.scale = options.quick() ? Scale.QUICK : Scale.FULL;
        this.echoProcess = EchoProcess.start(directory);
    }

    /**
     * Runs the scenario.
     *
     * @param directory gets the data of the node that is started, and its log
     * @throws RunFailedException if a server lost or misread anything
     */
    static ResultTable run(BenchmarkOptions options, Path directory) throws IOException, InterruptedException {
        try (NodeRun run = new NodeRun(options, directory)) {
            return run.run();
        }
    }

    private ResultTable run() throws IOException, InterruptedException {
        connectFirst();
        options.against().ifPresent(address -> say("measured in turns with " + address));
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        ResultTable table =
                new ResultTable(contenders.stream().map(Contender::title).toList());
        Optional<NodeProcess> empty = Optional.ofNullable(node);
        List<OptionalDouble> idleMib = residentMib();
        for (Contender contender : contenders) {
            say(String.format(Locale.ROOT, "writing %,d events to %s", scale.storedEvents(), contender.name()));
            NodeScenario.fill(contender, scale);
        }
        restartNode();
        measure(table);
        empty.ifPresent(process -> table.addOnce("start to ready, empty, s", onlyNode(process)));
        if (node != null) {
            table.addOnce(
                    String.format(Locale.ROOT, "start to ready, %,d events, s", scale.storedEvents()), onlyNode(node));
        }
        table.addOnce("resident memory, idle, MiB", idleMib);
        table.addOnce("resident memory, after load, MiB", residentMib());
        return table;
    }

    private void measure(ResultTable table) throws IOException, InterruptedException {
        try (DiskYardstick disk = new DiskYardstick(directory);
                Echo.Client echo = new Echo.Client(echoProcess.port())) {
            new NodeScenario(contenders, scale, options.only(), disk, echo, table, this::say).run();
        }
    }

    private void connectFirst() throws IOException, InterruptedException {
        if (options.address().isPresent()) {
            String address = options.address().get();
            contenders.add(new Contender("given", address, Optional.empty(), new WrittenEvents()));
        } else {
            say("starting the node");
            contenders.add(startNode(new WrittenEvents()));
        }
        if (options.against().isPresent()) {
            Optional<ProcessHandle> process = options.againstProcess().flatMap(ProcessHandle::of);
            contenders.add(new Contender("against", options.against().get(), process, new WrittenEvents()));
        }
    }

    private Contender startNode(WrittenEvents written) throws IOException, InterruptedException {
        NodeProcess started = NodeProcess.start(options.node(), directory);
        node = started;
        return new Contender("node", started.address(), Optional.of(started.handle()), written);
    }

    /** The start that matters is the one that finds a store. */
    private void restartNode() throws IOException, InterruptedException {
        if (node != null) {
            say("starting the node again");
            Contender before = contenders.getFirst();
            before.close();
            node.close();
            contenders.set(0, startNode(before.written()));
        }
    }

    private List<OptionalDouble> onlyNode(NodeProcess process) {
        List<OptionalDouble> values = new ArrayList<>(Collections.nCopies(contenders.size(), OptionalDouble.empty()));
        values.set(0, OptionalDouble.of(process.startTime().toMillis() / MILLIS_PER_SECOND));
        return values;
    }

    private List<OptionalDouble> residentMib() throws IOException, InterruptedException {
        List<OptionalDouble> values = new ArrayList<>();
        for (Contender contender : contenders) {
            values.add(contender.residentMib());
        }
        return values;
    }

    @SuppressWarnings("SystemOut") // A run takes minutes; whoever waits wants to know what for.
    private void say(String what) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begunNanos);
        System.out.printf(Locale.ROOT, "[%3d s] %s%n", seconds, what);
    }

    @Override
    public void close() {
        contenders.forEach(Contender::close);
        if (node != null) {
            node.close();
        }
        echoProcess.close();
    }
}
