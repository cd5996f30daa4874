package io.waybill.chassis.readmodels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinatorThreadTest {

    private final CoordinatorThread thread = new CoordinatorThread("views");

    @AfterEach
    void stop() {
        thread.shutdownNow();
    }

    @Test
    void restsShortlyWhileASegmentHasEnough() {
        assertThat(pauseMillis()).isLessThanOrEqualTo(20);
    }

    @Test
    void waitsAsLongAsItIsToldForAllElse() {
        assertThat(thread.schedule(() -> {}, 5, TimeUnit.MINUTES).getDelay(TimeUnit.MINUTES))
                .isEqualTo(4);
    }

    private long pauseMillis() {
        return thread.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).getDelay(TimeUnit.MILLISECONDS);
    }
}
