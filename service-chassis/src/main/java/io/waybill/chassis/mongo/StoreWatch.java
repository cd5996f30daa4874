package io.waybill.chassis.mongo;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks again and again whether the service's store is whole. */
final class StoreWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("store-watch"));
    private final StoreMarks marks;

    @SuppressWarnings("FutureReturnValueIgnored") // what it would tell is told below
    StoreWatch(StoreMarks marks, Duration interval) {
        this.marks = marks;
        thread.scheduleWithFixedDelay(this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            marks.look();
        } catch (RuntimeException e) {
            LOG.warn("Whether the store is whole could not be seen; tried again later", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
