package io.waybill.systemtests.chaos;

import io.waybill.systemtests.EventLog;
import io.waybill.systemtests.EventLog.Entry;
import io.waybill.systemtests.JarProcess;
import io.waybill.systemtests.Sandbox;
import io.waybill.systemtests.SandboxLedger;
import io.waybill.systemtests.Service;
import io.waybill.systemtests.chaos.Operation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One run: a load, a nemesis, peace, and a verdict. */
public final class ChaosRun {

    /** More than any process takes that still goes on: the deadline of a checkout, a provider's longest pause. */
    private static final Duration QUIET_LIMIT = Duration.ofMinutes(4);

    /** What a checkout takes beyond its deadline when whoever has to end it is away at the time. */
    private static final Duration CHECKOUT_LIMIT =
            Duration.parse(Load.CHECKOUT_DEADLINE).plusSeconds(60);

    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(30);
    /** One process takes about as long to start beside all others as all take together, and then has to catch up. */
    private static final int STARTS = 2;

    private static final int LOG_TAIL_LINES = 60;

    /**
     * How to run.
     *
     * @param duration for which things are broken
     * @param seed of every choice that this program makes
     * @param twice whether all services run in two instances
     * @param folder where data, logs and the report go
     * @param patient whether a recovery may take as long as the machine takes to start everything twice, if that is longer
     *     than the half minute that it may take else; for a machine of which nobody knows what else it does
     */
    public record Settings(Duration duration, long seed, boolean twice, Path folder, boolean patient) {}

    private final Settings settings;
    private final long began = System.nanoTime();
    private final StringBuilder report = new StringBuilder();

    /** A run that has not begun. */
    public ChaosRun(Settings settings) {
        this.settings = settings;
    }

