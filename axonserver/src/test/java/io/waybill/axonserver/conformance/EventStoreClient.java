package io.waybill.axonserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc.EventStoreStub;
import io.axoniq.axonserver.grpc.event.GetAggregateEventsRequest;
import io.axoniq.axonserver.grpc.event.GetAggregateSnapshotsRequest;
import io.axoniq.axonserver.grpc.event.GetFirstTokenRequest;
import io.axoniq.axonserver.grpc.event.GetLastTokenRequest;
import io.axoniq.axonserver.grpc.event.GetTokenAtRequest;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrRequest;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrResponse;
import io.axoniq.axonserver.grpc.event.TrackingToken;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Consumer;

/** Calls the event store as its protocol has it; the connector changes some of the tokens. */
public final class EventStoreClient {

    private final EventStoreStub stub;

    /** A client on {@code channel}. */
    public EventStoreClient(Channel channel) {
        stub = EventStoreGrpc.newStub(channel);
    }

    /** The calls as they are. */
    public EventStoreStub stub() {
        return stub;
    }

    /** Stores {@code transaction}, which must succeed. */
    public void append(Event... transaction) {
        Received<Confirmation> confirmation = tryAppend(transaction);
        Received.Fault end = confirmation.end();
        assertThat(end.status()).as("%s", end).isEqualTo(Status.Code.OK);
        assertThat(confirmation.next().getSuccess()).isTrue();
    }

    /** Tries to store {@code transaction}; the outcome is to come. */
    public Received<Confirmation> tryAppend(Event... transaction) {
        Received<Confirmation> confirmation = new Received<>();
        StreamObserver<Event> server = stub.appendEvent(confirmation);
        List.of(transaction).forEach(server::onNext);
        server.onCompleted();
        return confirmation;
    }

    /** Tries to store {@code snapshot}; the outcome is to come. */
    public Received<Confirmation> tryAppendSnapshot(Event snapshot) {
        Received<Confirmation> confirmation = new Received<>();
        stub.appendSnapshot(snapshot, confirmation);
        return confirmation;
    }

    /** The aggregate's events as {@code request} limits them. */
    public List<Event> read(String aggregateId, Consumer<GetAggregateEventsRequest.Builder> request) {
        GetAggregateEventsRequest.Builder asked =
                GetAggregateEventsRequest.newBuilder().setAggregateId(aggregateId);
        request.accept(asked);
        Received<Event> events = new Received<>();
        stub.listAggregateEvents(asked.build(), events);
        return all(events);
    }

    /** The aggregate's snapshots within the bounds. */
    public List<Event> snapshots(String aggregateId, long initialSequence, long maxSequence, int maxResults) {
        Received<Event> snapshots = new Received<>();
        stub.listAggregateSnapshots(
                GetAggregateSnapshotsRequest.newBuilder()
                        .setAggregateId(aggregateId)
                        .setInitialSequence(initialSequence)
                        .setMaxSequence(maxSequence)
                        .setMaxResults(maxResults)
                        .build(),
                snapshots);
        return all(snapshots);
    }

    /** The aggregate's highest sequence number. */
    public long highestSequence(String aggregateId, long fromSequence) {
        return EventStoreClient.<ReadHighestSequenceNrResponse>call(reply -> stub.readHighestSequenceNr(
                        ReadHighestSequenceNrRequest.newBuilder()
                                .setAggregateId(aggregateId)
                                .setFromSequenceNr(fromSequence)
                                .build(),
                        reply))
                .getToSequenceNr();
    }

    /** The token of the first event there is. */
    public long firstToken() {
        return EventStoreClient.<TrackingToken>call(
                        reply -> stub.getFirstToken(GetFirstTokenRequest.getDefaultInstance(), reply))
                .getToken();
    }

    /** The token of the last event there is. */
    public long lastToken() {
        return EventStoreClient.<TrackingToken>call(
                        reply -> stub.getLastToken(GetLastTokenRequest.getDefaultInstance(), reply))
                .getToken();
    }

    /** The token of the first event at {@code millis} since the epoch or later. */
    public long tokenAt(long millis) {
        return EventStoreClient.<TrackingToken>call(reply -> stub.getTokenAt(
                        GetTokenAtRequest.newBuilder().setInstant(millis).build(), reply))
                .getToken();
    }

    private static <T> T call(Consumer<StreamObserver<T>> call) {
        Received<T> reply = new Received<>();
        call.accept(reply);
        T answer = reply.next();
        assertThat(reply.end().status()).isEqualTo(Status.Code.OK);
        return answer;
    }

    private static List<Event> all(Received<Event> events) {
        Received.Fault end = events.end();
        assertThat(end.status()).as("%s", end).isEqualTo(Status.Code.OK);
        return events.next(events.waiting());
    }
}
