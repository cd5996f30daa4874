package io.waybill.systemtests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A short run of what {@code ./waybill chaos} does for as long as one likes. */
class ChaosTest {

    private static final Duration DURATION = Duration.ofSeconds(60);
    private static final long SEED = 20_261_124;

    @Test
    void nothingIsLostOrDoneTwiceWhateverBreaks() throws Exception {
        var run = new ChaosRun(new ChaosRun.Settings(
                DURATION, SEED, false, Path.of("target/chaos").toAbsolutePath(), true));

        assertThat(run.run()).as(() -> run.report()).isTrue();
    }
}
