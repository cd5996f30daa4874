package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Transactions of events: all or nothing, and one event for each sequence number. */
class AppendTest {

    private final Clients clients = new Clients();
    private final EventStoreClient events = new EventStoreClient(clients.channel());
    private final String id = unique("a");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void transactionIsStoredTogetherAndInItsOrder() {
        String other = unique("b");
        long before = events.lastToken();
        List<Event> transaction = List.of(event(id, 0), event(other, 0), looseEvent("loose"), event(id, 1));

        events.append(transaction.toArray(new Event[0]));

        assertThat(events.lastToken()).isEqualTo(before + 4);
        Tracker tracker = new Tracker(events, before + 1).grant(4);
        List<EventWithToken> stored = tracker.events().next(4);
        assertThat(stored).extracting(EventWithToken::getEvent).isEqualTo(transaction);
        assertThat(stored)
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 1, before + 2, before + 3, before + 4);
        tracker.close();
    }

    @Test
    void eventIsReadBackAsItWasAppended() {
        Event event = event(id, 0).toBuilder()
                .putMetaData(
                        "text", MetaDataValue.newBuilder().setTextValue("value").build())
                .putMetaData(
                        "number", MetaDataValue.newBuilder().setNumberValue(-7).build())
                .setPayload(payload("").toBuilder().setRevision("2").setData(ByteString.copyFrom(new byte[100_000])))
                .build();

        events.append(event);

        assertThat(events.read(id, all -> {})).containsExactly(event);
    }

    @Test
    void nothingIsStoredBeforeTheTransactionIsCommitted() {
        Received<Confirmation> confirmation = new Received<>();
        StreamObserver<Event> transaction = events.stub().appendEvent(confirmation);
        transaction.onNext(event(id, 0));
        assertThat(events.highestSequence(id, 0)).isEqualTo(-1);

        transaction.onCompleted();

        assertThat(confirmation.next().getSuccess()).isTrue();
        assertThat(events.highestSequence(id, 0)).isZero();
    }

    @Test
    void transactionThatIsRolledBackLeavesNothing() {
        Received<Confirmation> confirmation = new Received<>();
        StreamObserver<Event> transaction = events.stub().appendEvent(confirmation);
        transaction.onNext(event(id, 0));
        transaction.onNext(event(id, 1));
        transaction.onError(Status.CANCELLED.asRuntimeException());

        events.append(event(id, 0));
        assertThat(events.read(id, all -> {})).hasSize(1);
    }

    @Test
    void transactionWithoutEventsIsConfirmed() {
        long before = events.lastToken();

        events.append();

        assertThat(events.lastToken()).isEqualTo(before);
    }

    @Test
    void eventsOfAnAggregateAreNumberedFromZeroWithoutAGap() {
        assertConflict(events.tryAppend(event(id, 1)), "expected 0");
        events.append(event(id, 0));
        assertConflict(events.tryAppend(event(id, 0)), "expected 1");
        assertConflict(events.tryAppend(event(id, 2)), "expected 1");
        events.append(event(id, 1), event(id, 2));
        assertConflict(events.tryAppend(event(id, 3), event(id, 5)), "expected 4");
        assertConflict(events.tryAppend(event(id, 3), event(id, 3)), "expected 4");

        events.append(event(id, 3));
        assertThat(events.highestSequence(id, 0)).isEqualTo(3);
    }

    @Test
    void conflictOfOneAggregateRefusesTheWholeTransaction() {
        String other = unique("b");
        events.append(event(id, 0));
        long before = events.lastToken();

        assertConflict(events.tryAppend(event(other, 0), looseEvent("loose"), event(id, 0)), id);

        assertThat(events.lastToken()).isEqualTo(before);
        assertThat(events.read(other, all -> {})).isEmpty();
        events.append(event(other, 0), event(id, 1));
    }

    @Test
    void sequenceNumbersCountOnlyInEventsThatHaveAnAggregateType() {
        Event notOfAnAggregate = event(id, 5).toBuilder().clearAggregateType().build();

        events.append(notOfAnAggregate, notOfAnAggregate);

        assertThat(events.highestSequence(id, 0)).isEqualTo(-1);
        events.append(event(id, 0));
    }

    @Test
    void ofAThousandAppendsAtOneSequenceNumberExactlyOneWins() {
        List<EventStoreClient> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writers.add(new EventStoreClient(clients.channel()));
        }
        long before = events.lastToken();
        long sequences = 3;
        for (long sequence = 0; sequence < sequences; sequence++) {
            List<Received<Confirmation>> attempts = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                attempts.add(writers.get(i % writers.size()).tryAppend(event(id, sequence)));
            }
            assertThat(attempts.stream()
                            .map(Received::end)
                            .filter(end -> end.status() != Status.Code.OK)
                            .peek(AppendTest::assertConflict))
                    .hasSize(999);
        }

        assertThat(events.lastToken()).isEqualTo(before + sequences);
        Tracker tracker = new Tracker(events, before + 1).grant(sequences);
        assertThat(tracker.events().next((int) sequences))
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 1, before + 2, before + 3);
        tracker.close();
        assertThat(events.read(id, all -> {}))
                .extracting(Event::getAggregateSequenceNumber)
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void messageThatIsTooLargeIsRefusedAndNothingIsStored() {
        long before = events.lastToken();
        Event huge = event(id, 0).toBuilder()
                .setPayload(payload("").toBuilder().setData(ByteString.copyFrom(new byte[5 << 20])))
                .build();

        assertThat(events.tryAppend(huge).end().status()).isNotEqualTo(Status.Code.OK);

        assertThat(events.lastToken()).isEqualTo(before);
        events.append(event(id, 0));
    }

    @Test
    @NodeOnly("The original stores what just fits its own limit; a client then cannot read it with its token.")
    void eventThatNoClientCouldReadIsRefused() {
        Event huge = event(id, 0).toBuilder()
                .setPayload(payload("").toBuilder().setData(ByteString.copyFrom(new byte[(4 << 20) - 170])))
                .build();
        assertThat(huge.getSerializedSize()).isBetween((4 << 20) - 63, 4 << 20);

        Received.Fault fault = events.tryAppend(huge).end();

        assertThat(fault.status()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(fault.code()).isEqualTo("AXONIQ-2001");
    }

    private static void assertConflict(Received<Confirmation> confirmation, String description) {
        Received.Fault fault = confirmation.end();
        assertConflict(fault);
        assertThat(fault.description()).contains(description);
    }

    private static void assertConflict(Received.Fault fault) {
        assertThat(fault.status()).isEqualTo(Status.Code.OUT_OF_RANGE);
        assertThat(fault.code()).isEqualTo("AXONIQ-2000");
    }
}
