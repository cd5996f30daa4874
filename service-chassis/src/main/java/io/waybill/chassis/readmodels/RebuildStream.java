package io.waybill.chassis.readmodels;

import io.waybill.chassis.readmodels.ReplayController.Replay;
import io.waybill.chassis.web.LiveStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A rebuild as it gets on. How far it is, is the sum of what several instances do, of which none tells the others: so it is
 * looked up. What is sent is all there is to say, so a browser that comes back need not say what it had.
 */
final class RebuildStream implements LiveStreams.Source {

    /** As often as somebody who watches wants to see the figures move. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    private final Supplier<Replay> rebuild;
    private @Nullable Replay sent;

    RebuildStream(Supplier<Replay> rebuild) {
        this.rebuild = rebuild;
    }

    @Override
    public void sendNews(LiveStreams.Sink sink) throws IOException {
        Replay now = rebuild.get();
        if (!now.equals(sent)) {
            sink.send(null, "rebuild", now);
            sent = now;
        }
    }

    @Override
    public Duration lookInterval() {
        return LOOK_INTERVAL;
    }

    @Override
    public void close() {}
}
