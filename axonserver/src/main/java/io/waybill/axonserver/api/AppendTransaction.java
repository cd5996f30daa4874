package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.event.Confirmation;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.routing.Backlog;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** The events of one transaction as they arrive. They are stored together when the client completes its stream. */
final class AppendTransaction implements StreamObserver<byte[]> {

    /** Far more than a unit of work should publish. */
    private static final int MAX_EVENTS = 32_767;

    /** Far more than a transaction should hold; a record of the log takes twice this. */
    private static final long MAX_TRANSACTION_BYTES = 32 << 20;

    /**
     * The largest event. A client accepts messages up to 4 MiB, and when it reads the event there is a token around it:
     * an event that can be stored must not be one that cannot be read.
     */
    private static final int MAX_EVENT_BYTES = (4 << 20) - 64;

    private final EventLog events;
    private final ServerCallStreamObserver<Confirmation> client;
    private final UnfinishedTransactions unfinished;
    private final Backlog connection;

    // Guarded by this.
    private final List<byte[]> collected = new ArrayList<>();
    private long bytes;
    private boolean ended;

    /** Creates a transaction that counts among the {@code unfinished}. To be called while the call is being opened. */
    AppendTransaction(
            EventLog events, ServerCallStreamObserver<Confirmation> client, UnfinishedTransactions unfinished) {
        this.events = events;
        this.client = client;
        this.unfinished = unfinished;
        this.connection = ConnectionBacklogs.current();
        // However the call ends: an event that arrived while the transaction was given up may have been counted again.
        client.setOnCloseHandler(() -> unfinished.ended(this));
        client.setOnCancelHandler(() -> unfinished.ended(this));
    }

    /** Stands for the connection that the transaction comes over. */
    Backlog connection() {
        return connection;
    }

    @Override
    public void onNext(byte[] event) {
        if (collect(event)) {
            // Without the lock of this transaction, because it takes those of others.
            unfinished
                    .received(this, event.length)
                    .forEach(idle -> idle.fail(ErrorCode.TOO_MANY_REQUESTS.exception(
                            "Too much is waiting in unfinished transactions, most of it from this client")));
        }
    }

    private synchronized boolean collect(byte[] event) {
        if (ended) {
            return false;
        }
        collected.add(event);
        bytes += event.length;
        if (event.length > MAX_EVENT_BYTES || bytes > MAX_TRANSACTION_BYTES) {
            fail(ErrorCode.PAYLOAD_TOO_LARGE.exception("An event has at most %d bytes, a transaction at most %d"
                    .formatted(MAX_EVENT_BYTES, MAX_TRANSACTION_BYTES)));
        } else if (collected.size() > MAX_EVENTS) {
            fail(ErrorCode.TOO_MANY_EVENTS.exception("A transaction has at most " + MAX_EVENTS + " events"));
        }
        return !ended;
    }

    @Override
    public synchronized void onError(Throwable cause) {
        // The client rolled back or is gone: nothing of the transaction was stored.
        release();
    }

    @Override
    public synchronized void onCompleted() {
        if (ended) {
            return;
        }
        if (collected.isEmpty()) {
            confirm();
        } else {
            var unused = events.append(List.copyOf(collected)).whenComplete((token, fault) -> {
                if (fault == null) {
                    confirm();
                } else {
                    client.onError(AppendFaults.exception(fault));
                }
            });
        }
        release();
    }

    private void confirm() {
        client.onNext(Confirmation.newBuilder().setSuccess(true).build());
        client.onCompleted();
    }

    private synchronized void fail(StatusRuntimeException error) {
        if (!ended) {
            release();
            client.onError(error);
        }
    }

    private void release() {
        ended = true;
        collected.clear();
        unfinished.ended(this);
    }
}
