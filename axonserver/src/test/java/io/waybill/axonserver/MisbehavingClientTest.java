package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static io.waybill.axonserver.conformance.Messages.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetAggregateEventsRequest;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.PayloadDescription;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.conformance.Clients;
import io.waybill.axonserver.conformance.EventStoreClient;
import io.waybill.axonserver.conformance.Received;
import io.waybill.axonserver.conformance.Tracker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One client of the event store does what it should not; the others must not notice. */
class MisbehavingClientTest {

    /** What the node, and the clients in this process, may hold more than before, whatever is sent. */
    private static final long FLAT_BYTES = 24 << 20;

    private AxonServerNode node;
    private Clients clients;
    private EventStoreClient misbehaving;
    private EventStoreClient wellBehaved;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        clients = new Clients(new ServerAddress("localhost", node.port()));
        misbehaving = new EventStoreClient(clients.channel());
        wellBehaved = new EventStoreClient(clients.channel());
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void messageOfAHundredMegabytesIsRefusedBeforeItTakesMemory() {
        Event huge = eventOf(100 << 20);
        long before = Memory.usedBytes();

        Received.Fault fault = misbehaving.tryAppend(huge).end();

        assertThat(fault.status()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(fault.description()).contains("exceeds maximum size 4194304");
        assertThat(Memory.usedBytes()).isLessThan(before + FLAT_BYTES);
        assertOthersAreUnharmed();
    }

    @Test
    void tooLongATransactionIsRefused() {
        Received<Confirmation> large = new Received<>();
        StreamObserver<Event> transaction = misbehaving.stub().appendEvent(large);
        for (int i = 0; i < 10; i++) {
            transaction.onNext(eventOf(4_000_000));
        }
        assertThat(large.end().status()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(large.end().code()).isEqualTo("AXONIQ-2001");

        Event[] many = new Event[32_768];
        Arrays.fill(many, looseEvent(""));
        Received.Fault tooMany = misbehaving.tryAppend(many).end();
        assertThat(tooMany.status()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(tooMany.code()).isEqualTo("AXONIQ-2002");
        assertOthersAreUnharmed();
    }

    @Test
    void transactionsThatAreNeverCompletedAreGivenUpBeforeThoseThatAre() {
        Received<Confirmation> confirmation = new Received<>();
        StreamObserver<Event> honest = wellBehaved.stub().appendEvent(confirmation);
        honest.onNext(event("honest", 0));
        Event large = eventOf(1_000_000);
        List<Received<Confirmation>> abandoned = new ArrayList<>();
        long before = Memory.usedBytes();
        for (int i = 0; i < 20; i++) {
            Received<Confirmation> answer = new Received<>();
            abandoned.add(answer);
            StreamObserver<Event> transaction = misbehaving.stub().appendEvent(answer);
            for (int n = 0; n < 10; n++) {
                transaction.onNext(large);
            }
            honest.onNext(event("honest", 1 + i));
            assertOthersAreUnharmed();
        }

        Awaitility.await()
                .until(() -> abandoned.stream().filter(Received::hasEnded).count() >= 15);
        assertThat(abandoned.stream().filter(Received::hasEnded).map(Received::end))
                .allSatisfy(fault -> assertThat(fault.code()).isEqualTo("AXONIQ-1900"));
        // A hundred and ninety megabytes were sent; what is kept is bounded.
        assertThat(Memory.usedBytes()).isLessThan(before + (40 << 20) + FLAT_BYTES);
        honest.onCompleted();
        assertThat(confirmation.next().getSuccess()).isTrue();
    }

    @Test
    void readersThatNeverReadCostNothing() {
        byte[] content = new byte[10_000];
        for (int i = 0; i < 2_000; i++) {
            wellBehaved.append(event("read", i).toBuilder()
                    .setPayload(payload("").toBuilder().setData(ByteString.copyFrom(content)))
                    .build());
        }
        long before = Memory.usedBytes();
        Channel channel = clients.channel();
        List<UnreadCall<?>> unread = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            unread.add(UnreadCall.open(channel, EventStoreGrpc.getListEventsMethod())
                    .send(GetEventsRequest.newBuilder()
                            .setNumberOfPermits(Long.MAX_VALUE)
                            .build()));
            unread.add(UnreadCall.open(channel, EventStoreGrpc.getListAggregateEventsMethod())
                    .send(GetAggregateEventsRequest.newBuilder()
                            .setAggregateId("read")
                            .build())
                    .complete());
        }

        // Everybody's turn came and went once another reader, who came later, has everything.
        Tracker tracker = new Tracker(wellBehaved, 0).grant(2_000);
        assertThat(tracker.events().next(2_000))
                .last()
                .satisfies(last -> assertThat(last.getToken()).isEqualTo(1_999));
        assertThat(Memory.usedBytes()).isLessThan(before + FLAT_BYTES);
        assertOthersAreUnharmed();
        unread.forEach(UnreadCall::cancel);
    }

    @Test
    void absurdPermitsAreTakenForWhatTheyAre() {
        Received<EventWithToken> events = new Received<>();
        StreamObserver<GetEventsRequest> tracker = misbehaving.stub().listEvents(events);
        for (long permits : new long[] {Long.MIN_VALUE, -1, 1L << 31, Long.MAX_VALUE, Long.MAX_VALUE}) {
            tracker.onNext(
                    GetEventsRequest.newBuilder().setNumberOfPermits(permits).build());
        }

        assertOthersAreUnharmed();
        assertOthersAreUnharmed();

        events.next(2);
    }

    @Test
    void excludedTypesOfPayloadAreRememberedUpToALimit() {
        Received<EventWithToken> events = new Received<>();
        StreamObserver<GetEventsRequest> tracker = misbehaving.stub().listEvents(events);
        long before = Memory.usedBytes();
        String name = "x".repeat(100_000);
        for (int i = 0; i < 500; i++) {
            tracker.onNext(GetEventsRequest.newBuilder()
                    .addBlacklist(PayloadDescription.newBuilder().setType(name + i))
                    .build());
        }
        tracker.onNext(GetEventsRequest.newBuilder().setNumberOfPermits(1).build());
        assertOthersAreUnharmed();
        events.next();

        assertThat(Memory.usedBytes()).isLessThan(before + FLAT_BYTES);
    }

    private void assertOthersAreUnharmed() {
        long sequence = wellBehaved.highestSequence("a", 0) + 1;
        wellBehaved.append(event("a", sequence));
        assertThat(wellBehaved.highestSequence("a", 0)).isEqualTo(sequence);
    }

    private static Event eventOf(int bytes) {
        return looseEvent("").toBuilder()
                .setPayload(payload("").toBuilder().setData(ByteString.copyFrom(new byte[bytes])))
                .build();
    }
}
