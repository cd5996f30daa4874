package io.waybill.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What an Axon Server node is measured by: one line of the table after the other, the servers taking turns at each. */
final class NodeScenario {

    private static final int[] APPENDS_IN_FLIGHT = {1, 8, 64, 256};
    private static final int[] EVENTS_PER_APPEND = {1, 10, 100};
    private static final int[] COMMANDS_IN_FLIGHT = {1, 64};
    private static final int[] APPENDING_COMMANDS_IN_FLIGHT = {1, 64, Contender.MAX_COMMAND_WORKERS};

    /** Long enough for a thousand forces or ten thousand round trips, short beside a round. */
    private static final int MAX_YARDSTICK_MILLIS = 200;

    private static final long UNKNOWN = -1;

    private static final int WARM_UP_IN_FLIGHT = 64;
    private static final int WARM_UP_ROUNDS = 3;

    private static final int FILL_WORKERS = 16;
    private static final int FILL_TRANSACTION_EVENTS = 100;
    private static final long FILL_LIMIT_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private final List<Contender> contenders;
    private final Scale scale;
    private final Predicate<String> only;
    private final DiskYardstick disk;
    private final Echo.Client echo;
    private final ResultTable table;
    private final Consumer<String> progress;

    // In the order in which they were first needed.
    private final Map<String, Line> yardsticks = new LinkedHashMap<>();

    /** What a server does in its turn. */
    private interface Turn {
        Round of(Contender contender) throws InterruptedException, IOException;
    }

    /** What is measured of the machine between the turns. */
    private interface Yardstick {
        Round measure() throws InterruptedException, IOException;
    }

    private interface Between {
        void measure() throws InterruptedException, IOException;
    }

    /**
     * Creates the scenario.
     *
     * @param only whether to measure the line of a name
     * @param table gets the lines
     * @param progress is told which line is being measured
     */
    NodeScenario(
            List<Contender> contenders,
            Scale scale,
            Predicate<String> only,
            DiskYardstick disk,
            Echo.Client echo,
            ResultTable table,
            Consumer<String> progress) {
        this.contenders = contenders;
        this.scale = scale;
        this.only = only;
        this.disk = disk;
        this.echo = echo;
        this.table = table;
        this.progress = progress;
    }

    /**
     * Gives a store the events it is to hold before anything is measured: aggregates of the usual length, and among
     * them one with a long history.
     */
    static void fill(Contender contender, Scale scale) throws InterruptedException {
        AggregateWriter[] writers = writers(contender, FILL_WORKERS);
        writers[0] = new AggregateWriter(contender.written(), scale.longAggregateEvents());
        int longAggregate = writers[0].aggregate();
        AppendLoad load = new AppendLoad(contender.events(), writers, FILL_TRANSACTION_EVENTS);
        int transactions = scale.storedEvents() / FILL_TRANSACTION_EVENTS;
        // A little less, because the long history may not be complete when the others have written their share.
        ClosedLoop.run(
                FILL_WORKERS,
                load,
                FILL_LIMIT_MILLIS,
                transactions - scale.longAggregateEvents() / FILL_TRANSACTION_EVENTS);
        int missing = scale.longAggregateEvents() - contender.written().countOf(longAggregate);
        ClosedLoop.run(1, load, FILL_LIMIT_MILLIS, missing / FILL_TRANSACTION_EVENTS);
        int left = scale.storedEvents() - (int) contender.written().total();
        ClosedLoop.run(FILL_WORKERS, load, FILL_LIMIT_MILLIS, left / FILL_TRANSACTION_EVENTS);
    }

    /** Measures every line, then reads everything that was written once more. */
    void run() throws InterruptedException, IOException {
        warmUp();
        measureReads();
        measureAppends();
        measureCommands();
        yardsticks.values().forEach(table::addYardstick);
        for (Contender contender : contenders) {
            progress.accept("reading all events of " + contender.name() + " once more");
            contender.readEverything();
        }
    }

    /**
     * Lets everyone's compiler see the work before any of it is measured: the node has just been started again, the
     * others have not.
     */
    private void warmUp() throws InterruptedException, IOException {
        long millis = (long) WARM_UP_ROUNDS * scale.roundMillis();
        for (Contender contender : contenders) {
            progress.accept("warming up " + contender.name());
            contender.readEverything();
            for (int events : EVENTS_PER_APPEND) {
                appends(contender, WARM_UP_IN_FLIGHT, events, WARM_UP_ROUNDS);
            }
            contender.commands(CommandHandlers.NO_OP, WARM_UP_IN_FLIGHT, millis, Long.MAX_VALUE);
            contender.commands(CommandHandlers.APPEND, WARM_UP_IN_FLIGHT, millis, Long.MAX_VALUE);
        }
        ClosedLoop.run(WARM_UP_IN_FLIGHT, echo, millis, Long.MAX_VALUE);
        ClosedLoop.run(1, echo, millis, Long.MAX_VALUE);
    }

