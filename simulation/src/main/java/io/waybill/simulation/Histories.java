package io.waybill.simulation;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Histories that seeds make, and the story of one that went wrong. */
final class Histories {

    private final Services services = new Services();
    private final Map<String, Integer> reached = new TreeMap<>();

    /** How often what was reached in all histories so far. */
    Map<String, Integer> reached() {
        return reached;
    }

    /** Lives through a history; what went wrong is told, from the shortest beginning of it in which it does. */
    Optional<AssertionError> live(long seed) {
        try {
            new World(services, Choices.seeded(seed), false, reached).live(requests(seed));
            return Optional.empty();
        } catch (AssertionError | RuntimeException failure) {
            return Optional.of(tellShortest(seed, failure));
        }
    }

    /** The story of a history in which nothing goes wrong. */
    String story(long seed) {
        var world = new World(services, Choices.seeded(seed), true);
        world.live(requests(seed));
        return world.story();
    }

    private static int requests(long seed) {
        return Choices.seeded(~seed).between(20, 40);
    }

    /** The beginning of a history that fails is often enough to make it fail. */
    private AssertionError tellShortest(long seed, Throwable failure) {
        for (int requests = 0; requests <= requests(seed); requests++) {
            var world = new World(services, Choices.seeded(seed), true);
            try {
                world.live(requests);
            } catch (AssertionError | RuntimeException again) {
                return new AssertionError(
                        "seed " + seed + ", " + requests + " requests: " + again + "\n" + world.story(), again);
            }
        }
        return new AssertionError("seed " + seed + " did not fail again", failure);
    }
}
