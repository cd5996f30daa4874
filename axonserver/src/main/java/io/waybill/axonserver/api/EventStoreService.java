package io.waybill.axonserver.api;

import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getAppendEventMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getAppendSnapshotMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getGetFirstTokenMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getGetLastTokenMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getGetTokenAtMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getListAggregateEventsMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getListAggregateSnapshotsMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getListEventsMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getQueryEventsMethod;
import static io.axoniq.axonserver.grpc.event.EventStoreGrpc.getReadHighestSequenceNrMethod;
import static io.grpc.stub.ServerCalls.asyncBidiStreamingCall;
import static io.grpc.stub.ServerCalls.asyncClientStreamingCall;
import static io.grpc.stub.ServerCalls.asyncServerStreamingCall;
import static io.grpc.stub.ServerCalls.asyncUnaryCall;

import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.GetAggregateEventsRequest;
import io.axoniq.axonserver.grpc.event.GetAggregateSnapshotsRequest;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.GetTokenAtRequest;
import io.axoniq.axonserver.grpc.event.QueryEventsRequest;
import io.axoniq.axonserver.grpc.event.QueryEventsResponse;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrRequest;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrResponse;
import io.axoniq.axonserver.grpc.event.TrackingToken;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.log.AggregateReader;
import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.log.LogEntry;
import io.waybill.axonserver.log.SnapshotLog;
import io.waybill.axonserver.log.SnapshotReader;
import io.waybill.axonserver.routing.ErrorCode;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Events and snapshots: appending, reading an aggregate, following the stream. The methods that carry events are bound
 * with marshallers of their own, which pass the bytes through.
 */
public final class EventStoreService implements BindableService {

    private final EventLog events;
    private final SnapshotLog snapshots;
    private final Executor readers;
    private final Set<TrackingStream> trackers = ConcurrentHashMap.newKeySet();
    private final UnfinishedTransactions unfinished = new UnfinishedTransactions();

    /** Creates the service; {@code readers} runs whatever reads from disk. */
    public EventStoreService(EventLog events, SnapshotLog snapshots, Executor readers) {
        this.events = events;
        this.snapshots = snapshots;
        this.readers = readers;
        events.onAppend(() -> trackers.forEach(TrackingStream::wake));
    }

    @Override
    public ServerServiceDefinition bindService() {
        var requestEvents = ProtoUtils.marshaller(GetEventsRequest.getDefaultInstance());
        var requestAggregate = ProtoUtils.marshaller(GetAggregateEventsRequest.getDefaultInstance());
        var requestSnapshots = ProtoUtils.marshaller(GetAggregateSnapshotsRequest.getDefaultInstance());
        var confirmation = ProtoUtils.marshaller(Confirmation.getDefaultInstance());
        var incoming = new StoredEvents.Incoming();
        var outgoing = new StoredEvents.Outgoing();
        return ServerServiceDefinition.builder(EventStoreGrpc.SERVICE_NAME)
                .addMethod(
                        getAppendEventMethod().toBuilder(incoming, confirmation).build(),
                        asyncClientStreamingCall(this::appendEvent))
                .addMethod(getAppendSnapshotMethod(), asyncUnaryCall(this::appendSnapshot))
                .addMethod(
                        getListAggregateEventsMethod().toBuilder(requestAggregate, outgoing)
                                .build(),
                        asyncServerStreamingCall(this::listAggregateEvents))
                .addMethod(
                        getListAggregateSnapshotsMethod().toBuilder(requestSnapshots, outgoing)
                                .build(),
                        asyncServerStreamingCall(this::listAggregateSnapshots))
                .addMethod(
                        getListEventsMethod().toBuilder(requestEvents, new StoredEvents.OutgoingWithToken())
                                .build(),
                        asyncBidiStreamingCall(this::listEvents))
                .addMethod(getReadHighestSequenceNrMethod(), asyncUnaryCall(this::readHighestSequenceNr))
                // The log is never shortened at its beginning, so the first token is always the same.
                .addMethod(getGetFirstTokenMethod(), asyncUnaryCall((request, reply) -> answer(reply, token(0))))
                .addMethod(
                        getGetLastTokenMethod(),
                        asyncUnaryCall((request, reply) -> answer(reply, token(events.lastToken()))))
                .addMethod(getGetTokenAtMethod(), asyncUnaryCall(this::getTokenAt))
                .addMethod(getQueryEventsMethod(), asyncBidiStreamingCall(this::queryEvents))
                .build();
    }

    private StreamObserver<byte[]> appendEvent(StreamObserver<Confirmation> reply) {
        return new AppendTransaction(events, (ServerCallStreamObserver<Confirmation>) reply, unfinished);
    }

