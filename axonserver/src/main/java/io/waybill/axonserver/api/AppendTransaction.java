package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.event.Confirmation;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The events of one transaction as they arrive. They are stored together when the client completes its stream. */
final class AppendTransaction implements StreamObserver<byte[]> {

    /** What the original allows by default. */
    private static final int MAX_EVENTS = 32_767;

    /** Far more than a transaction should hold; a record of the log takes twice this. */
    private static final long MAX_TRANSACTION_BYTES = 32 << 20;

    /** What all unfinished transactions together may hold in memory. */
    private static final long MAX_UNFINISHED_BYTES = 64 << 20;

    /**
     * The largest event. A client accepts messages up to 4 MiB, and when it reads the event there is a token around it:
     * an event that can be stored must not be one that cannot be read.
     */
    private static final int MAX_EVENT_BYTES = (4 << 20) - 64;

    private final EventLog events;
    private final ServerCallStreamObserver<Confirmation> client;
    private final AtomicLong unfinishedBytes;
    private final List<byte[]> collected = new ArrayList<>();
    private long bytes;
    private boolean ended;

    /** Creates a transaction; {@code unfinishedBytes} counts what all transactions hold together. */
    AppendTransaction(EventLog events, ServerCallStreamObserver<Confirmation> client, AtomicLong unfinishedBytes) {
        this.events = events;
        this.client = client;
        this.unfinishedBytes = unfinishedBytes;
        // With a handler set, answering a client that has just gone is a no-op rather than an exception.
        client.setOnCancelHandler(() -> {});
    }

    @Override
    public void onNext(byte[] event) {
        if (ended) {
            return;
        }
        collected.add(event);
        bytes += event.length;
        long together = unfinishedBytes.addAndGet(event.length);
        if (event.length > MAX_EVENT_BYTES || bytes > MAX_TRANSACTION_BYTES) {
            fail(ErrorCode.PAYLOAD_TOO_LARGE.exception("An event has at most %d bytes, a transaction at most %d"
                    .formatted(MAX_EVENT_BYTES, MAX_TRANSACTION_BYTES)));
        } else if (collected.size() > MAX_EVENTS) {
            fail(ErrorCode.TOO_MANY_EVENTS.exception("A transaction has at most " + MAX_EVENTS + " events"));
        } else if (together > MAX_UNFINISHED_BYTES) {
            fail(ErrorCode.TOO_MANY_REQUESTS.exception("Too much is waiting in unfinished transactions"));
        }
    }

    @Override
    public void onError(Throwable cause) {
        // The client rolled back or is gone: nothing of the transaction was stored.
        release();
    }

    @Override
    public void onCompleted() {
        if (ended) {
            return;
        }
        if (collected.isEmpty()) {
            confirm();
            return;
        }
        var unused = events.append(List.copyOf(collected)).whenComplete((token, fault) -> {
            if (fault == null) {
                confirm();
            } else {
                client.onError(AppendFaults.exception(fault));
            }
        });
        release();
    }

    private void confirm() {
        client.onNext(Confirmation.newBuilder().setSuccess(true).build());
        client.onCompleted();
    }

    private void fail(StatusRuntimeException error) {
        release();
        client.onError(error);
    }

    private void release() {
        if (!ended) {
            ended = true;
            unfinishedBytes.addAndGet(-bytes);
            collected.clear();
        }
    }
}
