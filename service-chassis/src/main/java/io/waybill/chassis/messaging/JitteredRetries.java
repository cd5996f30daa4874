package io.waybill.chassis.messaging;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.gateway.AbstractRetryScheduler;
import org.axonframework.commandhandling.gateway.AxonNonTransientExceptionClassesPredicate;

/**
 * Sends a command again that failed, unless it was a misuse: a few times, after growing pauses that differ from sender
 * to sender. Without that difference all that were cut off together would come back together, again and again.
 */
final class JitteredRetries extends AbstractRetryScheduler {

    /** With the pauses below, three seconds at the most: in that time a lost race or a short restart is over. */
    static final int RETRIES = 5;

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final Predicate<Throwable> MISUSE =
            failure -> Misuse.faultOf(failure).isPresent();

    private final RandomGenerator random;

    JitteredRetries(ScheduledExecutorService executor, RandomGenerator random) {
        super(new Builder()
                .retryExecutor(executor)
                .maxRetryCount(RETRIES)
                .nonTransientFailurePredicate(MISUSE.or(new AxonNonTransientExceptionClassesPredicate())));
        this.random = random;
    }

    @Override
    @SuppressWarnings("rawtypes") // as declared by Axon
    protected long computeRetryInterval(
            CommandMessage command, RuntimeException failure, List<Class<? extends Throwable>[]> failures) {
        return pauseMillis(failures.size());
    }

    /** Between half of 100, 200, ... 1600 ms and all of it. */
    long pauseMillis(int failures) {
        long longest = FIRST_PAUSE_MILLIS << (failures - 1);
        return random.nextLong(longest / 2, longest + 1);
    }

    private static final class Builder extends AbstractRetryScheduler.Builder<Builder> {}
}
