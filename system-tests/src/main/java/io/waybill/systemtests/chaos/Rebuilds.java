package io.waybill.systemtests.chaos;

import io.waybill.systemtests.chaos.Operation.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has each read model made once more, and compared with the one that lived through all the faults. */
final class Rebuilds {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Set<String> OVER = Set.of("VERIFIED", "DISCARDED");
    private static final JsonMapper JSON = new JsonMapper();

    private final Client client;
    private final Verdict verdict =
            new Verdict("19", "Every read model is, byte for byte, what a rebuild makes of the log");

    Rebuilds(Client client) {
        this.client = client;
    }

    /** All of them at a time. */
    Verdict compare() {
        long until = System.nanoTime() + LIMIT.toNanos();
        Optional<JsonNode> all = client.get("/audit/replays");
        verdict.check(
                all.isPresent() && all.get().path("complete").asBoolean(), "nobody says which there are: %s", all);
        List<String> ids = all.stream()
                .flatMap(answer -> answer.path("services").valueStream())
                .flatMap(service -> service.path("readModels").valueStream())
                .flatMap(model -> start(model.path("projection").asString(), until).stream())
                .toList();
        ids.forEach(id -> awaitEnd(id, until));
        return verdict;
    }

    private Optional<String> start(String projection, long until) {
        Operation started = client.post(
                "rebuild",
                "/audit/replays",
                "",
                Map.of("projection", projection, "verify", true),
                () -> System.nanoTime() < until);
        if (started.outcome() != Outcome.OK) {
            verdict.check(false, "%s is not rebuilt: %s", projection, started);
            return Optional.empty();
        }
        return Optional.of(JSON.readTree(started.answer()).path("id").asString());
    }

    private void awaitEnd(String id, long until) {
        Optional<JsonNode> rebuild = client.get("/audit/replays/" + id);
        while (System.nanoTime() < until && !isOver(rebuild)) {
            Client.pause(200);
            rebuild = client.get("/audit/replays/" + id);
        }
        verdict.check(
                isOver(rebuild)
                        && rebuild.orElseThrow()
                                        .path("comparison")
                                        .path("differences")
                                        .asLong(-1)
                                == 0,
                "%s: %s",
                id,
                rebuild);
    }

    private static boolean isOver(Optional<JsonNode> rebuild) {
        return rebuild.filter(shown -> OVER.contains(shown.path("state").asString()))
                .isPresent();
    }
}