    /**
     * Runs it, says so while it does, and keeps the report.
     *
     * @return whether nothing was found
     */
    public boolean run() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path work = settings.folder().resolve(Long.toString(settings.seed()));
        delete(work);
        Files.createDirectories(work);
        say("Chaos of %d s with seed %d".formatted(settings.duration().toSeconds(), settings.seed()));
        boolean well = false;
        try (var fleet = new Fleet(
                work.resolve("data"),
                work.resolve("logs"),
                settings.twice(),
                Optional.ofNullable(System.getenv("MONGODB_URI")).filter(uri -> !uri.isBlank()))) {
            well = run(fleet);
        } finally {
            Files.writeString(settings.folder().resolve(settings.seed() + ".txt"), report);
        }
        if (well) {
            delete(work);
        } else {
            say("Logs and data are kept in " + work);
        }
        return well;
    }

    /** What was said so far. */
    public String report() {
        return report.toString();
    }

    private boolean run(Fleet fleet) throws InterruptedException, ExecutionException, TimeoutException {
        long started = System.nanoTime();
        fleet.start();
        var startTime = Duration.ofNanos(System.nanoTime() - started);
        say("%d processes are ready".formatted(fleet.members().size()));
        var client = new Client(fleet.api());
        var load = new Load(client, fleet, settings.seed());
        load.openShop();
        load.begin();
        var nemesis = new Nemesis(fleet, load, client, recoveryLimit(startTime), settings.seed(), this::say);
        long peace = System.nanoTime() + settings.duration().toNanos();
        List<Verdict> verdicts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var rebuilt = threads.submit(() -> new Rebuilds(client)
                    .amidFaults(new SplittableRandom(settings.seed()), () -> System.nanoTime() < peace));
            nemesis.rage(peace);
            say("Peace: everybody finishes what they are at");
            load.end();
            verdicts.addAll(List.of(nemesis.recoveries(), nemesis.stops(), rebuilt.get()));
        }
        try (var eventLog = new EventLog(fleet.eventStoreAddress())) {
            verdicts.add(awaitQuiet(fleet, client, eventLog));
            List<Entry> log = eventLog.read();
            verdicts.add(awaitViews(log, client));
            verdicts.add(new Rebuilds(client).compare());
            var ledger = new SandboxLedger(ledger(fleet));
            verdicts.addAll(new Judge(log, ledger, client.record(), CHECKOUT_LIMIT).judge());
            say("Judged from %d events".formatted(log.size()));
        }
        boolean well = verdicts.stream().allMatch(Verdict::holds);
        tell(nemesis, client, verdicts);
        if (!well) {
            fleet.members()
                    .forEach(member -> report.append("%n--- last lines of %s%n%s%n"
                            .formatted(
                                    member.name(),
                                    String.join("\n", member.process().logTail(LOG_TAIL_LINES)))));
        }
        return well;
    }

    private Duration recoveryLimit(Duration startTime) {
        Duration limitHere = startTime.multipliedBy(STARTS);
        return settings.patient() && limitHere.compareTo(RECOVERY_LIMIT) > 0 ? limitHere : RECOVERY_LIMIT;
    }

    /** Nothing under way any more: no process, no call to the provider, no new event. */
    private Verdict awaitQuiet(Fleet fleet, Client client, EventLog eventLog)
            throws InterruptedException, ExecutionException, TimeoutException {
        var verdict = new Verdict("11, 25", "In the end nothing is under way and nothing waits for a human");
        long until = System.nanoTime() + QUIET_LIMIT.toNanos();
        List<String> busy;
        int size = -1;
        do {
            busy = new ArrayList<>();
            addBusy(busy, "processes", client.get("/ops/sagas"));
            addBusy(busy, "calls to the provider", client.get("/ops/payments"));
            busy.addAll(fleet.notReady());
            int now = eventLog.read().size();
            if (now != size) {
                busy.add("new events");
            }
            size = now;
            if (!busy.isEmpty()) {
                Client.pause(500);
            }
        } while (!busy.isEmpty() && System.nanoTime() < until);
        verdict.check(busy.isEmpty(), "after %d s: %s", QUIET_LIMIT.toSeconds(), busy);
        say(busy.isEmpty() ? "All is quiet" : "It does not get quiet: " + busy);
        return verdict;
    }

    private static void addBusy(List<String> busy, String what, Optional<JsonNode> answer) {
        if (answer.isEmpty()) {
            busy.add("nobody says whether there are " + what);
        } else if (!answer.get().path("items").isEmpty()) {
            busy.add(what + ": " + answer.get().path("items"));
        }
    }

    /** They may be a moment behind the log. */
    private static Verdict awaitViews(List<Entry> log, Client client) {
        var views = new Views(log);
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Verdict verdict = views.compare(client);
        while (!verdict.holds() && System.nanoTime() < until) {
            Client.pause(500);
            verdict = views.compare(client);
        }
        return verdict;
    }

    private static JsonNode ledger(Fleet fleet) {
        return fleet.instancesOf(Service.PAYMENT_SERVICE).stream()
                .map(each -> new Sandbox(each.url()).ledger())
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no payment service shows the ledger of its provider"));
    }

    private void tell(Nemesis nemesis, Client client, List<Verdict> verdicts) {
        report.append("%n%-16s %7s %7s %7s %7s %9s %9s%n"
                .formatted("operation", "count", "ok", "refused", "unknown", "p50 ms", "p99 ms"));
        Map<String, List<Operation>> byKind = client.record().stream()
                .collect(Collectors.groupingBy(Operation::kind, TreeMap::new, Collectors.toList()));
        byKind.forEach((kind, operations) -> report.append("%-16s %7d %7d %7d %7d %9.1f %9.1f%n"
                .formatted(
                        kind,
                        operations.size(),
                        count(operations, Outcome.OK),
                        count(operations, Outcome.REFUSED),
                        count(operations, Outcome.UNKNOWN),
                        percentileMillis(operations, 50),
                        percentileMillis(operations, 99))));
        report.append("%n%-70s %s%n".formatted("fault", "well again after"));
        nemesis.troubles()
                .forEach(each ->
                        report.append("%-70s %.1f s%n".formatted(each.what(), each.recoveryMillis() / 1_000.0)));
        report.append('\n');
        verdicts.forEach(verdict -> report.append(verdict.report()));
        report.append("%nSeed %d: %s%n"
                .formatted(
                        settings.seed(),
                        verdicts.stream().allMatch(Verdict::holds) ? "nothing was found" : "VIOLATIONS WERE FOUND"));
    }

    private static long count(List<Operation> operations, Outcome outcome) {
        return operations.stream()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    private static double percentileMillis(List<Operation> operations, int percent) {
        long[] micros =
                operations.stream().mapToLong(Operation::micros).sorted().toArray();
        return micros[Math.min(micros.length - 1, micros.length * percent / 100)] / 1_000.0;
    }

    private void say(String what) {
        String line = "[%5.1f s] %s".formatted((System.nanoTime() - began) / 1e9, what);
        System.out.println(line);
        report.append(line).append('\n');
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The folder of a checkout in which runs are kept by default. */
    public static Path defaultFolder() {
        return JarProcess.projectRoot().resolve(".waybill/chaos");
    }
}
