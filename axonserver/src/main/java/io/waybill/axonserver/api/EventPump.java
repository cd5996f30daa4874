package io.waybill.axonserver.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.waybill.axonserver.log.LogEntry;
import io.waybill.axonserver.routing.ErrorCode;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves events from the log to one client, no faster than the client's connection takes them: what is not sent yet
 * stays on disk, so a slow reader costs no memory. Runs on shared threads, on one at a time, and only when woken.
 */
final class EventPump {

    /** Where the events come from. */
    interface Source {

        /** The next event, or null when there is none for now. */
        @Nullable
        LogEntry next() throws IOException;
    }

    /** After so many events other pumps get their turn. */
    private static final int EVENTS_PER_TURN = 500;

    private static final Logger log = LoggerFactory.getLogger(EventPump.class);

    private final ServerCallStreamObserver<LogEntry> client;
    private final Executor readers;
    private final Source source;
    private final boolean endless;
    private final AtomicInteger wakes = new AtomicInteger();
    private volatile boolean finishing;

    // Only the turn in progress touches this; the counter above orders one turn after another.
    private boolean ended;

    /**
     * Creates a pump. To be called while the call is being opened.
     *
     * @param endless whether more may come when the source has nothing, or the call is then complete
     */
    EventPump(ServerCallStreamObserver<LogEntry> client, Executor readers, Source source, boolean endless) {
        this.client = client;
        this.readers = readers;
        this.source = source;
        this.endless = endless;
        client.setOnReadyHandler(this::wake);
        // With a handler set, sending to a client that has just gone is a no-op rather than an exception.
        client.setOnCancelHandler(() -> {});
    }

    /** Something changed that may let events flow. */
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            readers.execute(this::turn);
        }
    }

    /** The client wants no more; the call is completed between two events. */
    void finish() {
        finishing = true;
        wake();
    }

    private void turn() {
        int seen = wakes.get();
        boolean more = false;
        try {
            more = pump();
        } catch (IOException e) {
            log.error("Events cannot be read: {}", e.getMessage());
            end(e);
        } catch (RuntimeException e) {
            log.error("Events cannot be sent", e);
            end(e);
        }
        if (more || wakes.addAndGet(-seen) != 0) {
            readers.execute(this::turn);
        }
    }

    /** Sends what can be sent; true when only the length of the turn stopped it. */
    private boolean pump() throws IOException {
        for (int sent = 0; sent < EVENTS_PER_TURN; sent++) {
            if (ended || client.isCancelled() || (!client.isReady() && !finishing)) {
                return false;
            }
            LogEntry event = finishing ? null : source.next();
            if (event == null) {
                if (finishing || !endless) {
                    ended = true;
                    client.onCompleted();
                }
                return false;
            }
            client.onNext(event);
        }
        return true;
    }

    private void end(Exception fault) {
        if (!ended && !client.isCancelled()) {
            client.onError(ErrorCode.DATAFILE_READ_ERROR.exception(String.valueOf(fault.getMessage())));
        }
        ended = true;
    }
}
