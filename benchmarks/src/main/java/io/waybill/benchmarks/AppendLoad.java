package io.waybill.benchmarks;

import io.axoniq.axonserver.connector.event.AppendEventsTransaction;
import io.axoniq.axonserver.connector.event.EventChannel;
import java.util.concurrent.CompletableFuture;

/** Appends transactions of a fixed number of events. */
final class AppendLoad implements Work {

    private final EventChannel channel;
    private final AggregateWriter[] writers;
    private final int eventsEach;

    /**
     * Creates the load.
     *
     * @param writers one for each worker
     * @param eventsEach the events of a transaction
     */
    AppendLoad(EventChannel channel, AggregateWriter[] writers, int eventsEach) {
        this.channel = channel;
        this.writers = writers;
        this.eventsEach = eventsEach;
    }

    @Override
    public CompletableFuture<?> next(int worker) {
        return append(channel, writers[worker], eventsEach);
    }

    /** Appends the next events of one writer; a server that says no is a fault. */
    static CompletableFuture<?> append(EventChannel channel, AggregateWriter writer, int events) {
        AppendEventsTransaction transaction = channel.startAppendEventsTransaction();
        for (int i = 0; i < events; i++) {
            transaction.appendEvent(writer.next());
        }
        return transaction.commit().thenAccept(confirmation -> {
            if (!confirmation.getSuccess()) {
                throw new RunFailedException("The server did not confirm an append");
            }
        });
    }
}
