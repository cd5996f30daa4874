package io.waybill.axonserver.conformance;

import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.PayloadDescription;
import io.grpc.stub.StreamObserver;

/** A client that follows all events and grants every permit itself. */
public final class Tracker {

    private final Received<EventWithToken> events = new Received<>();
    private final StreamObserver<GetEventsRequest> server;

    /** Follows the events from {@code token} on, once it has granted permits. */
    public Tracker(EventStoreClient client, long token) {
        server = client.stub().listEvents(events);
        server.onNext(GetEventsRequest.newBuilder().setTrackingToken(token).build());
    }

    /** Allows so many more events. */
    public Tracker grant(long permits) {
        server.onNext(GetEventsRequest.newBuilder().setNumberOfPermits(permits).build());
        return this;
    }

    /** Wants no more events with this type of payload. */
    public Tracker exclude(String payloadType, String revision) {
        server.onNext(GetEventsRequest.newBuilder()
                .addBlacklist(
                        PayloadDescription.newBuilder().setType(payloadType).setRevision(revision))
                .build());
        return this;
    }

    /** What has come. */
    public Received<EventWithToken> events() {
        return events;
    }

    /** Wants no more events at all. */
    public void close() {
        server.onCompleted();
    }
}
