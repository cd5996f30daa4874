package io.waybill.benchmarks;

import io.waybill.inventory.stock.StockInstance;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Reservations of which all are asked for at once, on a node: as the service handles them, and with a repository that
 * reads every event for every command. Each round has SKUs of its own, with a history; what is left of it when the round
 * begins are fewer pieces than will be asked for.
 */
final class StockRun {

    private static final int RESERVATIONS = 1_000;
    private static final Instant DEADLINE = Instant.parse("2026-11-01T12:15:00Z");
    private static final long PATIENCE_SECONDS = 120;
    private static final long YARDSTICK_MILLIS = 200;
    private static final int MANY_SKUS = 100;
    /** The processor time of a round: the node also wrote the history. */
    private static final long UNKNOWN = -1;

    private final Scale scale;
    private final Predicate<String> only;
    private final DiskYardstick disk;
    private final String address;
    private final ResultTable table = new ResultTable(List.of("items in memory, snapshots", "plain repository"));
    private final Line forces = new Line("fdatasync of 4 KiB", 1, 1);
    private int skusSoFar;

    /**
     * How much a run does.
     *
     * @param rounds of each line, after one that warms up and does not count
     * @param plainEvents that the plain repository may read in a round: where it needs more for all reservations, it
     *     gets fewer of them
     */
    record Scale(int rounds, int reservations, int plainEvents) {

        static final Scale FULL = new Scale(5, RESERVATIONS, 1_000_000);
        static final Scale QUICK = new Scale(3, RESERVATIONS, 100_000);
    }

    StockRun(Scale scale, Predicate<String> only, DiskYardstick disk, String address) {
        this.scale = scale;
        this.only = only;
        this.disk = disk;
        this.address = address;
    }

    /**
     * Starts a node and measures on it.
     *
     * @param directory gets the data of the node, and its log
     * @throws RunFailedException if a piece was sold twice, or a reservation refused without need
     */
    static ResultTable run(BenchmarkOptions options, Path directory) throws IOException, InterruptedException {
        try (NodeProcess node = NodeProcess.start(options.node(), directory);
                DiskYardstick disk = new DiskYardstick(directory)) {
            Scale scale = options.quick() ? Scale.QUICK : Scale.FULL;
            return new StockRun(scale, options.only(), disk, node.address()).run();
        }
    }

    ResultTable run() throws IOException, InterruptedException {
        for (int history : new int[] {10, 1_000, 20_000}) {
            measure(String.format(Locale.ROOT, "1 SKU, %,d events", history), 1, history);
        }
        measure(MANY_SKUS + " SKUs, 10 events each", MANY_SKUS, 10);
        table.addYardstick(forces);
        return table;
    }

    private void measure(String what, int skus, int history) throws IOException, InterruptedException {
        int fewer = Math.clamp(scale.plainEvents() / history, 1, scale.reservations());
        String name = fewer < scale.reservations() ? what + ", plain: " + fewer : what;
        if (!only.test(name)) {
            return;
        }
        say(name);
        Line line = new Line(name, 1, 2);
        for (int round = 0; round <= scale.rounds(); round++) {
            Round allowed = disk.measure(YARDSTICK_MILLIS);
            for (int turn = 0; turn < 2; turn++) {
                int contender = round % 2 == 0 ? turn : 1 - turn;
                int reservations = contender == 0 ? scale.reservations() : fewer;
                Round result;
                // One at a time, because the node would hand the commands to both.
                try (StockInstance instance =
                        contender == 0 ? StockInstance.asInTheService(address) : StockInstance.plain(address)) {
                    result = reserve(instance, skus, history, reservations);
                }
                if (round > 0) {
                    line.add(contender, result, UNKNOWN);
                }
            }
            if (round > 0) {
                line.addLimit(allowed);
                forces.add(0, allowed, UNKNOWN);
            }
        }
        table.add(line);
    }

    private Round reserve(StockInstance instance, int skus, int history, int reservations) throws InterruptedException {
        Map<String, List<ReserveStock>> asked = new HashMap<>();
        for (int i = 0; i < skus; i++) {
            String sku = "SKU-" + skusSoFar++;
            asked.put(sku, commands(sku, reservations / skus));
            instance.write(sku, history(sku, history, pieces(asked.get(sku)) * 5 / 6));
            // Asked for once, as what is hot has been before; what there is to be read for it has been read.
            ReserveStock first = asked.get(sku).removeFirst();
            await(List.of(instance.send(first)));
        }
        instance.awaitSnapshots();
        Round round =
                atOnce(instance, asked.values().stream().flatMap(List::stream).toList());
        asked.forEach((sku, commands) -> {
            Set<String> ids = new HashSet<>(Set.of(sku + "-r0"));
            commands.forEach(command -> ids.add(command.reservationId()));
            StockCheck.check(instance.events(sku), history, ids);
        });
        return round;
    }

    private static Round atOnce(StockInstance instance, List<ReserveStock> commands) throws InterruptedException {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        ConcurrentHistogram latencies = new ConcurrentHistogram(Round.LATENCY_DIGITS);
        long begun = System.nanoTime();
        for (ReserveStock command : commands) {
            long sent = System.nanoTime();
            answers.add(instance.send(command).thenRun(() -> latencies.recordValue(System.nanoTime() - sent)));
        }
        await(answers);
        return new Round(commands.size(), System.nanoTime() - begun, latencies);
    }

    private static void await(List<CompletableFuture<Void>> answers) throws InterruptedException {
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new RunFailedException("A reservation failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new RunFailedException("A reservation had no answer after " + PATIENCE_SECONDS + " s", e);
        }
    }

    /** One more than is asked for at once, of one to three pieces each. */
    private static List<ReserveStock> commands(String sku, int reservations) {
        List<ReserveStock> commands = new ArrayList<>();
        for (int i = 0; i <= reservations; i++) {
            commands.add(new ReserveStock(sku, sku + "-r" + i, sku + "-order-" + i, 1 + i % 3, DEADLINE));
        }
        return commands;
    }

    private static int pieces(List<ReserveStock> commands) {
        return commands.stream().mapToInt(ReserveStock::quantity).sum();
    }

    /** Pieces that came in, were reserved and left, again and again; in the end so many came in and stay. */
    private static List<StockEvent> history(String sku, int events, int pieces) {
        List<StockEvent> history = new ArrayList<>();
        List<Allocation> one = List.of(new Allocation("main", 1));
        while (history.size() < events - 1) {
            String id = sku + "-past-" + history.size() / 3;
            history.add(
                    switch (history.size() % 3) {
                        case 0 -> new StockReceived(sku, id, 1, "main");
                        case 1 -> new StockReserved(sku, id, id, 1, one, DEADLINE);
                        default -> new StockCommitted(sku, id, id, 1, id, one);
                    });
        }
        history.add(new StockReceived(sku, sku + "-last", pieces, "main"));
        return history;
    }

    @SuppressWarnings("SystemOut") // A run takes minutes; whoever waits wants to know what for.
    private static void say(String what) {
        System.out.println("measuring " + what);
    }
}
