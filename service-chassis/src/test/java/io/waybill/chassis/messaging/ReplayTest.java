package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.gateway.DefaultEventGateway;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.java.SimpleEventScheduler;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked // a null is a failure here
class ReplayTest {

    private static final String PROCESSOR = "process";
    private static final long CHECKPOINT = 7;

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final DefaultCommandGateway gateway =
            DefaultCommandGateway.builder().commandBus(bus).build();
    private final SagaCommands commands = new SagaCommands(gateway, eventStore);
    private final Checkpoints checkpoints = new Checkpoints("service", Set.of("views"), () -> eventStore);
    private final List<Object> sent = new ArrayList<>();
    private final EventScheduler scheduler = new ReplayGuard.OfSchedules(SimpleEventScheduler.builder()
            .eventBus(eventStore)
            .scheduledExecutorService(Executors.newSingleThreadScheduledExecutor())
            .transactionManager(NoTransactionManager.instance())
            .build());

    ReplayTest() {
        eventStore.registerDispatchInterceptor(new ReplayGuard.OfMessages<>());
        bus.registerDispatchInterceptor(new ReplayGuard.OfMessages<>());
        bus.subscribe(String.class.getName(), command -> {
            sent.add(command.getPayload());
            return null;
        });
    }

    @AfterEach
    void stop() {
        scheduler.shutdown();
    }

    @Test
    void nothingIsSentUpToTheCheckpointAndAllBeyondIt() {
        reached(CHECKPOINT);

        handle(PROCESSOR, message -> commands.send(message.getPayload()), 6, 7, 8, 9);

        assertThat(sent).containsExactly("event 8", "event 9");
    }

    @Test
    void allIsSentBeforeThereIsACheckpoint() {
        handle(PROCESSOR, message -> commands.send(message.getPayload()), 0, 1);

        assertThat(sent).containsExactly("event 0", "event 1");
    }

