package io.waybill.chassis.messaging;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.queryhandling.QueryExecutionException;
import org.axonframework.queryhandling.QueryGateway;
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
}
