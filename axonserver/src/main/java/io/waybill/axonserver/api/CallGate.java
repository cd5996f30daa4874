package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventSchedulerGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets every call in until the node stops, and then lets those in progress come to their end: first nothing new is
 * begun, while commands and queries that are being handled may still read and store events; then nothing is let in; last
 * the streams of the clients end.
 */
public final class CallGate implements ServerInterceptor {

    private static final Status STOPPING = Status.UNAVAILABLE.withDescription("The node is stopping");

    /** Calls that last as long as the client is there. Nobody can wait for their end. */
    private static final Set<String> ENDLESS = Set.of(
            PlatformServiceGrpc.getOpenStreamMethod().getFullMethodName(),
            CommandServiceGrpc.getOpenStreamMethod().getFullMethodName(),
            QueryServiceGrpc.getOpenStreamMethod().getFullMethodName(),
            QueryServiceGrpc.getSubscriptionMethod().getFullMethodName(),
            EventStoreGrpc.getListEventsMethod().getFullMethodName());

    /** What a handler needs to do its work. */
    private static final Set<String> SUPPORTING = Set.of(EventStoreGrpc.SERVICE_NAME, EventSchedulerGrpc.SERVICE_NAME);

    private enum State {
        OPEN,
        FINISHING,
        CLOSED
    }

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger supporting = new AtomicInteger();
    private final Set<EndlessCall<?, ?>> endless = ConcurrentHashMap.newKeySet();
    private volatile State state = State.OPEN;

    /**
     * Lets nothing new begin, waits until what is in progress has ended, and ends the streams.
     *
     * @param limitMillis the longest wait; what has not ended then is to be cut off
     * @return how many calls have not ended
     */
    public int close(long limitMillis) throws InterruptedException {
        long limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMillis);
        long deadlineNanos = System.nanoTime() + limitNanos;
        state = State.FINISHING;
        // A handler that never answers must not use up the time of appends that are on their way to the disk.
        awaitNone(requests, deadlineNanos - limitNanos / 4);
        state = State.CLOSED;
        awaitNone(supporting, deadlineNanos);
        endless.forEach(call -> call.end(STOPPING));
        return requests.get() + supporting.get();
    }

    private synchronized void awaitNone(AtomicInteger inProgress, long deadlineNanos) throws InterruptedException {
        long left = deadlineNanos - System.nanoTime();
        while (inProgress.get() > 0 && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadlineNanos - System.nanoTime();
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        if (ENDLESS.contains(method.getFullMethodName())) {
            return openStream(call, headers, next);
        }
        boolean supports = SUPPORTING.contains(method.getServiceName());
        AtomicInteger inProgress = supports ? supporting : requests;
        // Counted before the state is read: close() sets the state before it counts, so one of the two sees the other.
        inProgress.incrementAndGet();
        State now = state;
        if (now == State.CLOSED || (now == State.FINISHING && !supports)) {
            ended(inProgress);
            return refuse(call);
        }
        return start(call, headers, next, () -> ended(inProgress));
    }

    private <Q, A> ServerCall.Listener<Q> openStream(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        EndlessCall<Q, A> stream = new EndlessCall<>(call);
        // As above: noted before the state is read.
        endless.add(stream);
        if (state != State.OPEN) {
            endless.remove(stream);
            return refuse(call);
        }
        return start(stream, headers, next, () -> endless.remove(stream));
    }

    private static <Q, A> ServerCall.Listener<Q> start(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next, Runnable onEnd) {
        try {
            return new EndListener<>(next.startCall(call, headers), onEnd);
        } catch (RuntimeException e) {
            // There will be no listener to be told of the end.
            onEnd.run();
            throw e;
        }
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call) {
        call.close(STOPPING, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private void ended(AtomicInteger inProgress) {
        if (inProgress.decrementAndGet() == 0 && state != State.OPEN) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Notices the end of a call, which gRPC reports once its last message has been handed to the network. */
    private static final class EndListener<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Runnable onEnd;

        EndListener(ServerCall.Listener<Q> delegate, Runnable onEnd) {
            super(delegate);
            this.onEnd = onEnd;
        }

        @Override
        public void onComplete() {
            onEnd.run();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            onEnd.run();
            super.onCancel();
        }
    }
}
