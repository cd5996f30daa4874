package io.waybill.benchmarks;

import io.axoniq.axonserver.connector.event.AggregateEventStream;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.HdrHistogram.Histogram;

/** Reads events as an application does, and checks every one of them. */
final class EventReads {

    /** What Axon Framework asks for by default: so many events at once, and more when half of them are handled. */
    private static final int PERMITS = 5_000;

    private static final int NEW_PERMITS = PERMITS / 2;

    /** A stream has no operations to time, so the time for so many events in a row is taken. */
    static final int STRETCH_EVENTS = 1_000;

    private static final long PATIENCE_SECONDS = 20;

    private final EventChannel channel;
    private final WrittenEvents written;

    EventReads(EventChannel channel, WrittenEvents written) {
        this.channel = channel;
        this.written = written;
    }

    /** Reads all {@code count} events of the store; the operations of the result are events. */
    Round everything(long count) throws InterruptedException {
        StreamCheck check = new StreamCheck(written);
        Histogram stretches = new Histogram(Round.LATENCY_DIGITS);
        long begun = System.nanoTime();
        long stretchBegun = begun;
        try (EventStream stream = channel.openStream(-1, PERMITS, NEW_PERMITS)) {
            for (long read = 1; read <= count; read++) {
                check.accept(next(stream, read, count));
                if (read % STRETCH_EVENTS == 0) {
                    long now = System.nanoTime();
                    stretches.recordValue(now - stretchBegun);
                    stretchBegun = now;
                }
            }
        }
        long elapsedNanos = System.nanoTime() - begun;
        check.end();
        return new Round(count, elapsedNanos, stretches);
    }

    private static EventWithToken next(EventStream stream, long number, long count) throws InterruptedException {
        EventWithToken next = stream.nextIfAvailable(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new RunFailedException("Lost: event %d of %d was not sent within %d s; the stream says %s"
                    .formatted(number, count, PATIENCE_SECONDS, stream.getError()));
        }
        return next;
    }

    /** Reads whole aggregates, one at a time, until the time is up; the operations of the result are events. */
    Round aggregates(IntSupplier choice, long millis) throws InterruptedException {
        Histogram latencies = new Histogram(Round.LATENCY_DIGITS);
        long begun = System.nanoTime();
        long deadline = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        long events = 0;
        long readBegun = begun;
        while (readBegun - deadline < 0) {
            events += aggregate(choice.getAsInt());
            long now = System.nanoTime();
            latencies.recordValue(now - readBegun);
            readBegun = now;
        }
        return new Round(events, readBegun - begun, latencies);
    }

    private int aggregate(int aggregate) throws InterruptedException {
        AggregateEventStream stream = channel.openAggregateStream(written.aggregateId(aggregate));
        int sequence = 0;
        while (stream.hasNext()) {
            written.check(stream.next(), aggregate, sequence++);
        }
        if (sequence != written.countOf(aggregate)) {
            throw new RunFailedException("Lost: %d of the %d events of %s were read"
                    .formatted(sequence, written.countOf(aggregate), written.aggregateId(aggregate)));
        }
        return sequence;
    }
}
