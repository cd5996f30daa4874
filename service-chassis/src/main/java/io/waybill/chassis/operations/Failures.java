package io.waybill.chassis.operations;

import io.waybill.chassis.messaging.Segments;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * Which segments of this instance's event processors fail. A processor tries a batch that failed again and again, with
 * pauses in which it looks as if nothing were wrong; so it is noted when it began, until a batch passes.
 */
final class Failures {

    private final Clock clock;
    private final Map<Key, Failure> failures = new ConcurrentHashMap<>();

    Failures(Clock clock) {
        this.clock = clock;
    }

    private record Key(String processor, int segment) {}

    /**
     * A segment whose batches keep failing.
     *
     * @param since when it failed first, with no batch passed since
     * @param attempts how often it has failed since
     * @param error what went wrong the last time
     * @param event at which it went wrong; null if that was after all events of the batch had been handled, when
     *     the commands they led to were answered or the outcome was stored
     * @param firstPosition of the batch in the event store
     * @param lastPosition of the batch in the event store
     */
    record Failure(
            Instant since,
            int attempts,
            String error,
            @Nullable Event event,
            long firstPosition,
            long lastPosition) {

        /** An event, by its ID and type. */
        record Event(String id, String type, long position) {}
    }

    @Nullable
    Failure of(String processor, int segment) {
        return failures.get(new Key(processor, segment));
    }

    /** Notes how the batches of a processor end. */
    MessageHandlerInterceptor<EventMessage<?>> watch(String processor) {
        return (unitOfWork, chain) -> {
            @Nullable Integer segment = Segments.of(unitOfWork, processor);
            // A dead letter is told of where it is parked.
            if (segment == null) {
                return chain.proceed();
            }
            var batch = batch(unitOfWork, new Key(processor, segment));
            batch.current = unitOfWork.getMessage();
            Object result = chain.proceed();
            batch.current = null;
            return result;
        };
    }

    private Batch batch(UnitOfWork<? extends EventMessage<?>> unitOfWork, Key key) {
        return unitOfWork.getOrComputeResource(Batch.class.getName(), name -> {
            var batch = new Batch();
            unitOfWork.afterCommit(all -> failures.remove(key));
            unitOfWork.onRollback(all -> failures.compute(key, (same, before) -> failure(before, batch, all)));
            return batch;
        });
    }

    private Failure failure(@Nullable Failure before, Batch batch, UnitOfWork<? extends EventMessage<?>> unitOfWork) {
        List<? extends EventMessage<?>> events = unitOfWork instanceof BatchingUnitOfWork<? extends EventMessage<?>> all
                ? all.getMessages()
                : List.of(unitOfWork.getMessage());
        @Nullable EventMessage<?> failed = events.size() == 1 ? events.getFirst() : batch.current;
        return new Failure(
                before == null ? clock.instant() : before.since(),
                before == null ? 1 : before.attempts() + 1,
                error(unitOfWork.getExecutionResult().getExceptionResult()),
                failed == null
                        ? null
                        : new Failure.Event(
                                failed.getIdentifier(), failed.getPayloadType().getName(), position(failed)),
                position(events.getFirst()),
                position(events.getLast()));
    }

    /** With what is at the bottom of it, because what is on top often says no more than that something failed. */
    private static String error(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return thrown.getCause() == null ? thrown.toString() : thrown + ", because of " + root;
    }

    private static long position(EventMessage<?> event) {
        return event instanceof TrackedEventMessage<?> tracked
                ? tracked.trackingToken().position().orElse(-1)
                : -1;
    }

    private static final class Batch {

        /** What is being handled now; null between events and after the last one. */
        private @Nullable EventMessage<?> current;
    }
}
