package io.waybill.chassis.readmodels;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks again and again what has been decided about the read models, here or in another instance. It begins after all
 * else and ends before: processors that are stopped with the service are not to be started again.
 */
final class ReadModelWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ReadModelWatch.class);

    private final ReadModels models;
    private final Duration interval;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("read-model-watch"));

    private volatile boolean running;

    ReadModelWatch(ReadModels models, Duration interval) {
        this.models = models;
        this.interval = interval;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what it would tell is told below
    public void start() {
        models.open(this::lookSoon);
        thread.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        running = true;
    }

    private void lookSoon() {
        try {
            thread.execute(this::look);
        } catch (RejectedExecutionException e) {
            LOG.debug("The service ends; what was decided is seen by another instance, or by the next start", e);
        }
    }

    private void look() {
        try {
            models.look();
        } catch (RuntimeException e) {
            LOG.warn("What has been decided about the read models could not be seen; tried again later", e);
        }
    }

    @Override
    public void stop() {
        running = false;
        thread.shutdownNow();
        models.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
