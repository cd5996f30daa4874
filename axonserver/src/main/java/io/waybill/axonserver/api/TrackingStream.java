package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.PayloadDescription;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.log.LogCursor;
import io.waybill.axonserver.log.LogEntry;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client that follows all events from a token on. The first request says where to start; it and the later ones
 * grant permits and exclude types of events.
 */
final class TrackingStream implements StreamObserver<GetEventsRequest> {

    /** An excluded event is sent anyhow after so many, so that the client's token moves on. */
    private static final int EXCLUDED_IN_A_ROW = 1_000;

    /** Far more than there are kinds of events. What is excluded beyond that is sent nevertheless, which is allowed. */
    private static final int MAX_EXCLUDED_BYTES = 1 << 20;

    private final EventLog events;
    private final EventPump pump;
    private final Consumer<TrackingStream> onEnd;
    private final AtomicLong permits = new AtomicLong();
    private final Set<PayloadDescription> excluded = ConcurrentHashMap.newKeySet();
    private volatile @Nullable LogCursor cursor;
    private int excludedBytes;
    private int excludedInARow;

    TrackingStream(
            EventLog events,
            ServerCallStreamObserver<LogEntry> client,
            Executor readers,
            Consumer<TrackingStream> onEnd) {
        this.events = events;
        this.onEnd = onEnd;
        this.pump = new EventPump(client, readers, this::nextPermitted, true);
    }

    /** There may be new events. */
    void wake() {
        if (permits.get() > 0) {
            pump.wake();
        }
    }

    @Override
    public void onNext(GetEventsRequest request) {
        if (cursor == null) {
            cursor = events.from(request.getTrackingToken());
        }
        exclude(request.getBlacklistList());
        long granted = Math.max(0, request.getNumberOfPermits());
        permits.updateAndGet(left -> left > Long.MAX_VALUE - granted ? Long.MAX_VALUE : left + granted);
        pump.wake();
    }

    private void exclude(List<PayloadDescription> types) {
        for (PayloadDescription type : types) {
            excludedBytes += type.getSerializedSize();
            if (excludedBytes > MAX_EXCLUDED_BYTES) {
                return;
            }
            excluded.add(type);
        }
    }

    @Override
    public void onError(Throwable cause) {
        onEnd.accept(this);
    }

    @Override
    public void onCompleted() {
        onEnd.accept(this);
        pump.finish();
    }

    private @Nullable LogEntry nextPermitted() throws IOException {
        LogCursor from = cursor;
        if (from == null || permits.get() <= 0) {
            return null;
        }
        LogEntry event = from.next();
        while (event != null && isExcluded(event)) {
            event = from.next();
        }
        if (event != null) {
            permits.decrementAndGet();
        }
        return event;
    }

    private boolean isExcluded(LogEntry event) throws IOException {
        if (excluded.isEmpty() || !excluded.contains(payloadType(event)) || ++excludedInARow == EXCLUDED_IN_A_ROW) {
            excludedInARow = 0;
            return false;
        }
        return true;
    }

    private static PayloadDescription payloadType(LogEntry event) throws IOException {
        Event parsed = Event.parseFrom(event.toCodedInput());
        return PayloadDescription.newBuilder()
                .setType(parsed.getPayload().getType())
                .setRevision(parsed.getPayload().getRevision())
                .build();
    }
}
