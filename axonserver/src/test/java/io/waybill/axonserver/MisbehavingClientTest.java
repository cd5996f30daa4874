package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.event;
import static io.waybill.axonserver.Clients.looseEvent;
import static io.waybill.axonserver.Clients.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc.EventStoreStub;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.GetLastTokenRequest;
import io.axoniq.axonserver.grpc.event.TrackingToken;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One client does what it should not; the others must not notice. */
class MisbehavingClientTest {

    private final Clients clients = new Clients();
    private AxonServerNode node;
    private EventChannel wellBehaved;
    private ManagedChannel channel;
    private EventStoreStub misbehaving;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        wellBehaved = clients.connect(node, "application").eventChannel();
        channel = ManagedChannelBuilder.forTarget(node.address()).usePlaintext().build();
        misbehaving = EventStoreGrpc.newStub(channel);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        clients.close();
        node.close();
    }

    @Test
    void tooLargeAMessageIsRefusedBeforeItTakesMemory() {
        Answer<Confirmation> answer = new Answer<>();
        misbehaving.appendEvent(answer).onNext(eventOf(100 << 20));

        assertThat(await(answer.ended).getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
        othersAreUnharmed();
    }

    @Test
    void transactionsThatAreNeverFinishedAreBoundedTogether() {
        Event large = eventOf(4_000_000);
        List<Answer<Confirmation>> answers = new CopyOnWriteArrayList<>();
        for (int transaction = 0; transaction < 6; transaction++) {
            Answer<Confirmation> answer = new Answer<>();
            answers.add(answer);
            StreamObserver<Event> open = misbehaving.appendEvent(answer);
            for (int i = 0; i < 4; i++) {
                open.onNext(large);
            }
        }

        Awaitility.await()
                .until(() -> answers.stream().anyMatch(answer -> answer.endedWith(Status.Code.RESOURCE_EXHAUSTED)));
        channel.shutdownNow();
        Awaitility.await().untilAsserted(this::othersAreUnharmed);
    }

    @Test
    void tooLongATransactionIsRefused() {
        Answer<Confirmation> answer = new Answer<>();
        StreamObserver<Event> open = misbehaving.appendEvent(answer);
        for (int i = 0; i < 10; i++) {
            open.onNext(eventOf(4_000_000));
        }

        assertThat(await(answer.ended).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        othersAreUnharmed();
    }

    @Test
    void absurdPermitsAreTakenForWhatTheyAre() {
        Answer<EventWithToken> answer = new Answer<>();
        StreamObserver<GetEventsRequest> tracker = misbehaving.listEvents(answer);
        for (long permits : new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE, Long.MAX_VALUE}) {
            tracker.onNext(
                    GetEventsRequest.newBuilder().setNumberOfPermits(permits).build());
        }
        othersAreUnharmed();

        Awaitility.await().until(() -> answer.received.size() == 1);
    }

    @Test
    void unknownContextIsRefused() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("AxonIQ-Context", Metadata.ASCII_STRING_MARSHALLER), "elsewhere");
        Answer<TrackingToken> answer = new Answer<>();
        misbehaving
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .getLastToken(GetLastTokenRequest.getDefaultInstance(), answer);

        Status status = await(answer.ended);
        assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status.getDescription()).contains("AXONIQ-1302", "elsewhere");
    }

    private void othersAreUnharmed() {
        long sequence = await(wellBehaved.findHighestSequence("a")) + 1;
        assertThat(await(wellBehaved.appendEvents(event("a", sequence))).getSuccess())
                .isTrue();
    }

    private static Event eventOf(int bytes) {
        return looseEvent("").toBuilder()
                .setPayload(payload("").toBuilder().setData(ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    /** What came back, and how it ended. */
    private static final class Answer<T> implements StreamObserver<T> {

        private final List<T> received = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Status> ended = new CompletableFuture<>();

        boolean endedWith(Status.Code code) {
            return ended.isDone() && await(ended).getCode() == code;
        }

        @Override
        public void onNext(T value) {
            received.add(value);
        }

        @Override
        public void onError(Throwable cause) {
            ended.complete(Status.fromThrowable(cause));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }
}
