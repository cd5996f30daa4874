package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.waybill.orderview.audit.EventSource.EventsUnreadable;
import io.waybill.orderview.audit.EventSource.Hashed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of an Axon Server's events, as its events are read by the connector, but of their bytes: the connector makes
 * objects of all parts of an event, and Axon Framework has it count the bytes of them once more, which is two
 * thirds of the work of a verification.
 */
final class StoredHashes implements EventSource.Reading<Hashed> {

    private static final MethodDescriptor<GetEventsRequest, byte[]> LIST_EVENTS =
            EventStoreGrpc.getListEventsMethod().toBuilder(
                            EventStoreGrpc.getListEventsMethod().getRequestMarshaller(), new Bytes())
                    .build();

    /** Arrives when nothing will arrive any more; a message that has an event is not empty. */
    private static final byte[] END = {};

    private final int permits;
    private final ClientCall<GetEventsRequest, byte[]> call;
    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
    private final WireEvent wire = new WireEvent();
    private final EventHash hash = new EventHash();
    private final List<byte[]> batch = new ArrayList<>();
    private int next;
    private int takenOfPermits;
    private volatile @Nullable Status end;

    /**
     * Asks for them.
     *
     * @param position of the first event
     * @param permits how many may be on their way, or wait here, at a time
     */
    StoredHashes(Channel channel, long position, int permits) {
        this.permits = permits;
        // What is done with a message on the thread that reads it is to put it into a queue.
        call = channel.newCall(LIST_EVENTS, CallOptions.DEFAULT.withExecutor(Runnable::run));
        call.start(new Arrivals(), new Metadata());
        call.request(Integer.MAX_VALUE);
        call.sendMessage(GetEventsRequest.newBuilder()
                .setTrackingToken(position)
                .setNumberOfPermits(permits)
                .build());
    }

    @Override
    public @Nullable Hashed next(Duration patience) throws InterruptedException {
        byte @Nullable [] message = take(patience);
        if (message == null) {
            return null;
        }
        if (message.length == 0) {
            throw new EventsUnreadable(
                    "The event store gives no more events", end == null ? null : end.asRuntimeException());
        }
        grantMore();
        try {
            if (wire.read(message)) {
                return new Hashed(wire.position, hash.of(wire));
            }
            EventWithToken event = EventWithToken.parseFrom(message);
            return new Hashed(event.getToken(), hash.of(event.getEvent()));
        } catch (IOException e) {
            throw new EventsUnreadable("What the event store gives is no event", e);
        }
    }

    private byte @Nullable [] take(Duration patience) throws InterruptedException {
        if (next == batch.size()) {
            batch.clear();
            next = 0;
            byte @Nullable [] first = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (first == null) {
                return null;
            }
            batch.add(first);
            arrived.drainTo(batch);
        }
        return batch.get(next++);
    }

    private void grantMore() {
        takenOfPermits++;
        if (takenOfPermits * 4 >= permits) {
            call.sendMessage(GetEventsRequest.newBuilder()
                    .setNumberOfPermits(takenOfPermits)
                    .build());
            takenOfPermits = 0;
        }
    }

    @Override
    public void close() {
        call.cancel("all that was wanted is read", null);
    }

    private final class Arrivals extends ClientCall.Listener<byte[]> {

        @Override
        public void onMessage(byte[] message) {
            arrived.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end = status;
            arrived.add(END);
        }
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            throw new UnsupportedOperationException("Events are only read here");
        }

        /** gRPC knows the length; {@code readAllBytes} would take a buffer of 16 KiB for each event. */
        @Override
        public byte[] parse(InputStream message) {
            try {
                return message instanceof KnownLength
                        ? message.readNBytes(message.available())
                        : message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
