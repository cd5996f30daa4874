package io.waybill.chassis.messaging;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.slf4j.MDC;

/**
 * How event handlers send commands: without waiting one by one, but the batch of events counts as handled only when all
 * of them have been answered. They are joined before any saga is stored, so a crash at any point repeats a command
 * rather than losing it, and one that fails makes the whole batch be handled again.
 *
 * <p>A {@link Misuse} would fail as often as it is tried. Whoever can wait for somebody to look says so when sending, and
 * holds up nobody else.
 *
 * <p>The other side must therefore take a repeated command as a quiet no-op. An event that comes again from before the
 * {@link Checkpoints checkpoint} of its processor sends nothing: its commands were answered, and the answers are known.
 */
public final class SagaCommands {

    private static final String BATCH = SagaCommands.class.getName();
    /** Well over the retries of the command gateway; what takes longer is asked again with the next attempt. */
    private static final long ANSWER_TIMEOUT_SECONDS = 30;

    private final CommandGateway gateway;
    private final EventBus eventBus;
    private final Outcomes outcomes;

    /**
     * @param gateway through which the commands go
     * @param eventBus through which it is told that one was refused
     */
    public SagaCommands(CommandGateway gateway, EventBus eventBus) {
        this(gateway, eventBus, new Outcomes(() -> (EventStore) eventBus));
    }

    SagaCommands(CommandGateway gateway, EventBus eventBus, Outcomes outcomes) {
        this.gateway = gateway;
        this.eventBus = eventBus;
        this.outcomes = outcomes;
    }

    /** Sends a command as part of handling the current batch of events. */
    public void send(Object command) {
        if (Replay.isNow()) {
            return;
        }
        batch(CurrentUnitOfWork.get()).sent.add(dispatch(command));
    }

    /**
     * Sends a command that may turn out to be a misuse, which then does not make the batch fail.
     *
     * @param ifRefused called in that case when all commands of the batch have been answered, before any saga is
     *     stored; the event it makes of the fault is published as one that the current event led to
     */
    public void send(Object command, Function<Fault, Object> ifRefused) {
        if (Replay.isNow()) {
            var cause = (EventMessage<?>) CurrentUnitOfWork.get().root().getMessage();
            for (Fault fault : outcomes.refusals(command, cause, Replay.checkpoint())) {
                Object unusedBecausePublishedThen = ifRefused.apply(fault);
            }
            return;
        }
        Batch batch = batch(CurrentUnitOfWork.get());
        MetaData correlation = CurrentUnitOfWork.correlationData();
        CompletableFuture<Optional<Fault>> answer =
                dispatch(command).handle((result, failure) -> failure == null ? Optional.empty() : misuse(failure));
        batch.sent.add(answer);
        batch.onceAnswered.add(() -> answer.join()
                .ifPresent(fault ->
                        publish(ifRefused.apply(fault), correlation.mergedWith(Outcomes.ofRefusal(command, fault)))));
    }

    /** That it cannot be sent is nothing the handler could help, and over as soon as the bus is back. */
    private CompletableFuture<Object> dispatch(Object command) {
        try {
            return gateway.send(command);
        } catch (RuntimeException e) {
            throw new Unanswered(command.getClass().getSimpleName() + " could not be sent", e);
        }
    }

    /** Tells of something once all commands of the current batch have been answered, unless it was told before. */
    void tellOnceAnswered(Object event, Map<String, String> outcome) {
        MetaData correlation = CurrentUnitOfWork.correlationData();
        if (!Replay.isNow()) {
            batch(CurrentUnitOfWork.get()).onceAnswered.add(() -> publish(event, correlation.mergedWith(outcome)));
        }
    }

    Outcomes outcomes() {
        return outcomes;
    }

    /**
     * Does something to the saga when all commands of the current batch have been answered, before any saga is stored; at
     * once if they were answered long ago.
     */
    public void onceAnswered(Runnable action) {
        if (Replay.isNow()) {
            action.run();
        } else {
            batch(CurrentUnitOfWork.get()).onceAnswered.add(action);
        }
    }

    /** Does something outside the saga when all commands of the current batch have been answered, unless they were before. */
    public void effectOnceAnswered(Runnable effect) {
        if (!Replay.isNow()) {
            batch(CurrentUnitOfWork.get()).onceAnswered.add(() -> beside(effect));
        }
    }

    private static Optional<Fault> misuse(Throwable failure) {
        Optional<Fault> fault = Misuse.faultOf(failure);
        if (fault.isEmpty()) {
            throw new CompletionException(failure);
        }
        return fault;
    }

    private void publish(Object event, MetaData metaData) {
        beside(() -> eventBus.publish(new GenericEventMessage<>(event, metaData)));
    }

    /** Beside the batch, which would put its events into the store after its sagas. */
    private static void beside(Runnable effect) {
        UnitOfWork<?> batch = CurrentUnitOfWork.get();
        CurrentUnitOfWork.clear(batch);
        try {
            effect.run();
        } finally {
            CurrentUnitOfWork.set(batch);
        }
    }

    /**
     * Joins the commands of a batch. It has to be registered with the processor rather than on the first command: what
     * is registered first runs first, and this must run before a saga is stored.
     */
    static final class Join implements MessageHandlerInterceptor<EventMessage<?>> {

        private final String processor;
        private final Checkpoints checkpoints;

        Join(String processor, Checkpoints checkpoints) {
            this.processor = processor;
            this.checkpoints = checkpoints;
        }

        @Override
        public Object handle(UnitOfWork<? extends EventMessage<?>> unitOfWork, InterceptorChain chain)
                throws Exception {
            Replay.upTo(checkpoints.of(processor), unitOfWork);
            batch(unitOfWork);
            if (unitOfWork.getMessage() instanceof TrackedEventMessage<?> event) {
                long position = Positions.of(event.trackingToken());
                unitOfWork.afterCommit(all -> checkpoints.handled(processor, position));
            }
            Object correlationId = unitOfWork.getMessage().getMetaData().get(Correlation.CORRELATION_ID);
            MDC.put(Correlation.CORRELATION_ID, String.valueOf(correlationId));
            try {
                return chain.proceed();
            } finally {
                MDC.remove(Correlation.CORRELATION_ID);
            }
        }
    }

    private static final class Batch {

        private final List<CompletableFuture<?>> sent = new ArrayList<>();
        private final List<Runnable> onceAnswered = new ArrayList<>();

        void join() {
            try {
                CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                        .get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new CommandExecutionException("A command of this batch of events failed", e.getCause());
            } catch (TimeoutException e) {
                throw new CommandExecutionException("A command of this batch of events was not answered in time", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandExecutionException("Stopped while waiting for the answer to a command", e);
            }
            onceAnswered.forEach(Runnable::run);
        }
    }

    private static Batch batch(UnitOfWork<?> unitOfWork) {
        return unitOfWork.getOrComputeResource(BATCH, key -> {
            var batch = new Batch();
            unitOfWork.onPrepareCommit(all -> batch.join());
            return batch;
        });
    }
}
