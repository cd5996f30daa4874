package io.waybill.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Thousands of short histories of the whole business, each of which a seed decides. A seed that fails is named with the
 * story of its history, and kept in {@code target/failing-seeds}; once the cause is mended, put it into
 * {@code kept-seeds}.
 */
class RandomHistoriesTest {

    private static final int HISTORIES = Integer.getInteger("simulation.histories", 10_000);
    private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);
    private static final Path FAILING_SEEDS = Path.of("target", "failing-seeds");

    private final Services services = new Services();

    @Test
    void goodsAndMoneyAddUpWhateverHappens() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
            check(seed);
        }
    }

    @Test
    void whatOnceFailedHolds() throws IOException {
        for (String line : Files.readAllLines(Path.of("src", "test", "resources", "kept-seeds"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                check(Long.parseLong(line.strip()));
            }
        }
    }

    private void check(long seed) {
        try {
            new World(services, Choices.seeded(seed), false).live(requests(seed));
        } catch (Throwable failure) {
            keep(seed);
            throw tellShortest(seed, failure);
        }
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
            } catch (Throwable again) {
                return new AssertionError(
                        "seed " + seed + ", " + requests + " requests: " + again + "\n" + world.story(), again);
            }
        }
        return new AssertionError("seed " + seed + " did not fail again", failure);
    }

    private static void keep(long seed) {
        try {
            Files.write(
                    FAILING_SEEDS, List.of(String.valueOf(seed)), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
