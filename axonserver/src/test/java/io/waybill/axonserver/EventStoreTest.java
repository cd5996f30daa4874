package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.event;
import static io.waybill.axonserver.Clients.looseEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.event.AggregateEventStream;
import io.axoniq.axonserver.connector.event.AppendEventsTransaction;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventStoreTest {

    private static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    private final Clients clients = new Clients();
    private AxonServerNode node;
    private EventChannel events;

    @BeforeEach
    void start() throws Exception {
        // Small segments, so that every test also reads across the border between two.
        node = AxonServerNode.start(AxonServerOptions.embedded().withSegmentBytes(4 << 10));
        AxonServerConnection connection = clients.connect(node, "application");
        events = connection.eventChannel();
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void aggregateIsReadBackAsItWasAppended() {
        List<Event> appended = List.of(event("a", 0), event("a", 1), event("a", 2));
        append(appended.get(0));
        append(event("b", 0));
        append(appended.get(1), appended.get(2));

        assertThat(read(events.openAggregateStream("a"))).isEqualTo(appended);
        assertThat(await(events.findHighestSequence("a"))).isEqualTo(2);
        assertThat(await(events.findHighestSequence("nobody"))).isEqualTo(-1);
        assertThat(read(events.openAggregateStream("nobody"))).isEmpty();
    }

    @Test
    void aggregateIsReadWithinBounds() {
        for (int i = 0; i < 200; i++) {
            append(event("a", i));
        }

        assertThat(sequences(events.openAggregateStream("a", 190)))
                .containsExactly(190L, 191L, 192L, 193L, 194L, 195L, 196L, 197L, 198L, 199L);
        assertThat(sequences(events.openAggregateStream("a", 5, 7))).containsExactly(5L, 6L, 7L);
    }

    @Test
    void aggregateIsReadFromItsNewestSnapshotOn() {
        for (int i = 0; i < 6; i++) {
            append(event("a", i));
        }
        await(events.appendSnapshot(event("a", 1)));
        await(events.appendSnapshot(event("a", 3)));

        List<Event> withSnapshot = read(events.openAggregateStream("a", true));
        assertThat(withSnapshot).extracting(Event::getAggregateSequenceNumber).containsExactly(3L, 4L, 5L);
        assertThat(withSnapshot).extracting(Event::getSnapshot).containsExactly(true, false, false);
        assertThat(sequences(events.openAggregateStream("a", false))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(sequences(events.loadSnapshots("a", 0, Long.MAX_VALUE, 10))).containsExactly(3L, 1L);
        assertThat(sequences(events.loadSnapshots("a", 0, 2, 10))).containsExactly(1L);
    }

    @Test
    void snapshotOfAnEventThatIsNotThereIsRefused() {
        append(event("a", 0));

        assertThatThrownBy(() -> events.appendSnapshot(event("a", 7)).get(5, TimeUnit.SECONDS))
                .satisfies(e -> assertError(e, "AXONIQ-2000", Status.Code.OUT_OF_RANGE));
    }

    @Test
    void secondEventWithTheSameSequenceNumberIsAConflict() {
        append(event("a", 0));

        assertThatThrownBy(() -> appendOrFail(event("a", 0)))
                .satisfies(e -> assertError(e, "AXONIQ-2000", Status.Code.OUT_OF_RANGE));
        assertThatThrownBy(() -> appendOrFail(event("a", 2)))
                .satisfies(e -> assertError(e, "AXONIQ-2000", Status.Code.OUT_OF_RANGE));
        append(event("a", 1));
    }

    @Test
    void transactionIsStoredAsAWholeOrNotAtAll() {
        append(event("a", 0));

        assertThatThrownBy(() -> appendOrFail(event("b", 0), event("a", 5)))
                .satisfies(e -> assertError(e, "AXONIQ-2000", Status.Code.OUT_OF_RANGE));

        assertThat(read(events.openAggregateStream("b"))).isEmpty();
        assertThat(await(events.getLastToken())).isZero();
    }

    @Test
    void transactionThatIsRolledBackLeavesNothing() {
        AppendEventsTransaction transaction = events.startAppendEventsTransaction();
        transaction.appendEvent(event("a", 0));
        transaction.rollback();

        append(event("a", 0));
        assertThat(await(events.getLastToken())).isZero();
    }

    @Test
    void tooLargeAnEventIsRefusedClearly() {
        Event huge = event("a", 0).toBuilder()
                .setPayload(Clients.payload("").toBuilder().setData(ByteString.copyFrom(new byte[(4 << 20) - 120])))
                .build();

        assertThatThrownBy(() -> appendOrFail(huge))
                .satisfies(e -> assertError(e, "AXONIQ-2001", Status.Code.INVALID_ARGUMENT));
        append(event("a", 0));
    }

    @Test
    void streamDeliversEveryEventInOrderAndGoesOnLive() throws Exception {
        for (int i = 0; i < 300; i++) {
            append(event("a", i));
        }
        // The smallest buffer there is: permits have to be renewed many times.
        try (EventStream stream = events.openStream(-1, 64, 16)) {
            for (int i = 0; i < 300; i++) {
                EventWithToken next = stream.next();
                assertThat(next.getToken()).isEqualTo(i);
                assertThat(next.getEvent().getAggregateSequenceNumber()).isEqualTo(i);
            }
            assertThat(stream.nextIfAvailable()).isNull();

            append(looseEvent("live"));
            EventWithToken live = stream.nextIfAvailable(5, TimeUnit.SECONDS);
            assertThat(live.getToken()).isEqualTo(300);
            assertThat(live.getEvent().getPayload().getData().toStringUtf8()).isEqualTo("live");
        }
    }

    @Test
    void streamStartsAfterTheGivenToken() throws Exception {
        for (int i = 0; i < 100; i++) {
            append(event("a", i));
        }

        try (EventStream stream = events.openStream(41, 100)) {
            assertThat(stream.next().getToken()).isEqualTo(42);
        }
    }

    @Test
    void excludedPayloadTypesAreLeftOut() throws Exception {
        for (int i = 0; i < 200; i++) {
            append(event("a", i));
        }
        try (EventStream stream = events.openStream(-1, 64, 16)) {
            assertThat(stream.next().getToken()).isZero();
            stream.excludePayloadType("text", "");
            append(looseEvent("").toBuilder()
                    .setPayload(Clients.payload("").toBuilder().setType("other"))
                    .build());

            EventWithToken next = stream.next();
            while (next.getEvent().getPayload().getType().equals("text")) {
                assertThat(next.getToken()).isLessThan(64);
                next = stream.next();
            }
            assertThat(next.getToken()).isEqualTo(200);
        }
    }

    @Test
    void tokensTellTheBeginningTheEndAndAMoment() {
        assertThat(await(events.getFirstToken())).isEqualTo(-1);
        assertThat(await(events.getLastToken())).isEqualTo(-1);
        for (int i = 0; i < 5; i++) {
            append(event("a", i));
        }

        assertThat(await(events.getFirstToken())).isEqualTo(-1);
        assertThat(await(events.getLastToken())).isEqualTo(4);
        // The client turns "first event at or after" into "last event before".
        assertThat(await(events.getTokenAt(0))).isEqualTo(-1);
        assertThat(await(events.getTokenAt(1_003))).isEqualTo(2);
        assertThat(await(events.getTokenAt(9_999))).isEqualTo(4);
    }

    @Test
    void adHocQueriesAreNotImplemented() throws Exception {
        try (var results = events.queryEvents("count", false)) {
            org.awaitility.Awaitility.await().until(() -> results.getError().isPresent());
            assertThat(Status.fromThrowable(results.getError().orElseThrow()).getCode())
                    .isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    private void append(Event... transaction) {
        try {
            appendOrFail(transaction);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void appendOrFail(Event... transaction) throws Exception {
        var confirmation = events.appendEvents(transaction).get(5, TimeUnit.SECONDS);
        assertThat(confirmation.getSuccess()).isTrue();
    }

    private static List<Event> read(AggregateEventStream stream) {
        return stream.asStream().toList();
    }

    private static List<Long> sequences(AggregateEventStream stream) {
        List<Long> sequences = new ArrayList<>();
        read(stream).forEach(event -> sequences.add(event.getAggregateSequenceNumber()));
        return sequences;
    }

    private static void assertError(Throwable thrown, String code, Status.Code status) {
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        assertThat(thrown.getCause()).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(status);
            Metadata trailers = Objects.requireNonNull(e.getTrailers());
            assertThat(trailers.get(ERROR_CODE)).isEqualTo(code);
        });
    }
}
