package io.waybill.chassis.messaging;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.axonframework.common.AxonTransientException;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.Scope;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an event that a saga's handler fails on from holding up all other sagas of its segment. It is parked, in the saga
 * itself, and whatever comes for the saga later waits behind it, until somebody has it all handled again.
 *
 * <p>A handler that fails may have changed the saga by then, and the whole batch is handled again. So an event is parked
 * the next time it comes, without asking its handler. Only what the handler throws counts: a command that is not
 * answered makes the batch fail, as ever.
 *
 * <p>That an event is parked is told by an event, which comes into the event store before the saga is stored. A saga that
 * is restored by a {@link Replay} is asked nothing that it failed on then.
 *
 * <p>To be called by a {@code @MessageHandlerInterceptor} of the saga. An event concerns one saga of a type at most.
 */
public final class Parking {

    /**
     * After so many attempts an event is parked. Handlers of sagas call nobody and read no clock, so the second attempt
     * says it all; but each comes after a pause of about a second, and whatever else may ail a process has some seconds
     * to pass.
     */
    static final int ATTEMPTS = 5;

    /** Each segment fails at one event at a time; what is left of others was handled elsewhere since. */
    private static final int MAX_REMEMBERED = 1_000;
    /** It is kept in the saga, and says what is wrong at its beginning. */
    private static final int MAX_ERROR_LENGTH = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private final SagaCommands commands;
    private final Map<Attempt, Failure> failures = new ConcurrentHashMap<>();

    /** @param commands with which the sagas send */
    public Parking(SagaCommands commands) {
        this.commands = commands;
    }

    /** @param cause the event that is being handled, which may have another one handled again */
    private record Attempt(String saga, String cause, String event) {}

    private record Failure(int count, String error) {}

    /**
     * Hands an event to its handler, or parks it: behind others if there are any.
     *
     * @param tell makes the event that tells of it of what the handler threw, if it is this one that is parked; also
     *     called when it was told before
     * @return what the handler returned; null if it was not asked
     */
    public @Nullable Object handle(
            Parked parked, EventMessage<?> event, InterceptorChain handler, Function<String, Object> tell)
            throws Exception {
        if (parked.isEmpty() || !(event instanceof TrackedEventMessage<?> tracked)) {
            return handleAtOnce(parked, event, handler, tell);
        }
        parked.addBehind(Positions.of(tracked.trackingToken()));
        return null;
    }

    /** The same, but the event does not wait for others that are parked. */
    public @Nullable Object handleAtOnce(
            Parked parked, EventMessage<?> event, InterceptorChain handler, Function<String, Object> tell)
            throws Exception {
        if (!(event instanceof TrackedEventMessage<?> tracked)) {
            // Of no position, so it could not be found again.
            return handler.proceed();
        }
        var attempt =
                new Attempt(saga().root().getClass().getSimpleName(), cause().getIdentifier(), event.getIdentifier());
        Optional<String> error = reasonToPark(attempt, event);
        if (error.isPresent()) {
            parked.add(
                    Positions.of(tracked.trackingToken()),
                    event.getPayloadType().getName(),
                    error.get());
            tell(attempt, event, error.get(), tell.apply(error.get()));
            return null;
        }
        try {
            Object result = handler.proceed();
            failures.remove(attempt);
            return result;
        } catch (AxonTransientException e) {
            throw e;
        } catch (Exception e) {
            failed(attempt, e);
            throw e;
        }
    }

    /** Has all that is parked handled in its order; what still fails stays, and all behind it. */
    public void retry(Parked parked) {
        handOver(parked.take());
    }

    /**
     * Drops the event that the handler fails on, and has those handled that wait behind it.
     *
     * @return false if that was the end of the saga
     */
    public boolean discard(Parked parked) {
        List<Long> all = parked.take();
        handOver(all.subList(1, all.size()));
        return saga().isActive();
    }

    private void handOver(List<Long> positions) {
        for (long position : positions) {
            Object unusedBecauseSagasAnswerNobody =
                    saga().handle(commands.outcomes().eventAt(position));
        }
    }

    private Optional<String> reasonToPark(Attempt attempt, EventMessage<?> event) {
        Optional<String> told = Replay.isNow()
                ? commands.outcomes().parking(attempt.saga(), event, cause(), Replay.checkpoint())
                : Optional.empty();
        return told.or(() -> Optional.ofNullable(failures.get(attempt))
                .filter(failure -> failure.count() >= ATTEMPTS)
                .map(Failure::error));
    }

    private void tell(Attempt attempt, EventMessage<?> event, String error, Object told) {
        commands.tellOnceAnswered(told, Outcomes.ofParking(attempt.saga(), event, error));
        batch().afterCommit(all -> {
            if (failures.remove(attempt) != null) {
                LOG.error("Parked {} of {}: {}", event.getPayloadType().getSimpleName(), attempt.saga(), error);
            }
        });
    }

    private void failed(Attempt attempt, Exception thrown) {
        if (failures.size() >= MAX_REMEMBERED) {
            failures.clear();
        }
        String error = thrown.toString();
        failures.merge(
                attempt,
                new Failure(1, error.substring(0, Math.min(error.length(), MAX_ERROR_LENGTH))),
                (before, last) -> new Failure(before.count() + 1, last.error()));
    }

    private static AnnotatedSaga<?> saga() {
        return Scope.getCurrentScope();
    }

    private static EventMessage<?> cause() {
        return (EventMessage<?>) batch().getMessage();
    }

    private static UnitOfWork<?> batch() {
        return CurrentUnitOfWork.get().root();
    }
}
