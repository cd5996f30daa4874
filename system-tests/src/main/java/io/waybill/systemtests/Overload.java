package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;

/**
 * Shows what a whole Waybill does when three times as many orders come as it can check out: {@code ./waybill bench
 * overload}. The loop is open: orders come at their times whether or not earlier ones were answered, and each answer is
 * counted from the time at which its order was due. The run fails if an order that was accepted is missing, double or
 * not ended, if stock does not add up, if accepted orders waited too long for their answer, if a process grew, or if no
 * order was refused: then it was no overload.
 */
final class Overload {

    private static final String SKU = "OVERLOAD";
    private static final int STOCK = 1_000_000;
    private static final long PRICE_MINOR = 1_000;
    /** Takes 1 piece, and comes to its end without a customer. */
    private static final String TOKEN = "tok_ok";

    private static final int OVERLOAD_FACTOR = 3;
    /** What a shop that is well equipped has to do on most days, and at its busiest. */
    private static final List<Double> BUSY_SHARES = List.of(0.5, 0.8);

    private static final Duration BUSY_TIME = Duration.ofSeconds(30);
    /** So few orders may wait in a short run, which would not fill the default bound. */
    private static final String SHORT_QUEUE = "--waybill.checkout.max-waiting=100";

    /** More than a request may wait for its command, less than a client waits for an answer. */
    private static final Duration LONGEST_P99 = Duration.ofSeconds(5);
    /** Heaps and caches have found their size by the middle of the run. */
    private static final double MOST_GROWTH = 1.25;

    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(10);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    /** Enough to keep every step of the checkout busy while its rate is found. */
    private static final int WARM_UP_ORDERS = 400;

    private static final int UNDER_WAY = 32;

    private static final CompletableFuture<?> NOTHING = CompletableFuture.completedFuture(null);

    private final WaybillSystem system;
    private final Duration duration;
    private final HttpClient http = HttpClient.newHttpClient();
    private int customers;

    private Overload(WaybillSystem system, Duration duration) {
        this.system = system;
        this.duration = duration;
    }

    /** Takes {@code --quick}, a run of twenty seconds instead of two minutes; the exit code is 0 only if all held. */
    @SuppressWarnings("SystemOut") // the table is what this is for
    public static void main(String[] arguments) throws IOException {
        boolean quick = Arrays.asList(arguments).contains("--quick");
        try (var system = WaybillSystem.start((request, answer) -> {})) {
            if (quick) {
                system.stop(Service.ORDER_COMMAND);
                system.start(Service.ORDER_COMMAND, SHORT_QUEUE);
                system.awaitReady();
            }
            new Overload(system, quick ? Duration.ofSeconds(20) : Duration.ofMinutes(2)).run();
        } catch (AssertionError | RuntimeException e) {
            System.err.println("The run counts for nothing. " + e);
            System.exit(1);
        }
        System.exit(0);
    }

    /** What came of the orders that were sent in one stretch. */
    private static final class Stretch {

        private final String customer;
        private final Histogram acceptedMicros = new ConcurrentHistogram(3);
        private final Histogram visibleMicros = new ConcurrentHistogram(3);
        private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
        private final AtomicInteger shed = new AtomicInteger();
        private final Queue<String> other = new ConcurrentLinkedQueue<>();

        Stretch(String customer) {
            this.customer = customer;
        }

        void answered(Answer answer, long micros) {
            if (answer.status() == 202) {
                acceptedMicros.recordValue(micros);
                accepted.add(answer.json().path("orderId").asString());
            } else if (answer.status() == 503 && answer.code().equals("OVERLOADED")) {
                shed.incrementAndGet();
            } else {
                other.add(answer.status() + " " + answer.code());
            }
        }
    }

    private void run() {
        system.client().offer(SKU, "Overloaded", PRICE_MINOR, STOCK);
        system.client().awaitEnd(system.client().placeUntilAccepted(NewOrder.of("first", TOKEN, line(SKU, 1))));

        say("The rate: %d orders, %d at a time, until all have ended".formatted(WARM_UP_ORDERS, UNDER_WAY));
        double sustainable = sustainableRate();
        say("Checked out: %.1f orders a second".formatted(sustainable));

        int atWork = 0;
        for (double share : BUSY_SHARES) {
            atWork += keepBusy(share, share * sustainable);
        }

        double offered = OVERLOAD_FACTOR * sustainable;
        say("Overload: %.1f orders a second for %d s".formatted(offered, duration.toSeconds()));
        Map<Service, Long> atTheStart = resident();
        var overloaded = newStretch();
        var middle = new EnumMap<Service, Long>(Service.class);
        offer(overloaded, offered, duration, () -> middle.putAll(resident()), answer -> NOTHING);
        Map<Service, Long> atTheEnd = resident();
        long drained = System.nanoTime();
        awaitEnds(overloaded);
        say("Drained: %.1f s after the last order".formatted(seconds(System.nanoTime() - drained)));
        report(overloaded, offered, duration);
        reportMemory(atTheStart, middle, atTheEnd);
        check(overloaded, atWork, middle, atTheEnd);
        say("Every accepted order is there once and has ended; stock and orders agree.");
    }

