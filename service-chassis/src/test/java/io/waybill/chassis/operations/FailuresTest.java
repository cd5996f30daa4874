package io.waybill.chassis.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.operations.Failures.Failure;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.DefaultInterceptorChain;
import org.axonframework.messaging.MessageHandler;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.Test;

class FailuresTest {

    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    private Instant now = NOW;
    private final InstantSource clock = () -> now;
    private final Failures failures = new Failures(clock.withZone(ZoneOffset.UTC));

    @Test
    void theEventAtWhichABatchFailsIsKnown() {
        handle(false, event -> {
            if (position(event) == 8) {
                throw new IllegalStateException("on top", new IllegalArgumentException("at the bottom"));
            }
            return null;
        });

        Failure failure = failure();
        assertThat(failure.since()).isEqualTo(NOW);
        assertThat(failure.event()).isNotNull();
        assertThat(Objects.requireNonNull(failure.event()).position()).isEqualTo(8);
        assertThat(failure.event().type()).isEqualTo(String.class.getName());
        assertThat(failure.error()).contains("on top").contains("at the bottom");
    }

    @Test
    void aBatchThatFailsAfterItsEventsIsKnownByItsRange() {
        handle(true, event -> null);

        assertThat(failure().event()).isNull();
        assertThat(failure().firstPosition()).isEqualTo(7);
        assertThat(failure().lastPosition()).isEqualTo(9);
        assertThat(failure().error()).contains("cannot be stored");
    }

    @Test
    void aFailureIsCountedAndOverWhenABatchPasses() {
        handle(true, event -> null);
        now = NOW.plusSeconds(30);
        handle(true, event -> null);
        assertThat(failure().attempts()).isEqualTo(2);
        assertThat(failure().since()).isEqualTo(NOW);

        handle(false, event -> null);

        assertThat(failures.of("process", 0)).isNull();
    }

    @Test
    void anotherSegmentIsNoneOfItsBusiness() {
        handle(true, event -> null);

        assertThat(failures.of("process", 1)).isNull();
        assertThat(failures.of("another", 0)).isNull();
    }

    private Failure failure() {
        return Objects.requireNonNull(failures.of("process", 0));
    }

    /** As a pooled processor does it. */
    private void handle(boolean failsOnCommit, MessageHandler<EventMessage<?>> handler) {
        List<TrackedEventMessage<?>> batch = LongStream.rangeClosed(7, 9)
                .<TrackedEventMessage<?>>mapToObj(position -> new GenericTrackedEventMessage<>(
                        new GlobalSequenceTrackingToken(position), GenericEventMessage.asEventMessage("event")))
                .toList();
        UnitOfWork<TrackedEventMessage<?>> unitOfWork = new BatchingUnitOfWork<>(batch);
        unitOfWork.resources().put("Processor[process]/SegmentId", 0);
        if (failsOnCommit) {
            unitOfWork.onPrepareCommit(all -> {
                throw new IllegalStateException("cannot be stored");
            });
        }
        unitOfWork.executeWithResult(
                () -> new DefaultInterceptorChain<>(unitOfWork, List.of(failures.watch("process")), handler).proceed());
    }

    private static long position(EventMessage<?> event) {
        return ((TrackedEventMessage<?>) event).trackingToken().position().orElseThrow();
    }
}
