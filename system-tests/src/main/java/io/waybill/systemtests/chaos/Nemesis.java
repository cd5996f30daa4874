package io.waybill.systemtests.chaos;

import io.waybill.systemtests.Sandbox;
import io.waybill.systemtests.Service;
import io.waybill.systemtests.chaos.Fleet.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Breaks one thing after another, now and then two at once, mends it, and sees how long it takes to be well again. */
final class Nemesis {

    /** Beyond the time for which a token is claimed (10 s), a connection is missed and a request is waited for. */
    private static final long LONGEST_FREEZE_MILLIS = 16_000;

    private static final long SHORTEST_MILLIS = 1_000;
    private static final long LONGEST_CUT_MILLIS = 9_000;
    private static final long LONGEST_PUT_BACK_MILLIS = 3_000;
    /** After it there is no recovery to be seen any more. */
    private static final long GIVE_UP_MILLIS = 120_000;

    private static final List<String> MOODS = List.of(
            "unreachable", "answersLost", "webhooksLost", "duplicateWebhooks", "captureRefused", "latencyMillis");

    /**
     * What was broken.
     *
     * @param recoveryMillis from its mending until everything was ready and an order placed after it was confirmed
     */
    record Trouble(String what, long recoveryMillis) {}

    /** @param touches names of the processes that it breaks, or that have to be there for it */
    private record Fault(String what, Set<String> touches, long millis, Runnable inflict, Runnable mend) {}

    private final Duration recoveryLimit;
    private final Fleet fleet;
    private final Load load;
    private final Client client;
    private final SplittableRandom choices;
    private final Consumer<String> diary;
    private final List<Trouble> troubles = new ArrayList<>();
    private final Verdict stops = new Verdict("25", "Whoever is asked to stop does so in time, whatever is broken");

    /**
     * @param recoveryLimit how long it may take to be well again after a fault was mended
     * @param seed of all choices
     */
    Nemesis(Fleet fleet, Load load, Client client, Duration recoveryLimit, long seed, Consumer<String> diary) {
        this.recoveryLimit = recoveryLimit;
        this.fleet = fleet;
        this.load = load;
        this.client = client;
        this.choices = new SplittableRandom(seed);
        this.diary = diary;
    }

    /** Breaks things until the time is up, and mends the last of them. */
    void rage(long untilNanos) {
        for (int i = 0; System.nanoTime() < untilNanos; i++) {
            strike(i);
        }
    }

    List<Trouble> troubles() {
        return List.copyOf(troubles);
    }

    Verdict recoveries() {
        var verdict =
                new Verdict("25", "After each fault everything is well within " + recoveryLimit.toSeconds() + " s");
        troubles.stream()
                .max(Comparator.comparingLong(Trouble::recoveryMillis))
                .ifPresent(longest -> diary.accept("The longest recovery, %.1f s, was after: %s"
                        .formatted(longest.recoveryMillis() / 1_000.0, longest.what())));
        troubles.forEach(each -> verdict.check(
                each.recoveryMillis() <= recoveryLimit.toMillis(), "%s: %d ms", each.what(), each.recoveryMillis()));
        return verdict;
    }

    Verdict stops() {
        return stops;
    }

    private void strike(int number) {
        Fault fault = draw();
        Optional<Fault> second = choices.nextInt(4) == 0 ? Optional.of(draw()) : Optional.empty();
        // Two at the same process would mend each other halfway.
        second = second.filter(other -> Collections.disjoint(other.touches(), fault.touches()));
        String what = fault.what() + second.map(other -> " and " + other.what()).orElse("");
        diary.accept(what);
        fault.inflict().run();
        second.ifPresent(other -> other.inflict().run());
        Client.pause(Math.max(fault.millis(), second.map(Fault::millis).orElse(0L)));
        fault.mend().run();
        second.ifPresent(other -> other.mend().run());
        long recovery = awaitRecovery("canary-" + number);
        troubles.add(new Trouble(what, recovery));
        diary.accept("  well again after %.1f s".formatted(recovery / 1_000.0));
    }

    /** An order from beginning to end, and everybody ready. One that nobody came to in time is followed by another. */
    private long awaitRecovery(String key) {
        long began = System.nanoTime();
        String orderId = load.placeCanary(key);
        int others = 0;
        while (millisSince(began) < GIVE_UP_MILLIS && !(has(orderId, "CONFIRMED") && fleet.isReady())) {
            if (has(orderId, "REJECTED")) {
                others++;
                orderId = load.placeCanary(key + "-" + others);
            }
            Client.pause(500);
        }
        return millisSince(began);
    }

