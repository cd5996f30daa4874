package io.waybill.systemtests;

import static org.awaitility.Awaitility.await;

import io.waybill.systemtests.Rendezvous.Point;
import io.waybill.systemtests.Story.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Kills every process exactly at every side of every step of every saga, and sees whether each order ends as it would
 * have ended otherwise: in the same state, after the same events, each as often, with stock and money that add up.
 *
 * <p>What there is to do it at is found out, not written down: the sagas tell their steps, and each story is first told
 * undisturbed, which shows where it leads and what should come of it. A step that no story leads to is a fault.
 *
 * <p>Many orders stand at their points when a process is killed, each at one of its own. A saga that stands holds up the
 * others of its segment, so an order that does not get to its point in time is left alone and gets another turn.
 */
final class CrashMatrix implements AutoCloseable {

    /** Only sagas that an earlier release stored can be there. */
    private static final Set<String> ONLY_FROM_EARLIER_RELEASES = Set.of("checkout/CAPTURING", "checkout/CANCELLING");

    /** A process that was killed must have caught up by then, counted from when it is ready again. */
    private static final Duration RECOVERY_BOUND = Duration.ofSeconds(30);

    /** Sagas have two segments, and of two orders in the same one waits until another turn. */
    private static final int ORDERS_PER_PROCESS = 2;

    /** Each may hold one of the ten threads in which a service handles commands. */
    private static final int ORDERS_PER_ROUND = 9;

    /** When nobody has got any further for this long, those who are not at their points are held up by others. */
    private static final Duration HELD_UP = Duration.ofSeconds(3);
    /** Beyond the short deadline, which nobody gets there before. */
    private static final Duration HELD_UP_BEYOND_THE_DEADLINE = Duration.ofSeconds(12);

    /** A whole order or timeline says less than its beginning. */
    private static final int LONGEST_FAULT = 300;

    private static final int TURNS = 6;

    private static final String SHORT_DEADLINE = "--waybill.checkout.deadline=PT6S";

    /**
     * One side of one step.
     *
     * @param commands that the step sends
     * @param before other processes that an order of the story has been through before
     */
    record Row(Story story, Point point, String commands, Set<String> before) {

        String process() {
            return processOf(point);
        }

        /** Whether an order that stands here may hold up one that is on its way to the other's point. */
        boolean mayHoldUp(Row other) {
            return process().equals(other.process()) || other.before().contains(process());
        }
    }

    /**
     * What became of a row when a process was killed.
     *
     * @param fault null if it ended as it should
     * @param recovery from when the process was ready again
     */
    record Outcome(Row row, Service victim, @Nullable String fault, Duration recovery) {}

    /** An order under way. */
    private record Running(Row row, Errand errand, CompletableFuture<Instant> end) {

        boolean isSettled() {
            return errand.stands() || end.isDone();
        }
    }

    private final Rendezvous rendezvous;
    private final WaybillSystem system;
    private final Sandbox sandbox;
    private final ReentrantReadWriteLock wellbeing = new ReentrantReadWriteLock();
    private final Instant began = Instant.now();
    private final Map<Story, Map<String, Integer>> effects = new HashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> faultsBeside = new ArrayList<>();

    private String[] inventoryArguments = {};
    private boolean refundsAreRefused;

    CrashMatrix() throws IOException {
        rendezvous = new Rendezvous();
        system = WaybillSystem.startWithCrashPoints(rendezvous.port());
        sandbox = new Sandbox(system.url(Service.PAYMENT_SERVICE));
    }

    /** Runs the matrix, or the part of it that the arguments name, and prints it; exits with 1 if a cell is red. */
    public static void main(String[] args) throws IOException {
        CrashMatrixOptions options;
        try {
            options = CrashMatrixOptions.parse(args);
        } catch (IllegalArgumentException e) {
            boolean help = Arrays.asList(args).contains("--help");
            System.err.print(help ? CrashMatrixOptions.USAGE : e.getMessage() + "\n" + CrashMatrixOptions.USAGE);
            System.exit(help ? 0 : 2);
            return;
        }
        List<Outcome> outcomes;
        List<String> faults;
        try (var matrix = new CrashMatrix()) {
            matrix.say("Everything is up. Telling each story undisturbed.");
            faults = new ArrayList<>(matrix.survey(story -> true));
            matrix.say(matrix.rows.size() + " sides of steps, found by " + Story.ALL.size() + " stories");
            outcomes = matrix.run(options::wants, options.victims());
            faults.addAll(matrix.faultsBeside());
        }
        var table = new CrashMatrixTable(outcomes, faults);
        System.out.println(table.markdown());
        if (options.isAll()) {
            Files.writeString(JarProcess.projectRoot().resolve("docs/crash-matrix.md"), table.document());
        }
        System.exit(table.isGreen() ? 0 : 1);
    }

    /** The sides of steps that the survey found. */
    List<Row> rows() {
        return rows;
    }

    /** What went wrong with orders that stood nowhere when a process was killed. */
    List<String> faultsBeside() {
        return faultsBeside;
    }