    private Round appends(Contender contender, int inFlight, int events, int rounds) throws InterruptedException {
        return ClosedLoop.run(
                inFlight,
                new AppendLoad(contender.events(), writers(contender, inFlight), events),
                (long) rounds * scale.roundMillis(),
                (long) rounds * scale.roundEvents() / events);
    }

    private void measureReads() throws InterruptedException, IOException {
        measure(
                String.format(Locale.ROOT, "tracking read, per %,d events", EventReads.STRETCH_EVENTS),
                1,
                Contender::readEverything);
        for (int events : new int[] {AggregateWriter.USUAL_EVENTS, scale.longAggregateEvents()}) {
            Random random = new Random(events);
            measure(String.format(Locale.ROOT, "aggregate read, %,d events", events), 1, contender -> {
                WrittenEvents written = contender.written();
                return new EventReads(contender.events(), written)
                        .aggregates(() -> written.anyAggregateOf(events, random), scale.roundMillis());
            });
        }
    }

    private void measureAppends() throws InterruptedException, IOException {
        for (int inFlight : APPENDS_IN_FLIGHT) {
            for (int events : EVENTS_PER_APPEND) {
                measure(
                        "append, %d in flight x %d event%s".formatted(inFlight, events, events == 1 ? "" : "s"),
                        events,
                        contender -> appends(contender, inFlight, events, 1),
                        "fdatasync of 4 KiB, one at a time",
                        () -> disk.measure(yardstickMillis()));
            }
        }
    }

    private void measureCommands() throws InterruptedException, IOException {
        for (int inFlight : COMMANDS_IN_FLIGHT) {
            measureCommands("no-op command", CommandHandlers.NO_OP, inFlight);
        }
        for (int inFlight : APPENDING_COMMANDS_IN_FLIGHT) {
            measureCommands("command + append", CommandHandlers.APPEND, inFlight);
        }
    }

    private void measureCommands(String name, String command, int inFlight) throws InterruptedException, IOException {
        measure(
                "%s, %d in flight".formatted(name, inFlight),
                1,
                contender -> contender.commands(command, inFlight, scale.roundMillis(), scale.roundEvents()),
                "gRPC echo, %d in flight".formatted(inFlight),
                () -> ClosedLoop.run(inFlight, echo, yardstickMillis(), Long.MAX_VALUE));
    }

    private int yardstickMillis() {
        return Math.min(MAX_YARDSTICK_MILLIS, scale.roundMillis());
    }

    private static AggregateWriter[] writers(Contender contender, int count) {
        AggregateWriter[] writers = new AggregateWriter[count];
        for (int i = 0; i < count; i++) {
            writers[i] = new AggregateWriter(contender.written(), AggregateWriter.USUAL_EVENTS);
        }
        return writers;
    }

    private void measure(String name, int perOperation, Turn turn) throws InterruptedException, IOException {
        takeTurns(new Line(name, perOperation, contenders.size()), turn, () -> {});
    }

    private void measure(String name, int perOperation, Turn turn, String limit, Yardstick yardstick)
            throws InterruptedException, IOException {
        Line line = new Line(name, perOperation, contenders.size());
        takeTurns(line, turn, () -> {
            Round measured = yardstick.measure();
            line.addLimit(measured);
            yardsticks
                    .computeIfAbsent(limit, missing -> new Line(missing, 1, 1))
                    .add(0, measured, UNKNOWN);
        });
    }

    /**
     * One round that warms up both sides and does not count, then the others. The first server comes first in every
     * other round (A B, B A, A B, ...), so that a drift of the machine hits both alike.
     */
    private void takeTurns(Line line, Turn turn, Between between) throws InterruptedException, IOException {
        if (!only.test(line.name())) {
            return;
        }
        progress.accept(line.name());
        for (int round = 0; round <= scale.rounds(); round++) {
            if (round > 0) {
                between.measure();
            }
            for (int i = 0; i < contenders.size(); i++) {
                int server = round % 2 == 0 ? i : contenders.size() - 1 - i;
                Contender contender = contenders.get(server);
                Optional<Duration> before = contender.processorTime();
                Round result = turn.of(contender);
                Optional<Duration> after = contender.processorTime();
                if (round > 0) {
                    line.add(
                            server,
                            result,
                            before.isEmpty() || after.isEmpty()
                                    ? UNKNOWN
                                    : after.get().minus(before.get()).toNanos());
                }
                if (contenders.size() > 1) {
                    TimeUnit.MILLISECONDS.sleep(scale.pauseMillis());
                }
            }
        }
        table.add(line);
    }
}
