package io.waybill.chassis.messaging;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.axonframework.common.AxonThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records checkpoints from time to time; what was handled since the last is, after a loss, asked for again. */
final class CheckpointKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointKeeper.class);

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("checkpoints"));
    private final Checkpoints checkpoints;
    private final ReadProgress progress;
    private final Supplier<Collection<String>> processors;

    @SuppressWarnings("FutureReturnValueIgnored") // what it would tell is told below
    CheckpointKeeper(
            Checkpoints checkpoints,
            ReadProgress progress,
            Supplier<Collection<String>> processors,
            Duration interval) {
        this.checkpoints = checkpoints;
        this.progress = progress;
        this.processors = processors;
        thread.scheduleWithFixedDelay(this::record, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    void record() {
        try {
            processors.get().forEach(processor -> checkpoints.record(processor, progress));
        } catch (RuntimeException e) {
            LOG.warn("No checkpoint could be recorded; tried again later", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