    private boolean has(String orderId, String status) {
        return client.get("/orders/" + orderId)
                .filter(order -> order.path("status").asString("").equals(status))
                .isPresent();
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private Fault draw() {
        return switch (choices.nextInt(13)) {
            case 0, 1, 2 -> kill(anyOf(fleet.members()));
            case 3, 4 -> freeze(anyOf(fleet.members()));
            case 5, 6, 7 ->
                damage(anyOf(fleet.members().stream()
                        .filter(member -> !member.wires().isEmpty())
                        .toList()));
            case 8 -> misbehave();
            case 9 -> restart(anyOf(fleet.members()));
            case 10 -> wipe();
            case 11 -> fleet.ownsStore() ? putBack() : wipe();
            default -> wipeTokens();
        };
    }

    private Fault kill(Member member) {
        return new Fault(
                "kill " + member.name(),
                Set.of(member.name()),
                millis(SHORTEST_MILLIS, LONGEST_CUT_MILLIS),
                member.process()::kill,
                member.process()::launch);
    }

    private Fault restart(Member member) {
        return new Fault(
                "restart " + member.name(),
                Set.of(member.name()),
                SHORTEST_MILLIS,
                () -> stop(member),
                member.process()::launch);
    }

    private void stop(Member member) {
        boolean orderly = member.process().stop();
        stops.check(orderly, "%s did not stop in time", member.name());
    }

    private Fault freeze(Member member) {
        long millis = millis(SHORTEST_MILLIS, LONGEST_FREEZE_MILLIS);
        return new Fault(
                "freeze %s for %d ms".formatted(member.name(), millis),
                Set.of(member.name()),
                millis,
                member.process()::freeze,
                member.process()::thaw);
    }

    private Fault damage(Member member) {
        Wire wire = anyOf(member.wires());
        var states = List.of(Wire.State.values()).subList(1, Wire.State.values().length);
        Wire.State state = anyOf(states);
        long millis = millis(SHORTEST_MILLIS, LONGEST_CUT_MILLIS);
        return new Fault(
                "wire %s is %s for %d ms".formatted(wire.name(), state, millis),
                Set.of(member.name()),
                millis,
                () -> wire.become(state),
                () -> wire.become(Wire.State.SOUND));
    }

    private Fault misbehave() {
        String mood = anyOf(MOODS);
        long millis = millis(SHORTEST_MILLIS, LONGEST_CUT_MILLIS);
        Map<String, ?> faults = Map.of(mood, mood.equals("latencyMillis") ? (Object) 1_500 : (Object) true);
        return new Fault(
                "provider has %s for %d ms".formatted(mood, millis),
                Set.of("provider"),
                millis,
                () -> tell(faults),
                () -> tell(Map.of()));
    }

    /** An instance that is away forgets its mood anyway. */
    private void tell(Map<String, ?> faults) {
        fleet.instancesOf(Service.PAYMENT_SERVICE).forEach(each -> new Sandbox(each.url()).tryToMisbehave(faults));
    }

    private Fault wipe() {
        List<Member> instances = fleet.instancesOf(anyService());
        String database = instances.getFirst().database();
        if (choices.nextBoolean()) {
            return new Fault(
                    "wipe " + database + " while it is in use",
                    withStore(instances),
                    SHORTEST_MILLIS,
                    () -> fleet.wipe(database),
                    () -> {});
        }
        return new Fault(
                "wipe " + database + " while nobody uses it",
                withStore(instances),
                SHORTEST_MILLIS,
                () -> {
                    instances.forEach(this::stop);
                    fleet.wipe(database);
                },
                () -> instances.forEach(each -> each.process().launch()));
    }

    /** As when a replica set elects one that does not have the last writes. */
    private Fault putBack() {
        long millis = millis(SHORTEST_MILLIS, LONGEST_PUT_BACK_MILLIS);
        return new Fault(
                "put mongo back by %d ms".formatted(millis),
                Set.of(Fleet.STORE),
                SHORTEST_MILLIS,
                () -> {
                    fleet.saveStore();
                    Client.pause(millis);
                    fleet.putStoreBack();
                    fleet.store().process().launch();
                },
                () -> {});
    }

    private Fault wipeTokens() {
        List<Member> instances = fleet.instancesOf(anyService());
        String database = instances.getFirst().database();
        return new Fault(
                "wipe tokens of " + database,
                withStore(instances),
                SHORTEST_MILLIS,
                () -> fleet.wipeTokens(database),
                () -> {});
    }

    private static Set<String> withStore(List<Member> instances) {
        return Stream.concat(Stream.of(Fleet.STORE), instances.stream().map(Member::name))
                .collect(Collectors.toUnmodifiableSet());
    }

    private Service anyService() {
        return anyOf(
                List.of(Service.ORDER_COMMAND, Service.ORDER_QUERY, Service.INVENTORY_SAGA, Service.PAYMENT_SERVICE));
    }

    private <T> T anyOf(List<T> things) {
        return things.get(choices.nextInt(things.size()));
    }

    private long millis(long least, long most) {
        return choices.nextLong(least, most + 1);
    }
}
