package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.ReadPositions.Delay;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.TrackerStatus;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A read model of four segments. */
class ReadPositionsTest {

    private static final String VIEW = "view";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Segment[] SEGMENTS =
            Segment.splitBalanced(Segment.ROOT_SEGMENT, 3).toArray(new Segment[0]);

    private final EventProcessingConfiguration processing = mock();
    private final StreamingEventProcessor processor = mock();
    private final ReadProgress stored = mock();
    private final EventStore eventStore = mock();
    private final Rebuilds rebuilds = mock();
    private final StuckProcessors stuck = mock();
    private final Map<Integer, EventTrackerStatus> here = new HashMap<>();
    private final Map<Integer, Long> inStore = new ConcurrentHashMap<>();
    private final ReadPositions positions = new ReadPositions(
            () -> processing, stored, () -> eventStore, rebuilds, () -> stuck, projection -> Slot.FIRST);

    @BeforeEach
    void haveAllSegments() {
        when(processing.eventProcessor(VIEW, StreamingEventProcessor.class)).thenReturn(Optional.of(processor));
        when(processor.isRunning()).thenReturn(true);
        when(processor.processingStatus()).thenAnswer(asked -> Map.copyOf(here));
        when(stored.segments(VIEW)).thenAnswer(asked -> Map.copyOf(inStore));
        handled(10, 11, 12, 13);
    }

    @AfterEach
    void close() {
        positions.close();
    }

    @Test
    void areThoseOfTheSegmentThatIsFurthestBehind() {
        assertThat(positions.passed(VIEW)).isEqualTo(10);
        verify(stored, never()).segments(any());
    }

    @Test
    void areLookedUpForSegmentsThatAnotherInstanceHas() {
        here.remove(0);
        inStore.putAll(Map.of(0, 4L, 1, 1L, 2, 2L, 3, 3L));

        assertThat(positions.passed(VIEW))
                .as("what is stored of the segments here is old")
                .isEqualTo(4);
    }

    @Test
    void areLookedUpForASegmentThatWasGivenUpAfterAFailure() {
        here.put(0, new TrackerStatus(SEGMENTS[0], token(20)).markError(new IllegalStateException("failed")));
        inStore.putAll(Map.of(0, 4L, 1, 1L, 2, 2L, 3, 3L));

        assertThat(positions.passed(VIEW)).isEqualTo(4);
    }

    @Test
    void areNotWaitedForOncePassed() {
        assertThat(positions.await(VIEW, 10, LONG)).isCompletedWithValue(true);
    }

    @Test
    void wakeWhoeverWaitsAsSoonAsTheLastSegmentHasPassed() {
        CompletableFuture<Boolean> eleven = positions.await(VIEW, 11, LONG);
        CompletableFuture<Boolean> twelve = positions.await(VIEW, 12, LONG);

        positions.progressed(VIEW);
        positions.progressed("another");
        assertThat(eleven).isNotDone();

        handled(11, 11, 12, 13);
        positions.progressed("another");
        assertThat(eleven).isNotDone();
        positions.progressed(VIEW);
        assertThat(eleven).isCompletedWithValue(true);
        assertThat(twelve).isNotDone();

        handled(14, 14, 14, 14);
        positions.progressed(VIEW);
        assertThat(twelve).isCompletedWithValue(true);
    }

    @Test
    void wakeWhoeverWaitsForAnotherInstanceThoughNothingIsHandledHere() {
        here.remove(0);
        inStore.put(0, 4L);
        CompletableFuture<Boolean> waiting = positions.await(VIEW, 11, LONG);
        assertThat(waiting).isNotDone();

        inStore.put(0, 12L);

        assertThat(waiting).succeedsWithin(LONG).isEqualTo(true);
    }

    @Test
    void goOnLookingAfterALookThatFailed() {
        here.remove(0);
        inStore.put(0, 12L);
        when(stored.segments(VIEW))
                .thenReturn(Map.of(0, 4L))
                .thenThrow(new IllegalStateException("The store is away."))
                .thenReturn(inStore);

        assertThat(positions.await(VIEW, 11, LONG)).succeedsWithin(LONG).isEqualTo(true);
    }

    @Test
    void areWaitedForNoLongerThanAsked() {
        assertThat(positions.await(VIEW, 11, SHORT)).succeedsWithin(LONG).isEqualTo(false);
        assertThat(positions.await(VIEW, 11, Duration.ZERO))
                .succeedsWithin(LONG)
                .isEqualTo(false);
    }

    @Test
    void tellWhyTheyAreNotPassed() {
        assertThat(positions.delay(VIEW)).isEqualTo(Delay.BEHIND);
        when(rebuilds.isUnderWay(VIEW)).thenReturn(true);
        assertThat(positions.delay(VIEW)).isEqualTo(Delay.REBUILDING);
        when(stuck.isStuck(VIEW)).thenReturn(true);
        assertThat(positions.delay(VIEW)).isEqualTo(Delay.FAILED);
    }

    private void handled(long... upTo) {
        for (int segment = 0; segment < SEGMENTS.length; segment++) {
            here.put(segment, new TrackerStatus(SEGMENTS[segment], token(upTo[segment])));
        }
    }

    private static GlobalSequenceTrackingToken token(long position) {
        return new GlobalSequenceTrackingToken(position);
    }
}
