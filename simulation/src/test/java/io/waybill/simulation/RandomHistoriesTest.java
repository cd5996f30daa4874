package io.waybill.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

    private final Histories histories = new Histories();

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

    @Test
    void aSeedMakesTheSameHistoryWhateverCameBeforeIt() {
        String story = histories.story(FIRST_SEED);
        histories.live(FIRST_SEED + 1);

        assertThat(histories.story(FIRST_SEED)).isEqualTo(story);
        assertThat(new Histories().story(FIRST_SEED)).isEqualTo(story);
    }

    /** What has no order of its own in the JDK, such as a {@code Set.of}, has another one in each JVM. */
    @Test
    void aSeedMakesTheSameHistoryInAnotherJvm() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process other = new ProcessBuilder(
                        java.toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoryDigest.class.getName(),
                        Long.toString(FIRST_SEED))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> said =
                new String(other.getInputStream().readAllBytes(), UTF_8).lines().toList();

        assertThat(said).isNotEmpty();
        assertThat(said.getLast()).isEqualTo(StoryDigest.of(FIRST_SEED));
    }

    private void check(long seed) {
        histories.live(seed).ifPresent(failure -> {
            keep(seed);
            throw failure;
        });
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