    private void appendSnapshot(Event snapshot, StreamObserver<Confirmation> reply) {
        String aggregateId = snapshot.getAggregateIdentifier();
        long highest;
        try {
            highest = events.highestSequence(aggregateId);
        } catch (IOException e) {
            reply.onError(ErrorCode.DATAFILE_READ_ERROR.exception(String.valueOf(e.getMessage())));
            return;
        }
        if (snapshot.getAggregateSequenceNumber() > highest) {
            reply.onError(ErrorCode.INVALID_SEQUENCE.exception(
                    "A snapshot of %s cannot be of sequence number %d, the last event is %d"
                            .formatted(aggregateId, snapshot.getAggregateSequenceNumber(), highest)));
            return;
        }
        // Clients tell a snapshot from an event by the flag, and do not all set it.
        byte[] stored = snapshot.toBuilder().setSnapshot(true).build().toByteArray();
        var unused = snapshots.append(stored).whenComplete((position, fault) -> {
            if (fault == null) {
                answer(reply, Confirmation.newBuilder().setSuccess(true).build());
            } else {
                reply.onError(AppendFaults.exception(fault));
            }
        });
    }

    private void listAggregateEvents(GetAggregateEventsRequest request, StreamObserver<LogEntry> reply) {
        send(reply, new AggregateEvents(request));
    }

    private void listAggregateSnapshots(GetAggregateSnapshotsRequest request, StreamObserver<LogEntry> reply) {
        send(reply, new AggregateSnapshots(request));
    }

    private void send(StreamObserver<LogEntry> reply, EventPump.Source source) {
        new EventPump((ServerCallStreamObserver<LogEntry>) reply, readers, source, false).wake();
    }

    private StreamObserver<GetEventsRequest> listEvents(StreamObserver<LogEntry> reply) {
        TrackingStream tracker =
                new TrackingStream(events, (ServerCallStreamObserver<LogEntry>) reply, readers, trackers::remove);
        trackers.add(tracker);
        return tracker;
    }

    private void readHighestSequenceNr(
            ReadHighestSequenceNrRequest request, StreamObserver<ReadHighestSequenceNrResponse> reply) {
        try {
            answer(
                    reply,
                    ReadHighestSequenceNrResponse.newBuilder()
                            .setToSequenceNr(events.highestSequence(request.getAggregateId()))
                            .build());
        } catch (IOException e) {
            reply.onError(ErrorCode.DATAFILE_READ_ERROR.exception(String.valueOf(e.getMessage())));
        }
    }

    private void getTokenAt(GetTokenAtRequest request, StreamObserver<TrackingToken> reply) {
        readers.execute(() -> {
            try {
                answer(reply, token(events.tokenAt(request.getInstant())));
            } catch (IOException e) {
                reply.onError(ErrorCode.DATAFILE_READ_ERROR.exception(String.valueOf(e.getMessage())));
            }
        });
    }

    private StreamObserver<QueryEventsRequest> queryEvents(StreamObserver<QueryEventsResponse> reply) {
        reply.onError(Status.UNIMPLEMENTED
                .withDescription("Ad-hoc queries are not supported. Project the events with an event processor, "
                        + "or read them with ListEvents or ListAggregateEvents.")
                .asRuntimeException());
        return new CallObserver<>(request -> {}, () -> {});
    }

    private static TrackingToken token(long value) {
        return TrackingToken.newBuilder().setToken(value).build();
    }

    private static <T> void answer(StreamObserver<T> reply, T answer) {
        reply.onNext(answer);
        reply.onCompleted();
    }

    /** The events of an aggregate, begun with its newest snapshot if the client takes one. */
    private final class AggregateEvents implements EventPump.Source {

        private final GetAggregateEventsRequest request;
        private @Nullable AggregateReader reader;

        AggregateEvents(GetAggregateEventsRequest request) {
            this.request = request;
        }

        @Override
        public @Nullable LogEntry next() throws IOException {
            if (reader != null) {
                return reader.next();
            }
            String id = request.getAggregateId();
            // An absent bound arrives as 0.
            long last = request.getMaxSequence() > 0 ? request.getMaxSequence() : Long.MAX_VALUE;
            LogEntry snapshot =
                    request.getAllowSnapshots() ? snapshots.newest(id, request.getInitialSequence(), last - 1) : null;
            if (snapshot == null) {
                reader = events.aggregate(id, request.getInitialSequence(), last);
                return reader.next();
            }
            reader = events.aggregate(id, SnapshotLog.sequenceOf(snapshot) + 1, last);
            return snapshot;
        }
    }

    /** The snapshots of an aggregate, the newest first. */
    private final class AggregateSnapshots implements EventPump.Source {

        private final GetAggregateSnapshotsRequest request;
        private @Nullable SnapshotReader reader;
        private int left;

        AggregateSnapshots(GetAggregateSnapshotsRequest request) {
            this.request = request;
            this.left = request.getMaxResults() > 0 ? request.getMaxResults() : Integer.MAX_VALUE;
        }

        @Override
        public @Nullable LogEntry next() throws IOException {
            if (reader == null) {
                reader = snapshots.newestFirst(
                        request.getAggregateId(), request.getInitialSequence(), request.getMaxSequence());
            }
            return left-- > 0 ? reader.next() : null;
        }
    }
}
