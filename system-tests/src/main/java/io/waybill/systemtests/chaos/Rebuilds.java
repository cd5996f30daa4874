package io.waybill.systemtests.chaos;

import io.waybill.systemtests.chaos.Operation.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has read models made once more, and compared with the ones that live through all the faults. */
final class Rebuilds {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Whoever is asked for so many and completes none does not work. */
    private static final int SURELY_ONE_ENDS = 5;

    private static final Set<String> OVER = Set.of("VERIFIED", "DISCARDED");
    private static final JsonMapper JSON = new JsonMapper();

    private final Client client;
    private final Verdict verdict =
            new Verdict("19", "Every read model is, byte for byte, what a rebuild makes of the log");
    private final Verdict amid = new Verdict("19", "So it is when it is rebuilt while orders come and things break");

    Rebuilds(Client client) {
        this.client = client;
    }

    /**
     * Rebuilds one after another. What ends with the database that it was in is not judged: it can be begun again.
     *
     * @param goesOn whether to begin another
     */
    Verdict amidFaults(SplittableRandom choices, BooleanSupplier goesOn) {
        int started = 0;
        int ended = 0;
        while (goesOn.getAsBoolean()) {
            List<String> projections = projections();
            if (!projections.isEmpty()) {
                String projection = projections.get(choices.nextInt(projections.size()));
                Optional<String> id = start(projection, goesOn).map(Rebuilds::id);
                Optional<JsonNode> end = id.flatMap(rebuild -> awaitEnd(rebuild, System.nanoTime() + LIMIT.toNanos()));
                end.ifPresent(rebuild -> judge(amid, rebuild));
                started += id.isPresent() ? 1 : 0;
                ended += end.isPresent() ? 1 : 0;
            }
            Client.pause(1_000);
        }
        amid.check(started < SURELY_ONE_ENDS || ended > 0, "of %d rebuilds none ended", started);
        return amid;
    }

    /** All of them at a time. */
    Verdict compare() {
        long until = System.nanoTime() + LIMIT.toNanos();
        List<String> projections = projections();
        verdict.check(!projections.isEmpty(), "nobody says which there are");
        Map<String, Optional<String>> ids = new LinkedHashMap<>();
        projections.forEach(projection -> ids.put(
                projection, start(projection, () -> System.nanoTime() < until).map(Rebuilds::id)));
        ids.forEach((projection, id) -> id.flatMap(rebuild -> awaitEnd(rebuild, until))
                .ifPresentOrElse(
                        rebuild -> judge(verdict, rebuild),
                        () -> verdict.check(false, "%s was not rebuilt: %s", projection, id)));
        return verdict;
    }

    /** Of all services, or none if one of them does not say. */
    private List<String> projections() {
        return client
                .get("/audit/replays")
                .filter(answer -> answer.path("complete").asBoolean())
                .stream()
                .flatMap(answer -> answer.path("services").valueStream())
                .flatMap(service -> service.path("readModels").valueStream())
                .map(model -> model.path("projection").asString())
                .toList();
    }

    /** One that is under way already, because the answer to a request for it was lost, has to end first. */
    private Optional<Operation> start(String projection, BooleanSupplier patience) {
        Map<String, ?> wanted = Map.of("projection", projection, "verify", true);
        Operation started = client.post("rebuild", "/audit/replays", "", wanted, patience);
        while (started.answer().contains("REBUILD_UNDER_WAY") && patience.getAsBoolean()) {
            Client.pause(500);
            started = client.post("rebuild", "/audit/replays", "", wanted, patience);
        }
        return Optional.of(started).filter(operation -> operation.outcome() == Outcome.OK);
    }

    private static String id(Operation started) {
        return JSON.readTree(started.answer()).path("id").asString();
    }

    private Optional<JsonNode> awaitEnd(String id, long until) {
        Optional<JsonNode> rebuild = client.get("/audit/replays/" + id);
        while (System.nanoTime() < until && !isOver(rebuild)) {
            Client.pause(200);
            rebuild = client.get("/audit/replays/" + id);
        }
        return rebuild.filter(shown -> isOver(Optional.of(shown)));
    }

    private static void judge(Verdict verdict, JsonNode rebuild) {
        verdict.check(rebuild.path("comparison").path("differences").asLong(-1) == 0, "%s", rebuild);
    }

    private static boolean isOver(Optional<JsonNode> rebuild) {
        return rebuild.filter(shown -> OVER.contains(shown.path("state").asString()))
                .isPresent();
    }
}
