package io.waybill.chassis.messaging;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.axonframework.queryhandling.QueryExecutionException;
import org.axonframework.queryhandling.QueryGateway;
import org.axonframework.queryhandling.SubscriptionQueryResult;
import org.jspecify.annotations.Nullable;

/** How controllers ask queries: one at a time, waiting for the answer. */
public final class RequestQueries {

    /** A read is a look into a store; what takes longer than this will not come. */
    private static final long ANSWER_TIMEOUT_SECONDS = 5;

    private final QueryGateway gateway;

    RequestQueries(QueryGateway gateway) {
        this.gateway = gateway;
    }

    /**
     * Asks and waits for the answer.
     *
     * @return the answer, or null if there is none
     * @throws Unanswered if no handler answered in time
     * @throws QueryExecutionException if its handler failed
     */
    public <R> @Nullable R ask(Object query, Class<R> answerType) {
        try {
            return gateway.query(query, answerType).get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new QueryExecutionException("The query failed", e.getCause());
        } catch (TimeoutException e) {
            throw new Unanswered("The query was not answered in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unanswered("Stopped while waiting for an answer", e);
        }
    }

    /**
     * Asks and goes on listening.
     *
     * @param onUpdate is told each update, on a thread that must not be held up
     * @param onEnd is told once there will be no more updates, unless the subscription was closed
     */
    public <I, U> Subscription<I> follow(
            Object query, Class<I> answerType, Class<U> updateType, Consumer<U> onUpdate, Runnable onEnd) {
        SubscriptionQueryResult<I, U> result = gateway.subscriptionQuery(query, answerType, updateType);
        var subscription = new Subscription<>(result, Duration.ofSeconds(ANSWER_TIMEOUT_SECONDS));
        Runnable end = () -> {
            subscription.end();
            onEnd.run();
        };
        var unused = result.updates().subscribe(onUpdate, failure -> end.run(), end);
        return subscription;
    }
}
