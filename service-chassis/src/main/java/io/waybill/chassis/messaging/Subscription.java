package io.waybill.chassis.messaging;

import java.time.Duration;
import org.axonframework.queryhandling.SubscriptionQueryResult;
import org.jspecify.annotations.Nullable;

/**
 * A query whose answer is followed by updates, until it is closed.
 *
 * @param <I> the answer
 */
public final class Subscription<I> implements AutoCloseable {

    private final SubscriptionQueryResult<I, ?> result;
    private final Duration atMost;
    private volatile boolean ended;

    Subscription(SubscriptionQueryResult<I, ?> result, Duration atMost) {
        this.result = result;
        this.atMost = atMost;
    }

    /**
     * Waits for the answer. What changes after it was given is told by updates, and some of what it knew already may be.
     *
     * @return null if there is none
     * @throws RuntimeException if no handler answered in time, or it failed
     */
    public @Nullable I answer() {
        return result.initialResult().block(atMost);
    }

    /**
     * To be called before relying on updates.
     *
     * @throws IllegalStateException if there will be no more, because they were not taken fast enough or whoever sent them
     *     is gone
     */
    public void requireOpen() {
        if (ended) {
            throw new IllegalStateException("There are no more updates");
        }
    }

    void end() {
        ended = true;
    }

    @Override
    public void close() {
        result.close();
    }
}
