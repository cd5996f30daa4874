package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JitteredRetriesTest {

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final JitteredRetries retries = new JitteredRetries(executor, new Random(1));

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void pausesLongerAfterEachFailureAndThreeSecondsAltogetherAtMost() {
        assertThat(retries.pauseMillis(1)).isBetween(50L, 100L);
        assertThat(retries.pauseMillis(JitteredRetries.RETRIES)).isBetween(800L, 1600L);
        assertThat(LongStream.rangeClosed(1, JitteredRetries.RETRIES)
                        .map(failure -> retries.pauseMillis((int) failure))
                        .sum())
                .isLessThanOrEqualTo(3100);
    }

    @Test
    void sendersThatFailedTogetherDoNotComeBackTogether() {
        long different = LongStream.range(0, 100)
                .map(sender -> retries.pauseMillis(JitteredRetries.RETRIES))
                .distinct()
                .count();

        assertThat(different).isGreaterThan(50);
    }
}
