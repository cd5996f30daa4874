package io.waybill.benchmarks;

import io.axoniq.axonserver.grpc.event.Event;

/**
 * The events one worker writes: those of one aggregate after the other. No two workers write to the same aggregate, so
 * sequence numbers are right whatever the order in which transactions arrive.
 */
final class AggregateWriter {

    /** The history of an ordinary aggregate. */
    static final int USUAL_EVENTS = 10;

    private final WrittenEvents written;
    private int aggregate;
    private String aggregateId;
    private int room;

    /** Creates a writer whose first aggregate gets {@code events}, and each one after it the usual number. */
    AggregateWriter(WrittenEvents written, int events) {
        this.written = written;
        aggregate = written.newAggregate();
        aggregateId = written.aggregateId(aggregate);
        room = events;
    }

    /** The number of the aggregate whose events are being written. */
    int aggregate() {
        return aggregate;
    }

    /** The next event to store. */
    Event next() {
        if (room == 0) {
            aggregate = written.newAggregate();
            aggregateId = written.aggregateId(aggregate);
            room = USUAL_EVENTS;
        }
        room--;
        return written.event(aggregate, aggregateId, written.nextSequence(aggregate));
    }
}
