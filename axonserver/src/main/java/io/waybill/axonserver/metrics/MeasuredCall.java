package io.waybill.axonserver.metrics;

import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.waybill.axonserver.log.LogEntry;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** One call on its way through the node. */
final class MeasuredCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private static final String OK = "ok";

    /** The client went away, or cancelled. */
    private static final String CANCELLED = "cancelled";

    /** An error of a handler, whose codes are its own invention and too many to be told apart. */
    private static final String FAILED = "failed";

    /** What a client calls itself is kept while it reads; longer names are cut. */
    private static final int MAX_NAME_LENGTH = 200;

    private static final Metadata.Key<String> CODE_KEY =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    private final CallKind kind;
    private final ContextCalls context;
    private final AtomicLong position = new AtomicLong(-1);
    private volatile GetEventsRequest reader = GetEventsRequest.getDefaultInstance();

    // Requests and answers of one call come one at a time, but an answer may come on another thread than the request.
    private volatile long halfClosedNanos = System.nanoTime();
    private volatile String outcome = OK;
    private boolean tracking;
    private long events;
    private long bytes;

    MeasuredCall(ServerCall<Q, A> call, CallKind kind, ContextCalls context) {
        super(call);
        this.kind = kind;
        this.context = context;
        context.of(kind).start();
    }

    ServerCall.Listener<Q> listener(ServerCall.Listener<Q> delegate) {
        return new MeasuringListener(delegate);
    }

    @Override
    public void sendMessage(A message) {
        switch (message) {
            case LogEntry event -> {
                context.eventsSent().increment();
                // Nobody waits for this value, so it need not be visible at once.
                position.setRelease(event.position());
            }
            case CommandResponse response -> outcome = outcome(response.getErrorCode());
            case QueryResponse response -> outcome = outcome(response.getErrorCode());
            default -> {}
        }
        super.sendMessage(message);
    }

    private static String outcome(String errorCode) {
        if (errorCode.isEmpty()) {
            return OK;
        }
        ErrorCode known = ErrorCode.of(errorCode);
        return known == ErrorCode.OTHER ? FAILED : known.code();
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (kind.isTimed()) {
            context.of(kind).latency().record(System.nanoTime() - halfClosedNanos);
        }
        if (!status.isOk()) {
            String code = trailers.get(CODE_KEY);
            outcome = code != null ? code : status.getCode().name().toLowerCase(Locale.ROOT);
        }
        super.close(status, trailers);
    }

    TrackingReader reader() {
        return new TrackingReader(
                reader.getClientId(), reader.getComponentName(), reader.getProcessor(), position.get());
    }

    private static String shortened(String name) {
        return name.length() <= MAX_NAME_LENGTH ? name : name.substring(0, MAX_NAME_LENGTH);
    }

    private final class MeasuringListener extends SimpleForwardingServerCallListener<Q> {

        MeasuringListener(ServerCall.Listener<Q> delegate) {
            super(delegate);
        }

        @Override
        public void onMessage(Q request) {
            switch (request) {
                case byte[] event -> {
                    events++;
                    bytes += event.length;
                }
                case GetEventsRequest asked -> track(asked);
                default -> {}
            }
            super.onMessage(request);
        }

        /** The first request says who reads from where; the later ones grant permits. */
        private void track(GetEventsRequest first) {
            if (tracking) {
                return;
            }
            tracking = true;
            reader = GetEventsRequest.newBuilder()
                    .setClientId(shortened(first.getClientId()))
                    .setComponentName(shortened(first.getComponentName()))
                    .setProcessor(shortened(first.getProcessor()))
                    .build();
            position.set(first.getTrackingToken() - 1);
            context.trackers().add(MeasuredCall.this);
        }

        @Override
        public void onHalfClose() {
            halfClosedNanos = System.nanoTime();
            super.onHalfClose();
        }

        @Override
        public void onComplete() {
            ended(outcome);
            super.onComplete();
        }

        @Override
        public void onCancel() {
            ended(CANCELLED);
            super.onCancel();
        }

        private void ended(String how) {
            if (tracking) {
                context.trackers().remove(MeasuredCall.this);
            }
            context.of(kind).end(how);
            if (how.equals(OK)) {
                context.eventsAppended().add(events);
                context.bytesAppended().add(bytes);
            }
        }
    }
}