    @Test
    void whatASagaRemembersIsDoneAndWhatItSetsOffIsNot() {
        reached(CHECKPOINT);
        List<String> done = new ArrayList<>();

        handle(
                PROCESSOR,
                message -> {
                    commands.effectOnceAnswered(() -> done.add("set off by " + message.getPayload()));
                    commands.onceAnswered(() -> done.add("remembered of " + message.getPayload()));
                },
                7,
                8);

        assertThat(done).containsExactly("remembered of event 7", "set off by event 8", "remembered of event 8");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, CHECKPOINT})
    void noWayOutIsOpenDuringAReplay(long position) {
        reached(CHECKPOINT);

        isRefused(PROCESSOR, message -> gateway.sendAndWait("command"), position);
        isRefused(
                PROCESSOR,
                message -> DefaultEventGateway.builder()
                        .eventBus(eventStore)
                        .build()
                        .publish("event"),
                position);
        isRefused(PROCESSOR, message -> eventStore.publish(GenericEventMessage.asEventMessage("event")), position);
        isRefused(PROCESSOR, message -> scheduler.schedule(Instant.MAX, "event"), position);
        isRefused(PROCESSOR, message -> scheduler.schedule(Duration.ofDays(1), "event"), position);
        isRefused(PROCESSOR, message -> scheduler.cancelSchedule(new SimpleScheduleToken("1")), position);
        isRefused(
                PROCESSOR,
                message -> scheduler.reschedule(new SimpleScheduleToken("1"), Duration.ofDays(1), "event"),
                position);
        isRefused(
                PROCESSOR,
                message -> scheduler.reschedule(new SimpleScheduleToken("1"), Instant.MAX, "event"),
                position);
        assertThat(sent).isEmpty();
    }

    @Test
    void aProjectionNeverSends() {
        isRefused("views", message -> gateway.sendAndWait("command"), 1_000);
    }

    @Test
    void aProcessThatWasRefusedIsGivenTheSameRefusalAgainAndTellsNobody() {
        bus.subscribe(Integer.class.getName(), command -> {
            throw Misuse.conflict("UNLUCKY", "Count by another number.");
        });
        List<Fault> faults = new ArrayList<>();
        Consumer<EventMessage<?>> handler = message -> commands.send(13, fault -> {
            faults.add(fault);
            return "refused";
        });
        handle(PROCESSOR, handler, 3);
        long told = Positions.last(eventStore);
        reached(CHECKPOINT);

        handle(PROCESSOR, handler, 3);
        handle(PROCESSOR, handler, 4);

        var refusal = new Fault(Fault.Kind.CONFLICT, "UNLUCKY", "Count by another number.");
        assertThat(faults).containsExactly(refusal, refusal);
        assertThat(Positions.last(eventStore)).isEqualTo(told + 1); // the checkpoint
    }

    @Test
    void aCheckpointIsTheLeastThatAllSegmentsHaveReadAtTwoLooks() {
        handle(PROCESSOR, message -> {}, 20);

        record("a", Map.of(0, 5L, 1, 9L));
        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(-1);
        record("a", Map.of(0, 12L, 1, 11L));
        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(5);
        record("a", Map.of(0, 12L, 1, 20L));
        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(11);
    }

    @Test
    void aCheckpointIsNotBeyondASegmentWhoseTokenWasAwayWhileItWasMerged() {
        handle(PROCESSOR, message -> {}, 20);

        record("a", Map.of(0, 12L));
        record("a", Map.of(0, 5L));

        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(5);
    }

    @Test
    void whatIsLostInTheMidstOfALookIsNoCheckpoint() {
        handle(PROCESSOR, message -> {}, 20);
        record("a", Map.of(0, 5L));
        Iterator<String> generations = List.of("a", "b").iterator();

        checkpoints.record(PROCESSOR, progress(() -> Optional.of(generations.next()), Map.of(0, 20L)));

        assertThat(generations.hasNext()).isFalse();
        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(-1);
    }

    @Test
    void whatWasReadBeforeALossWasSeenIsNoCheckpoint() {
        handle(PROCESSOR, message -> {}, 20);

        record("a", Map.of(0, 5L));
        checkpoints.record(PROCESSOR, progress(Optional::empty, Map.of(0, 20L)));
        record("b", Map.of(0, 20L));

        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(-1);
    }

    @Test
    void whatWasReadBeforeTheStoreWasMadeAnewIsNoCheckpoint() {
        handle(PROCESSOR, message -> {}, 20);

        record("a", Map.of(0, 20L));
        record("b", Map.of(0, 20L));

        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(-1);
    }

    @Test
    void whatIsReadWhileSomethingIsLostIsNoCheckpoint() {
        handle(PROCESSOR, message -> {}, 20);

        checkpoints.record(PROCESSOR, progress(Optional::empty, Map.of(0, 20L)));
        checkpoints.record(PROCESSOR, progress(Optional::empty, Map.of(0, 20L)));

        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(-1);
    }

    @Test
    void aCheckpointIsNeverPutBack() {
        reached(CHECKPOINT);
        handle(PROCESSOR, message -> {}, 20);

        record("b", Map.of(0, 2L));
        record("b", Map.of(0, 3L));

        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(CHECKPOINT);
    }

    @Test
    void whoeverHandledNothingRecordsNothing() {
        reached(CHECKPOINT);
        long last = Positions.last(eventStore);

        record("a", Map.of(0, 30L));
        record("a", Map.of(0, 40L));

        assertThat(Positions.last(eventStore)).isEqualTo(last);
    }

    @Test
    void aCheckpointIsKnownToWhoeverStartsAnew() {
        reached(CHECKPOINT);
        var anew = new Checkpoints("service", Set.of(), () -> eventStore);

        anew.hasClaimed(PROCESSOR);

        assertThat(anew.of(PROCESSOR)).isEqualTo(CHECKPOINT);
    }

    @Test
    void whatMayHaveBeenHandledBeforeTheProcessBeganIsCountedOnce() {
        reached(CHECKPOINT);
        var anew = new Checkpoints("service", Set.of(), () -> eventStore);
        anew.hasClaimed(PROCESSOR);

        recordTwice(anew, CHECKPOINT + 5);
        assertThat(anew.of(PROCESSOR)).isEqualTo(CHECKPOINT + 5);

        recordTwice(anew, CHECKPOINT + 9);
        assertThat(anew.of(PROCESSOR)).isEqualTo(CHECKPOINT + 5);
    }

    private static void recordTwice(Checkpoints checkpoints, long position) {
        ReadProgress progress = progress(() -> Optional.of("a"), Map.of(0, position));
        checkpoints.record(PROCESSOR, progress);
        checkpoints.record(PROCESSOR, progress);
    }

    private void reached(long position) {
        handle(PROCESSOR, message -> {}, position);
        record("a", Map.of(0, position));
        record("a", Map.of(0, position));
        assertThat(checkpoints.of(PROCESSOR)).isEqualTo(position);
    }

    private void record(String generation, Map<Integer, Long> segments) {
        checkpoints.record(PROCESSOR, progress(() -> Optional.of(generation), segments));
    }

    private static ReadProgress progress(Supplier<Optional<String>> generation, Map<Integer, Long> segments) {
        return new ReadProgress() {
            @Override
            public Map<Integer, Long> segments(String processor) {
                return segments;
            }

            @Override
            public Optional<String> generation() {
                return generation.get();
            }
        };
    }

    private void isRefused(String processor, Consumer<EventMessage<?>> handler, long position) {
        assertThatThrownBy(() -> handle(processor, handler, position))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only restores what was remembered");
    }

    private void handle(String processor, Consumer<EventMessage<?>> handler, long... positions) {
        List<EventMessage<?>> events = new ArrayList<>();
        for (long position : positions) {
            events.add(new GenericTrackedEventMessage<>(
                    new GlobalSequenceTrackingToken(position),
                    new GenericEventMessage<>("id " + position, "event " + position, Map.of(), Instant.EPOCH)));
        }
        var batch = new BatchingUnitOfWork<EventMessage<?>>(events);
        batch.registerCorrelationDataProvider(new Correlation("service"));
        var join = new SagaCommands.Join(processor, checkpoints);
        var result = batch.executeWithResult(
                () -> join.handle(batch, () -> {
                    handler.accept(batch.getMessage());
                    return null;
                }),
                RollbackConfigurationType.ANY_THROWABLE);
        if (result.isExceptional()) {
            throw (RuntimeException) result.exceptionResult();
        }
    }
}
