package io.waybill.chassis.readmodels;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;

/**
 * The thread on which a projection's processor gives events to its segments. Once a segment has about a thousand, Axon
 * looks again after 100 ms whether it can take more, so that a rebuild rests whenever they are worked off sooner.
 */
final class CoordinatorThread extends ScheduledThreadPoolExecutor {

    /** Of all pauses that Axon makes the only one of this length. */
    private static final long AXONS_PAUSE_MILLIS = 100;

    /** Enough for 50,000 events a second; with each look at a segment that is being given up, Axon gives it up again. */
    private static final long PAUSE_MILLIS = 20;

    CoordinatorThread(String processor) {
        super(1, new AxonThreadFactory("Coordinator[" + processor + "]"));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        boolean isPause = unit.toMillis(delay) == AXONS_PAUSE_MILLIS;
        return super.schedule(task, isPause ? PAUSE_MILLIS : delay, isPause ? TimeUnit.MILLISECONDS : unit);
    }
}
