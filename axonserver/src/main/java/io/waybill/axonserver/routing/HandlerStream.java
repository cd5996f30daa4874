package io.waybill.axonserver.routing;

import com.google.protobuf.MessageLite;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The way from the node to one client that handles commands or queries. A message is sent only when the client has
 * granted a permit and the connection takes it; until then it waits here, the most urgent first.
 *
 * @param <M> the type of message the client receives
 */
public final class HandlerStream<M extends MessageLite> {

    /** The outcome of handing a message to a stream. */
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    /** A message on its way to a client, and what becomes of it. It is offered to one stream at a time. */
    abstract static class Delivery<M extends MessageLite> {

        private final int sizeBytes;
        private final long priority;
        private long order;

        Delivery(int sizeBytes, long priority) {
            this.sizeBytes = sizeBytes;
            this.priority = priority;
        }

        abstract M message();

        /** The message was handed to the connection. Called with the stream locked, so it must not wait. */
        abstract void sent(HandlerStream<M> stream);
    }

    /** More than this means the client is not keeping up, and waiting longer helps nobody. As in the original. */
    private static final int MAX_WAITING = 10_000;

    /** The last tenth is kept for messages with a priority. As in the original. */
    private static final int MAX_WAITING_URGENT = 11_000;

    /** Half of what may wait for one connection, so that a client that is slow with commands still gets its answers. */
    private static final long MAX_WAITING_BYTES = Backlog.MAX_BYTES / 2;

    /** Far more than an application handles, few enough that a client which registers without end is harmless. */
    private static final int MAX_REGISTRATIONS = 5_000;

    /** A name is that of a class, as a rule. */
    private static final int MAX_NAME_LENGTH = 1_000;

    private final ServerCallStreamObserver<M> client;
    private final String streamId = UUID.randomUUID().toString();
    private final Backlog backlog;
    private final Consumer<HandlerStream<M>> onOverflow;
    private volatile String clientId = "";
    private volatile String componentName = "";

    // Guarded by this.
    private final TreeSet<Delivery<M>> waiting =
            new TreeSet<>(Comparator.<Delivery<M>>comparingLong(delivery -> delivery.priority)
                    .reversed()
                    .thenComparingLong(delivery -> delivery.order));
    private final Outgoing<M> control;
    private final Set<String> registered = new HashSet<>();
    private long waitingBytes;
    private long permits;
    private long nextOrder;
    private boolean closed;
    private boolean finished;

    /**
     * Must be called while the call is being opened, because only then may its ready handler be set.
     *
     * @param onOverflow runs, on another thread, when the client takes so little that the stream was given up
     */
    public HandlerStream(ServerCallStreamObserver<M> client, Backlog backlog, Consumer<HandlerStream<M>> onOverflow) {
        this.client = client;
        this.backlog = backlog;
        this.onOverflow = onOverflow;
        this.control = new Outgoing<>(client, backlog);
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

    /** Whether the client may handle one more kind of message, called {@code name}. */
    public synchronized boolean register(String name) {
        return name.length() <= MAX_NAME_LENGTH
                && (registered.contains(name) || (registered.size() < MAX_REGISTRATIONS && registered.add(name)));
    }

    /** The client handles {@code name} no longer. */
    public synchronized void unregister(String name) {
        registered.remove(name);
    }

    /** Allows {@code count} more messages. A negative count, which no proper client sends, is ignored. */
    public synchronized void grant(long count) {
        if (count > 0) {
            permits = permits > Long.MAX_VALUE - count ? Long.MAX_VALUE : permits + count;
            drain();
        }
    }

    /** Sends {@code message} without a permit: acknowledgements and the control of running queries. */
    public synchronized void send(M message) {
        if (!closed && !control.add(message)) {
            fail(ErrorCode.TOO_MANY_REQUESTS.exception("The messages of the server are not read"));
            // Not on this thread, which may hold the lock of a query that is to be told.
            var unused = CompletableFuture.runAsync(() -> onOverflow.accept(this));
        }
    }

    synchronized Offer offer(Delivery<M> delivery) {
        if (closed) {
            return Offer.CLOSED;
        }
        delivery.order = nextOrder++;
        if (waiting.isEmpty() && mayDeliver()) {
            deliver(delivery);
            return Offer.ACCEPTED;
        }
        int limit = delivery.priority > 0 ? MAX_WAITING_URGENT : MAX_WAITING;
        if (waiting.size() >= limit
                || waitingBytes + delivery.sizeBytes > MAX_WAITING_BYTES
                || !backlog.add(delivery.sizeBytes)) {
            return Offer.FULL;
        }
        waiting.add(delivery);
        waitingBytes += delivery.sizeBytes;
        return Offer.ACCEPTED;
    }

    /** Takes a message back; false when it was sent already. */
    synchronized boolean withdraw(Delivery<M> delivery) {
        boolean found = waiting.remove(delivery);
        if (found) {
            forget(delivery);
        }
        return found;
    }

    private void forget(Delivery<M> delivery) {
        waitingBytes -= delivery.sizeBytes;
        backlog.remove(delivery.sizeBytes);
    }

    private synchronized void drain() {
        control.drain();
        while (!waiting.isEmpty() && mayDeliver()) {
            Delivery<M> next = waiting.removeFirst();
            forget(next);
            deliver(next);
        }
    }

    private boolean mayDeliver() {
        return !closed && permits > 0 && control.waiting() == 0 && client.isReady();
    }

    private void deliver(Delivery<M> delivery) {
        permits--;
        client.onNext(delivery.message());
        delivery.sent(this);
    }

    /** Ends the stream from this side; the messages that were never sent are returned. */
    synchronized List<Delivery<M>> close() {
        closed = true;
        control.clear();
        List<Delivery<M>> unsent = new ArrayList<>(waiting);
        waiting.forEach(this::forget);
        waiting.clear();
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
}