    /**
     * Tells stories undisturbed.
     *
     * @return steps that none of them leads to
     */
    List<String> survey(Predicate<Story> wanted) {
        Set<String> found = new HashSet<>();
        for (Setting setting : Setting.values()) {
            List<Story> stories = Story.ALL.stream()
                    .filter(story -> story.setting() == setting)
                    .filter(wanted)
                    .toList();
            if (stories.isEmpty()) {
                continue;
            }
            arrange(setting);
            Map<Story, Errand> told = new LinkedHashMap<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<CompletableFuture<Void>> telling = new ArrayList<>();
                for (Story story : stories) {
                    var errand = errand(null);
                    told.put(story, errand);
                    telling.add(CompletableFuture.runAsync(() -> story.plot().take(errand), threads));
                }
                telling.forEach(CompletableFuture::join);
            }
            told.forEach((story, errand) -> {
                effects.put(story, errand.effects());
                rows.addAll(newRows(story, errand.reached(), found));
            });
        }
        var missing = new TreeSet<>(rendezvous.steps());
        rows.forEach(row -> missing.remove(row.point().step()));
        missing.removeAll(ONLY_FROM_EARLIER_RELEASES);
        return missing.stream().map(step -> "No story leads to " + step).toList();
    }

    /** Of a step that several stories lead to, with the same commands, the first one tells. */
    private static List<Row> newRows(Story story, Map<Point, String> reached, Set<String> found) {
        List<Row> rows = new ArrayList<>();
        Set<String> processes = new HashSet<>();
        boolean begun = story.from() == null;
        Map<String, String> commandsOfStep = new HashMap<>();
        for (var entry : reached.entrySet()) {
            Point point = entry.getKey();
            // What the process wants may have changed by the time of a later side.
            String commands = commandsOfStep.computeIfAbsent(point.step(), step -> entry.getValue());
            begun |= point.step().equals(story.from());
            String key = (story.from() == null ? "" : story.title()) + point + commands;
            Set<String> before = processes.stream()
                    .filter(process -> !process.equals(processOf(point)))
                    .collect(Collectors.toSet());
            processes.add(processOf(point));
            if (begun && found.add(key)) {
                rows.add(new Row(story, point, commands, before));
            }
        }
        return rows;
    }

    private static String processOf(Point point) {
        return point.step().substring(0, point.step().indexOf('/'));
    }

    /** Kills each victim at each of the rows. */
    List<Outcome> run(Predicate<Row> wanted, List<Service> victims) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            List<Row> todo = rows.stream()
                    .filter(wanted)
                    .filter(row -> row.story().setting() == setting)
                    .toList();
            if (!todo.isEmpty()) {
                arrange(setting);
                for (Service victim : victims) {
                    outcomes.addAll(kill(victim, todo));
                }
            }
        }
        return outcomes;
    }

    private void arrange(Setting setting) {
        String[] arguments = setting == Setting.SHORT_DEADLINE ? new String[] {SHORT_DEADLINE} : new String[0];
        if (arguments.length != inventoryArguments.length) {
            inventoryArguments = arguments;
            system.stop(Service.INVENTORY_SAGA);
            system.start(Service.INVENTORY_SAGA, inventoryArguments);
        }
        refundsAreRefused = setting == Setting.REFUNDS_REFUSED;
        setMood();
    }

    private void setMood() {
        if (refundsAreRefused) {
            sandbox.misbehave("refundRefused");
        } else {
            sandbox.behave();
        }
    }

    private List<Outcome> kill(Service victim, List<Row> todo) {
        List<Outcome> outcomes = new ArrayList<>();
        Map<Row, Integer> turns = new HashMap<>();
        Deque<Row> queue = new ArrayDeque<>(todo);
        while (!queue.isEmpty()) {
            List<Row> round = nextRound(queue, turns.keySet());
            List<Outcome> done = round(victim, round);
            outcomes.addAll(done);
            var stood = done.stream().map(Outcome::row).collect(Collectors.toSet());
            for (Row row : round) {
                if (!stood.contains(row) && turns.merge(row, 1, Integer::sum) < TURNS) {
                    queue.addFirst(row);
                } else if (!stood.contains(row)) {
                    outcomes.add(new Outcome(row, victim, "never got there in " + TURNS + " turns", Duration.ZERO));
                    say("  RED " + row.point() + " of '" + row.story().title() + "': never got there");
                }
            }
            long red = done.stream().filter(outcome -> outcome.fault() != null).count();
            say("%s killed at %d points, %d red, %d to go"
                    .formatted(victim.moduleName(), done.size(), red, queue.size()));
            done.stream()
                    .filter(outcome -> outcome.fault() != null)
                    .forEach(outcome -> say("  RED " + outcome.row().point() + " of '"
                            + outcome.row().story().title() + "': " + outcome.fault()));
        }
        return outcomes;
    }

    /** @param heldUp those who were: nobody stands on their way now, or they might be held up again and again */
    private static List<Row> nextRound(Deque<Row> queue, Set<Row> heldUp) {
        List<Row> round = new ArrayList<>();
        for (Row row : queue) {
            long standing = round.stream()
                    .filter(other -> other.process().equals(row.process()))
                    .count();
            boolean wayIsFree = round.stream()
                    .noneMatch(other -> (heldUp.contains(row) && other.mayHoldUp(row))
                            || (heldUp.contains(other) && row.mayHoldUp(other)));
            if (round.size() < ORDERS_PER_ROUND && standing < ORDERS_PER_PROCESS && wayIsFree) {
                round.add(row);
            }
        }
        queue.removeAll(round);
        return round;
    }

    private List<Outcome> round(Service victim, List<Row> round) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Running> all = new ArrayList<>();
            // The longest way first: whoever stands on it does not hold up those who come after.
            Map<Integer, List<Row>> waves = round.stream()
                    .collect(Collectors.groupingBy(row -> row.before().size()));
            waves.keySet().stream().sorted(Comparator.reverseOrder()).forEach(depth -> {
                List<Running> wave = new ArrayList<>();
                for (Row row : waves.getOrDefault(depth, List.of())) {
                    var errand = errand(row.point());
                    wave.add(new Running(
                            row, errand, CompletableFuture.supplyAsync(() -> take(row.story(), errand), threads)));
                }
                awaitSettled(wave);
                all.addAll(wave);
            });
            List<Running> standing =
                    all.stream().filter(running -> running.errand().stands()).toList();
            all.stream().filter(running -> !standing.contains(running)).forEach(this::leaveAlone);
            Instant wellAgain = standing.isEmpty() ? Instant.now() : killAndRestart(victim, standing);
            List<Outcome> outcomes = new ArrayList<>();
            for (Running running : all) {
                Outcome outcome = outcome(running, victim, wellAgain);
                if (standing.contains(running)) {
                    outcomes.add(outcome);
                } else if (outcome.fault() != null) {
                    String fault = "'%s', which stood nowhere when %s was killed: %s"
                            .formatted(running.row().story().title(), victim.moduleName(), outcome.fault());
                    faultsBeside.add(fault);
                    say("  RED " + fault);
                }
            }
            return outcomes;
        }
    }

    private void leaveAlone(Running elsewhere) {
        say("  did not come to %s of '%s': came as far as %s"
                .formatted(
                        elsewhere.row().point(),
                        elsewhere.row().story().title(),
                        elsewhere.errand().lastReached().map(Point::toString).orElse("no point")));
        elsewhere.errand().goOn();
    }

    private void awaitSettled(List<Running> wave) {
        Duration heldUp = inventoryArguments.length == 0 ? HELD_UP : HELD_UP_BEYOND_THE_DEADLINE;
        Instant[] lastStep = {Instant.now()};
        long[] steps = {0};
        await("orders at their points")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    long now = wave.stream()
                            .mapToLong(running -> running.errand().progress())
                            .sum();
                    if (now > steps[0]) {
                        steps[0] = now;
                        lastStep[0] = Instant.now();
                    }
                    return wave.stream().allMatch(Running::isSettled)
                            || lastStep[0].plus(heldUp).isBefore(Instant.now());
                });
    }

    private Instant killAndRestart(Service victim, List<Running> standing) {
        wellbeing.writeLock().lock();
        try {
            system.kill(victim);
            standing.forEach(running -> running.errand().goOn());
            system.start(victim, victim == Service.INVENTORY_SAGA ? inventoryArguments : new String[0]);
            Instant ready = Instant.now();
            // The sandbox provider forgets its mood with its process.
            setMood();
            system.awaitReady();
            return ready;
        } finally {
            wellbeing.writeLock().unlock();
        }
    }

    /** Takes the course of a story to its end. */
    private Instant take(Story story, Errand errand) {
        story.plot().take(errand);
        Map<String, Integer> expected = effects.getOrDefault(story, Map.of());
        Instant end = Instant.now();
        errand.awaitEffects(expected);
        return end;
    }

    private static Outcome outcome(Running running, Service victim, Instant wellAgain) {
        @Nullable String fault = null;
        Duration recovery = Duration.ZERO;
        try {
            recovery = Duration.between(wellAgain, running.end().join());
            if (recovery.compareTo(RECOVERY_BOUND) > 0) {
                fault = "ended only " + recovery.toSeconds() + " s after everything was up";
            }
        } catch (RuntimeException e) {
            String cause = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            fault = cause.substring(0, Math.min(cause.length(), LONGEST_FAULT));
        }
        return new Outcome(running.row(), victim, fault, recovery);
    }

    private Errand errand(@Nullable Point stop) {
        return new Errand(system.client().insisting(), sandbox, rendezvous, wellbeing.readLock(), stop);
    }

    private void say(String what) {
        System.out.printf("[%4d s] %s%n", Duration.between(began, Instant.now()).toSeconds(), what);
    }

    @Override
    public void close() {
        rendezvous.close();
        system.close();
    }
}
