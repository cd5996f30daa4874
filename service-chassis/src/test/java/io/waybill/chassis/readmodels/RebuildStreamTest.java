package io.waybill.chassis.readmodels;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.readmodels.Rebuild.State;
import io.waybill.chassis.readmodels.ReplayController.Replay;
import io.waybill.chassis.web.LiveStreams;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RebuildStreamTest {

    private final AtomicReference<Replay> rebuild = new AtomicReference<>(at(10));
    private final List<Object> told = new ArrayList<>();
    private final RebuildStream stream = new RebuildStream(rebuild::get);

    private final LiveStreams.Sink browser = new LiveStreams.Sink() {
        @Override
        public void send(@Nullable String id, String event, Object data) {
            assertThat(event).isEqualTo("rebuild");
            told.add(data);
        }

        @Override
        public void mark(String id) {
            throw new AssertionError("there is nothing to come back to but the rebuild as it is");
        }
    };

    @Test
    void tellsHowFarItIsAndThenOnlyWhatChanged() throws IOException {
        stream.sendNews(browser);
        stream.sendNews(browser);
        rebuild.set(at(20));
        stream.sendNews(browser);

        assertThat(told).containsExactly(at(10), at(20));
    }

    private static Replay at(long position) {
        return new Replay(
                "sample.tallies.1",
                "tallies",
                false,
                State.RUNNING,
                Instant.EPOCH,
                null,
                new ReadModels.Progress(position, 100, 5, 16L),
                null);
    }
}
