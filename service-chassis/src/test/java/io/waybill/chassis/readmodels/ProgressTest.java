package io.waybill.chassis.readmodels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.readmodels.ReadModels.Progress;
import io.waybill.chassis.readmodels.Rebuild.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How far a rebuild in the second place is, which was asked for at noon and has been running since two minutes later. */
class ProgressTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Instant RUNNING = NOON.plusSeconds(120);
    /** Of a store with ten thousand events. */
    private static final long HEAD = 9_999;

    private static final Rebuild PREPARED = Rebuild.prepared("sample.view.1", Slot.SECOND, false, NOON, NOON);

    private final Rebuilds rebuilds = mock();
    private final EventStore eventStore = mock();

    @BeforeEach
    void hasHead() {
        when(eventStore.createHeadToken()).thenReturn(new GlobalSequenceTrackingToken(HEAD));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # all 5,000 up to there in ten seconds, and as many to go
            4999, 10000, 500,     10
            # the rate is of all the time that it has been running
            4999, 40000, 125,     40
            # the rest of a second is not told
            5999, 7000,  857,     4
            # less than one a second
            0,    1001,  0,       -
            # nothing yet
            -1,   10000, 0,       -
            # whatever it has in its first moment
            9,    0,     10000,   0
            # there, and not compared yet
            9999, 10000, 1000,    0
            """)
    void isTheRateSinceItRunsAndWhatThatMakesOfTheRest(
            long position, long millis, long eventsPerSecond, @Nullable Long remainingSeconds) {
        hasCome(position);

        assertThat(progress(PREPARED.running(RUNNING), RUNNING.plusMillis(millis)))
                .isEqualTo(new Progress(position, HEAD, eventsPerSecond, remainingSeconds));
    }

    @Test
    void hasNoPositionBeforeItsPlaceIsClear() {
        hasCome(4_999);

        assertThat(progress(PREPARED, RUNNING)).isEqualTo(new Progress(-1, HEAD, 0, null));
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"READY", "LIVE"})
    void hasNoRateOnceItIsComparedThoughItGoesOn(State state) {
        hasCome(HEAD);

        Rebuild compared = PREPARED.running(RUNNING).moved(state, RUNNING.plusSeconds(10), null);
        assertThat(progress(compared, RUNNING.plusSeconds(20))).isEqualTo(new Progress(HEAD, HEAD, 0, null));
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"ROLLED_BACK", "DISCARDED", "VERIFIED"})
    void hasNoPositionOnceItIsGivenUp(State state) {
        hasCome(4_999);

        Rebuild over = PREPARED.running(RUNNING).moved(state, RUNNING.plusSeconds(10), null);
        assertThat(progress(over, RUNNING.plusSeconds(20))).isEqualTo(new Progress(-1, HEAD, 0, null));
    }

    private void hasCome(long position) {
        when(rebuilds.position(Slot.SECOND.nameOf("view"))).thenReturn(position);
    }

    private Progress progress(Rebuild rebuild, Instant now) {
        var models = new ReadModels(
                "sample",
                mock(),
                mock(),
                () -> mock(),
                () -> eventStore,
                () -> rebuilds,
                Clock.fixed(now, ZoneOffset.UTC),
                Duration.ofSeconds(1));
        return models.progress(new ReadModel("view", Slot.FIRST, 2, rebuild));
    }
}
