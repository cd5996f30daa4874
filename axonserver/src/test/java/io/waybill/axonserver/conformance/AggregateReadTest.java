package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.GetAggregateEventsRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reading aggregates, and the snapshots that make it shorter. */
class AggregateReadTest {

    private final Clients clients = new Clients();
    private final EventStoreClient events = new EventStoreClient(clients.channel());
    private final String id = unique("a");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void aggregateIsReadInItsOrderWithoutTheEventsOfOthers() {
        String other = unique("b");
        List<Event> appended = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appended.add(event(id, i));
            events.append(appended.getLast(), event(other, i));
        }

        assertThat(events.read(id, all -> {})).isEqualTo(appended);
        assertThat(events.highestSequence(id, 0)).isEqualTo(99);
    }

    @Test
    void unknownAggregateHasNoEvents() {
        assertThat(events.read(id, all -> {})).isEmpty();
        assertThat(events.snapshots(id, 0, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(events.highestSequence(id, 0)).isEqualTo(-1);
    }

    @Test
    void highestSequenceIsTheSameFromWhereverItIsSearched() {
        appendEvents(5);

        for (long from : new long[] {0, 3, 4, 100}) {
            assertThat(events.highestSequence(id, from)).isEqualTo(4);
        }
    }

    @Test
    void aggregateIsReadFromASequenceNumberOn() {
        appendEvents(10);

        assertThat(sequences(read(7, 0))).containsExactly(7L, 8L, 9L);
        assertThat(sequences(read(10, 0))).isEmpty();
    }

    @Test
    void aggregateIsReadUpToASequenceNumber() {
        appendEvents(10);

        assertThat(sequences(read(5, 8))).startsWith(5L, 6L, 7L).doesNotContain(9L);
        assertThat(sequences(read(0, 100))).hasSize(10);
        assertThat(sequences(read(6, 5))).isEmpty();
    }

    @Test
    @NodeOnly("The original leaves the last event out, against the API, which says the bound is inclusive.")
    void lastSequenceNumberToReadIsInclusive() {
        appendEvents(10);

        assertThat(sequences(read(5, 7))).containsExactly(5L, 6L, 7L);
    }

    @Test
    void aggregateIsReadFromItsNewestSnapshotOnIfTheReaderTakesOne() {
        appendEvents(6);
        appendSnapshots(1, 3);

        List<Event> withSnapshot = events.read(id, request -> request.setAllowSnapshots(true));
        assertThat(sequences(withSnapshot)).containsExactly(3L, 4L, 5L);
        assertThat(withSnapshot).extracting(Event::getSnapshot).containsExactly(true, false, false);
        assertThat(withSnapshot.getFirst().getPayload()).isEqualTo(event(id, 3).getPayload());
        assertThat(sequences(events.read(id, request -> request.setAllowSnapshots(false))))
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void snapshotOfTheLastEventStandsAlone() {
        appendEvents(3);
        appendSnapshots(2);

        assertThat(events.read(id, request -> request.setAllowSnapshots(true)))
                .extracting(Event::getSnapshot)
                .containsExactly(true);
    }

    @Test
    void snapshotOutsideOfTheBoundsIsNotUsed() {
        appendEvents(6);
        appendSnapshots(3);

        assertThat(events.read(id, request -> request.setAllowSnapshots(true).setInitialSequence(4)))
                .extracting(Event::getSnapshot)
                .containsExactly(false, false);
        List<Event> before =
                events.read(id, request -> request.setAllowSnapshots(true).setMaxSequence(2));
        assertThat(before).extracting(Event::getSnapshot).doesNotContain(true);
        assertThat(sequences(before)).startsWith(0L, 1L).doesNotContain(3L);
    }

    @Test
    void snapshotOfAnEventThatIsNotThereIsRefused() {
        appendEvents(1);

        for (long sequence : new long[] {1, 7}) {
            Received.Fault fault = events.tryAppendSnapshot(event(id, sequence)).end();
            assertThat(fault.status()).isEqualTo(Status.Code.OUT_OF_RANGE);
            assertThat(fault.code()).isEqualTo("AXONIQ-2000");
        }
        assertThat(events.snapshots(id, 0, Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void snapshotsAreListedNewestFirst() {
        appendEvents(8);
        appendSnapshots(1, 3, 5);

        List<Event> listed = events.snapshots(id, 0, Long.MAX_VALUE, 10);
        assertThat(sequences(listed)).containsExactly(5L, 3L, 1L);
        assertThat(listed).allMatch(Event::getSnapshot);
        assertThat(sequences(events.snapshots(id, 0, Long.MAX_VALUE, 2))).containsExactly(5L, 3L);
        assertThat(sequences(events.snapshots(id, 0, Long.MAX_VALUE, 0))).containsExactly(5L, 3L, 1L);
    }

    @Test
    void snapshotsAreListedWithinBounds() {
        appendEvents(8);
        appendSnapshots(1, 3, 5);

        assertThat(sequences(events.snapshots(id, 2, Long.MAX_VALUE, 10))).containsExactly(5L, 3L);
        assertThat(sequences(events.snapshots(id, 0, 4, 10))).containsExactly(3L, 1L);
        assertThat(sequences(events.snapshots(id, 2, 4, 10))).containsExactly(3L);
        assertThat(events.snapshots(id, 6, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(events.snapshots(id, 0, -1, 10)).isEmpty();
    }

    @Test
    @NodeOnly("The original leaves the upper bound out, against the connector's documentation, and counts it too.")
    void boundsOfListedSnapshotsAreInclusive() {
        appendEvents(8);
        appendSnapshots(1, 3, 5);

        assertThat(sequences(events.snapshots(id, 1, 3, 10))).containsExactly(3L, 1L);
        assertThat(sequences(events.snapshots(id, 0, 3, 1))).containsExactly(3L);
    }

    private void appendEvents(int count) {
        List<Event> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(event(id, i));
        }
        events.append(all.toArray(new Event[0]));
    }

    private void appendSnapshots(long... sequences) {
        for (long sequence : sequences) {
            Received<Confirmation> confirmation = events.tryAppendSnapshot(event(id, sequence));
            assertThat(confirmation.next().getSuccess()).isTrue();
        }
    }

    private List<Event> read(long initialSequence, long maxSequence) {
        return events.read(
                id,
                (GetAggregateEventsRequest.Builder request) ->
                        request.setInitialSequence(initialSequence).setMaxSequence(maxSequence));
    }

    private static List<Long> sequences(List<Event> events) {
        return events.stream().map(Event::getAggregateSequenceNumber).toList();
    }
}