    /** @return how many orders were accepted */
    private int keepBusy(double share, double perSecond) {
        say("Busy, %.0f %%: %.1f orders a second for %d s".formatted(share * 100, perSecond, BUSY_TIME.toSeconds()));
        var stretch = newStretch();
        double before = processorSeconds();
        offer(stretch, perSecond, BUSY_TIME, () -> {}, answer -> look(stretch, answer));
        double taken = processorSeconds() - before;
        awaitEnds(stretch);
        report(stretch, perSecond, BUSY_TIME);
        say("Processor time: %.0f ms for an order, in all processes; %.0f %% of what there is, without the client"
                .formatted(
                        taken * 1e3 / stretch.accepted.size(),
                        taken
                                * 100
                                / BUSY_TIME.toSeconds()
                                / Runtime.getRuntime().availableProcessors()));
        say("Visible after the answer: p50 %.0f, p99 %.0f, p99.9 %.0f ms"
                .formatted(
                        stretch.visibleMicros.getValueAtPercentile(50) / 1e3,
                        stretch.visibleMicros.getValueAtPercentile(99) / 1e3,
                        stretch.visibleMicros.getValueAtPercentile(99.9) / 1e3));
        return stretch.accepted.size();
    }

    private Stretch newStretch() {
        return new Stretch("overload-" + ++customers);
    }

    /**
     * So many orders are under way at a time that everybody is busy, and so few that none waits long. Each is asked for once, as
     * in the other stretches. Twice, because the first time classes are loaded and compiled; the second counts.
     */
    private double sustainableRate() {
        double rate = 0;
        for (int round = 0; round < 2; round++) {
            var stretch = newStretch();
            long began = System.nanoTime();
            try (var board = Board.open(system.client(), http, stretch.customer);
                    var customers = Executors.newFixedThreadPool(UNDER_WAY)) {
                List<CompletableFuture<Void>> orders = Stream.generate(
                                () -> CompletableFuture.runAsync(() -> order(stretch, board), customers))
                        .limit(WARM_UP_ORDERS)
                        .toList();
                orders.forEach(CompletableFuture::join);
            }
            rate = WARM_UP_ORDERS / seconds(System.nanoTime() - began);
            awaitEnds(stretch);
        }
        return rate;
    }

