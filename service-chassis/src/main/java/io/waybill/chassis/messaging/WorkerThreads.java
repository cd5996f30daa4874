package io.waybill.chassis.messaging;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.axonframework.common.AxonThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which an event processor handles its events. After each batch, and after events that it only passes over,
 * which no handler or interceptor gets to see, they tell that it has got on.
 */
final class WorkerThreads extends ScheduledThreadPoolExecutor {

    /** Axon's own number: one for each segment that a process has at first. */
    private static final int THREADS = 4;

    private final Runnable progress;

    /** @param progress is told on these threads, so it must be quick */
    WorkerThreads(String processor, Runnable progress) {
        super(THREADS, new AxonThreadFactory("WorkPackage[" + processor + "]"));
        this.progress = progress;
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable failure) {
        progress.run();
    }
}
