package io.waybill.chassis.readmodels;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;

/**
 * The thread on which a projection's processor gives events to its segments. Once a segment has as many as it may, Axon
 * looks again after 100 ms. It has a thousand, which are worked off long before, so that a rebuild would rest most of the
 * time.
 */
final class CoordinatorThread extends ScheduledThreadPoolExecutor {

    /** Of all pauses that Axon makes the only one that is as short. */
    private static final long AXONS_PAUSE_MILLIS = 100;

    private static final long PAUSE_MILLIS = 5;

    CoordinatorThread(String processor) {
        super(1, new AxonThreadFactory("Coordinator[" + processor + "]"));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        boolean isPause = unit.toMillis(delay) == AXONS_PAUSE_MILLIS;
        return super.schedule(task, isPause ? PAUSE_MILLIS : delay, isPause ? TimeUnit.MILLISECONDS : unit);
    }
}
