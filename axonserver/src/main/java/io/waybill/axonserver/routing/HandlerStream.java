package io.waybill.axonserver.routing;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;

/**
 * The way from the node to one client that handles commands or queries. A message is sent only when the client has
 * granted a permit and the connection takes it; until then it waits here, the most urgent first.
 *
 * @param <M> the type of message the client receives
 */
public final class HandlerStream<M> {

    /** The outcome of handing a message to a stream. */
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    /** A message that waits to be sent, and what becomes of it. */
    interface Delivery<M> {

        M message();

        long priority();

        /** The message was handed to the connection. */
        void sent(HandlerStream<M> stream);
    }

    /** More than this means the client is not keeping up, and waiting longer helps nobody. */
    private static final int MAX_WAITING = 10_000;

    private static final Comparator<Waiting<?>> MOST_URGENT_FIRST = Comparator.<Waiting<?>>comparingLong(
                    waiting -> -waiting.delivery.priority())
            .thenComparingLong(waiting -> waiting.order);

    private final ServerCallStreamObserver<M> client;
    private final String streamId = UUID.randomUUID().toString();
    private volatile String clientId = "";
    private volatile String componentName = "";

    // Guarded by this.
    private final PriorityQueue<Waiting<M>> waiting = new PriorityQueue<>(MOST_URGENT_FIRST);
    private long permits;
    private long order;
    private boolean closed;
    private boolean finished;

    /** Must be called while the call is being opened, because only then may its ready handler be set. */
    public HandlerStream(ServerCallStreamObserver<M> client) {
        this.client = client;
        client.setOnReadyHandler(this::drain);
        // With a handler set, sending to a client that has just gone is a no-op rather than an exception.
        client.setOnCancelHandler(() -> {});
    }

    /** Notes who is at the other end; clients say so only in their first message. */
    public void identify(String newClientId, String newComponentName) {
        clientId = newClientId;
        if (!newComponentName.isEmpty()) {
            componentName = newComponentName;
        }
    }

    /** The client instance at the other end, empty until it has said who it is. */
    public String clientId() {
        return clientId;
    }

    /** Distinguishes this stream from earlier ones of the same client. */
    public String clientStreamId() {
        return clientId + "." + streamId;
    }

    /** The kind of application at the other end; its instances share the name. */
    public String componentName() {
        return componentName;
    }

    /** Allows {@code count} more messages. A negative count, which no proper client sends, is ignored. */
    public synchronized void grant(long count) {
        if (count > 0) {
            permits = permits > Long.MAX_VALUE - count ? Long.MAX_VALUE : permits + count;
            drain();
        }
    }

    /** Sends {@code message} at once, without a permit: acknowledgements and the control of running queries. */
    public synchronized void send(M message) {
        if (!closed) {
            client.onNext(message);
        }
    }

    synchronized Offer offer(Delivery<M> delivery) {
        if (closed) {
            return Offer.CLOSED;
        }
        if (waiting.size() >= MAX_WAITING) {
            return Offer.FULL;
        }
        waiting.add(new Waiting<>(delivery, order++));
        drain();
        return Offer.ACCEPTED;
    }

    /** Takes a message back; false when it was sent already. */
    synchronized boolean withdraw(Delivery<M> delivery) {
        return waiting.removeIf(candidate -> candidate.delivery.equals(delivery));
    }

    private synchronized void drain() {
        while (!closed && permits > 0 && !waiting.isEmpty() && client.isReady()) {
            Delivery<M> delivery = waiting.remove().delivery;
            permits--;
            client.onNext(delivery.message());
            delivery.sent(this);
        }
    }

    /** Ends the stream from this side; the messages that were never sent are returned. */
    synchronized List<Delivery<M>> close() {
        closed = true;
        List<Delivery<M>> unsent = new ArrayList<>();
        while (!waiting.isEmpty()) {
            unsent.add(waiting.remove().delivery);
        }
        return unsent;
    }

    /** Tells the client that its stream has ended; it may be gone already. */
    public synchronized void complete() {
        if (!finished && !client.isCancelled()) {
            client.onCompleted();
        }
        finished = true;
        closed = true;
    }

    /** Ends the call with an error. */
    public synchronized void fail(StatusRuntimeException error) {
        if (!finished && !client.isCancelled()) {
            client.onError(error);
        }
        finished = true;
        closed = true;
    }

    private record Waiting<M>(Delivery<M> delivery, long order) {}
}
