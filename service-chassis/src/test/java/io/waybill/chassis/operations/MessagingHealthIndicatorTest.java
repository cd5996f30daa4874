package io.waybill.chassis.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import io.waybill.chassis.operations.Failures.Failure;
import io.waybill.chassis.operations.ProcessorStatus.Claim;
import io.waybill.chassis.operations.ProcessorStatus.Kind;
import io.waybill.chassis.operations.ProcessorStatus.Segment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.assertj.core.api.AbstractListAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class MessagingHealthIndicatorTest {

    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final Segment IDLE = segment(false, null);
    private static final Segment FAILING = segment(false, failure(Duration.ofMinutes(1)));

    @Test
    void isReadyWhenEverythingIsCaughtUp() {
        Health health = health(status(Kind.PROJECTION, true, false, IDLE, Fill.NONE));

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        details(health, "unready").isEmpty();
        details(health, "attention").isEmpty();
    }

    @Test
    void isNotReadyWithoutTheEventStoreAndDoesNotAskIt() {
        var indicator = new MessagingHealthIndicator(
                () -> false,
                () -> {
                    throw new IllegalStateException("not connected");
                },
                clock());

        Health health = indicator.health();

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        details(health, "unready").containsExactly("The event store is not connected.");
    }

    @Test
    void isNotReadyWhileAProjectionKeepsFailing() {
        Health health = health(status(Kind.PROJECTION, true, false, FAILING, Fill.NONE));

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        details(health, "unready")
                .containsExactly("view has been failing since 2026-11-01T11:59:00Z at event 7, Poison: no room left");
    }

    @Test
    void aFailureThatIsSoonOverTurnsNothingOff() {
        Segment failsSinceNow = segment(false, failure(Duration.ofSeconds(19)));

        assertThat(health(status(Kind.PROJECTION, true, false, failsSinceNow, Fill.NONE))
                        .getStatus())
                .isEqualTo(Status.UP);
    }

    @Test
    void isNotReadyWhileAProjectionIsFarBehind() {
        Health health = health(status(Kind.PROJECTION, true, true, IDLE, Fill.NONE));

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        details(health, "unready").containsExactly("view is 13 events behind.");
    }

    @Test
    void saysThatAProjectionIsBeingRebuilt() {
        Health health = health(status(Kind.PROJECTION, true, true, segment(true, null), Fill.NONE));

        details(health, "unready").containsExactly("view is being rebuilt, and is 13 events behind.");
    }

    @Test
    void isReadyButTellsWhenAProcessFailsOrIsBehind() {
        Health health = health(status(Kind.PROCESS, true, true, FAILING, Fill.NONE));

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        details(health, "attention").hasSize(2);
    }

    @Test
    void isNotReadyWhenAProcessorDoesNotRun() {
        Health health = health(status(Kind.PROCESS, false, false, IDLE, Fill.NONE));

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        details(health, "unready").containsExactly("view does not run.");
    }

    @Test
    void tellsWhenThereIsLittleRoomForDeadLetters() {
        Health health = health(status(Kind.PROJECTION, true, false, IDLE, new Fill(900, 1, 900)));

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        details(health, "attention")
                .containsExactly("view has parked 900 events, and will stop when there is no room for more.");
    }

    private static Health health(ProcessorStatus status) {
        return new MessagingHealthIndicator(() -> true, () -> List.of(status), clock()).health();
    }

    private static ProcessorStatus status(Kind kind, boolean running, boolean farBehind, Segment segment, Fill parked) {
        return new ProcessorStatus("view", kind, running, 20, farBehind, List.of(segment), parked);
    }

    private static Segment segment(boolean rebuilding, @Nullable Failure failure) {
        return new Segment(0, 7, rebuilding, Claim.HERE, failure);
    }

    private static Failure failure(Duration age) {
        return new Failure(NOW.minus(age), 3, "no room left", new Failure.Event("event", "Poison", 7), 7, 9);
    }

    private static Clock clock() {
        return Clock.fixed(NOW, ZoneOffset.UTC);
    }

    @SuppressWarnings("unchecked")
    private static AbstractListAssert<?, List<? extends String>, String, ?> details(Health health, String name) {
        return assertThat((List<String>) health.getDetails().get(name));
    }
}