    private void order(Stretch stretch, Board board) {
        Answer answer = system.client()
                .insisting()
                .place(NewOrder.of(stretch.customer, TOKEN, line(SKU, 1)))
                .expect(202);
        String orderId = answer.json().path("orderId").asString();
        stretch.accepted.add(orderId);
        look(stretch, answer).join();
        board.end(orderId).orTimeout(DRAIN_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** @param then what is done about each answer */
    private void offer(
            Stretch stretch,
            double perSecond,
            Duration howLong,
            Runnable halfway,
            Function<Answer, CompletableFuture<?>> then) {
        int orders = (int) (perSecond * howLong.toSeconds());
        long began = System.nanoTime();
        var answers = new CompletableFuture<?>[orders];
        for (int i = 0; i < orders; i++) {
            long due = began + (long) (i * 1e9 / perSecond);
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            if (i == orders / 2) {
                halfway.run();
            }
            answers[i] = send(stretch, due, then);
        }
        CompletableFuture.allOf(answers).join();
    }

    private CompletableFuture<?> send(Stretch stretch, long due, Function<Answer, CompletableFuture<?>> then) {
        NewOrder order = NewOrder.of(stretch.customer, TOKEN, line(SKU, 1));
        var request = system.client()
                .request("POST", "/orders", order.json().toString())
                .header("Idempotency-Key", order.idempotencyKey())
                .timeout(ANSWER_LIMIT)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString())
                .thenApply(Answer::of)
                .thenCompose(answer -> {
                    stretch.answered(answer, (System.nanoTime() - due) / 1_000);
                    return then.apply(answer);
                })
                .exceptionally(failure -> {
                    stretch.other.add(String.valueOf(failure.getMessage()));
                    return null;
                });
    }

    /** Asks for the order as the answer says that it will be, and takes the time until it is: what the view is behind. */
    private CompletableFuture<?> look(Stretch stretch, Answer answer) {
        if (answer.status() != 202) {
            return NOTHING;
        }
        JsonNode placed = answer.json();
        var request = system.client()
                .request("GET", "/orders/" + placed.path("orderId").asString(), "")
                .header("Waybill-Position", placed.path("position").asString())
                .timeout(ANSWER_LIMIT)
                .build();
        long asked = System.nanoTime();
        return http.sendAsync(request, BodyHandlers.ofString()).thenAccept(shown -> {
            if (shown.statusCode() == 200) {
                stretch.visibleMicros.recordValue((System.nanoTime() - asked) / 1_000);
            } else {
                stretch.other.add(shown.statusCode() + " for what was accepted");
            }
        });
    }

    private void awaitEnds(Stretch stretch) {
        await("all orders to have ended")
                .atMost(DRAIN_LIMIT)
                .pollInterval(POLL_INTERVAL)
                .ignoreException(UncheckedIOException.class)
                .until(() -> placedOrders("PLACED", stretch.customer) == 0);
        // What was answered last may not be in the list yet.
        await("the list to have all orders")
                .atMost(DRAIN_LIMIT)
                .pollInterval(POLL_INTERVAL)
                .until(() -> ended(stretch) >= stretch.accepted.size());
    }

    private int placedOrders(String status, String customer) {
        return system.client()
                .get("/orders?limit=1&status=" + status + "&customerId=" + customer)
                .expect(200)
                .json()
                .path("items")
                .size();
    }

    private long ended(Stretch stretch) {
        return system.client().ordersOf(stretch.customer).stream()
                .filter(order ->
                        WaybillClient.ENDED.contains(order.path("status").asString()))
                .count();
    }

    /** @param before orders that were accepted before, beside those by which the rate was found */
    private void check(Stretch stretch, int before, Map<Service, Long> middle, Map<Service, Long> end) {
        List<JsonNode> orders = system.client().ordersOf(stretch.customer);
        List<String> ids =
                orders.stream().map(order -> order.path("orderId").asString()).toList();
        Set<String> distinct = new HashSet<>(ids);
        require(ids.size() == distinct.size(), "an order is in the list twice");
        require(distinct.containsAll(stretch.accepted), "an accepted order is missing");
        require(
                orders.stream()
                        .allMatch(order -> order.path("status").asString().equals("CONFIRMED")),
                "an order of what is in stock and paid was not confirmed");
        require(stretch.shed.get() > 0, "no order was refused as OVERLOADED");
        require(stretch.other.isEmpty(), "answers that are neither 202 nor OVERLOADED: " + stretch.other);
        long sold = 1 + 2L * WARM_UP_ORDERS + before + orders.size();
        JsonNode stock = system.client().stock(SKU).expect(200).json();
        require(
                stock.path("reserved").asLong() == sold,
                "reserved are " + stock.path("reserved") + " pieces, for " + sold + " orders");
        require(stock.path("onHand").asLong() == STOCK, "on hand are " + stock.path("onHand") + " pieces of " + STOCK);
        stretch.accepted.stream()
                .limit(100)
                .forEach(orderId -> require(
                        system.client()
                                .payments(orderId)
                                .expect(200)
                                .json()
                                .toString()
                                .contains("\"AUTHORIZED\""),
                        "the payment of order " + orderId + " is not authorized"));
        double p99Millis = stretch.acceptedMicros.getValueAtPercentile(99) / 1e3;
        require(p99Millis <= LONGEST_P99.toMillis(), "p99 of accepted orders is " + p99Millis + " ms");
        middle.forEach((service, kib) -> {
            long last = end.getOrDefault(service, 0L);
            require(
                    last <= kib * MOST_GROWTH,
                    service.moduleName() + " grew from " + kib / 1024 + " to " + last / 1024 + " MiB");
        });
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private Map<Service, Long> resident() {
        var resident = new EnumMap<Service, Long>(Service.class);
        for (Service service : Service.values()) {
            if (system.owns(service)) {
                resident.put(service, system.process(service).residentKib());
            }
        }
        return resident;
    }

    private double processorSeconds() {
        return Arrays.stream(Service.values())
                        .filter(system::owns)
                        .mapToLong(service ->
                                system.process(service).processorTime().toMillis())
                        .sum()
                / 1e3;
    }

    private static void report(Stretch stretch, double offered, Duration howLong) {
        double seconds = howLong.toSeconds();
        Histogram micros = stretch.acceptedMicros;
        say("Offered %.1f, accepted %.1f, shed %.1f a second; other answers: %d"
                .formatted(
                        offered,
                        stretch.accepted.size() / seconds,
                        stretch.shed.get() / seconds,
                        stretch.other.size()));
        say("Accepted: p50 %.0f, p99 %.0f, p99.9 %.0f ms"
                .formatted(
                        micros.getValueAtPercentile(50) / 1e3,
                        micros.getValueAtPercentile(99) / 1e3,
                        micros.getValueAtPercentile(99.9) / 1e3));
    }

    private static void reportMemory(Map<Service, Long> start, Map<Service, Long> middle, Map<Service, Long> end) {
        start.forEach((service, kib) -> say("%-16s %4d -> %4d -> %4d MiB resident"
                .formatted(
                        service.moduleName(),
                        kib / 1024,
                        middle.getOrDefault(service, 0L) / 1024,
                        end.getOrDefault(service, 0L) / 1024)));
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
