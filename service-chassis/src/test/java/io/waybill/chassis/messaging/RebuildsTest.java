package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.Map;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.junit.jupiter.api.Test;

class RebuildsTest {

    private static final String VIEW = "view";

    private final EventStore eventStore = mock();
    private final ReadProgress progress = mock();
    private final EventProcessingConfiguration processing = mock();
    private final Rebuilds rebuilds =
            new Rebuilds(progress, () -> processing, () -> eventStore, projection -> Slot.FIRST);

    @Test
    void lastUntilTheReadModelHasComeToWhereTheEventsEndedWhenItWasAsked() {
        isUnderWay(4, 10, true);
        isUnderWay(9, 12, true);
        isUnderWay(10, 12, false);
    }

    @Test
    void beginAnewWhenTheReadModelIsLostAndLastUntilAllThereWasIsReadAgain() {
        isUnderWay(10, 10, false);
        isUnderWay(20, 20, false);

        isUnderWay(-1, 20, true);
        isUnderWay(15, 21, true);
        isUnderWay(20, 21, false);
    }

    @Test
    void beginAnewThoughThereWasNothingWhenItWasFirstAsked() {
        isUnderWay(-1, -1, false);
        isUnderWay(20, 20, false);

        isUnderWay(-1, 20, true);
    }

    private void isUnderWay(long read, long head, boolean underWay) {
        when(progress.segments(VIEW)).thenReturn(Map.of(0, read, 1, read + 1));
        when(eventStore.createHeadToken()).thenReturn(new GlobalSequenceTrackingToken(head));

        assertThat(rebuilds.isUnderWay(VIEW)).isEqualTo(underWay);
    }
}
