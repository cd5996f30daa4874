package io.waybill.benchmarks;

import io.axoniq.axonserver.grpc.event.EventWithToken;

/**
 * Checks a whole event stream, from the first token on: no token missing, each aggregate's events in order and with the
 * content they were written with, and in the end every event seen exactly once.
 */
final class StreamCheck {

    private final WrittenEvents written;
    private final int[] seen;
    private long nextToken;

    /** To be created when nothing is being written. */
    StreamCheck(WrittenEvents written) {
        this.written = written;
        this.seen = new int[written.aggregates()];
    }

    /** Takes the next event of the stream; those that others wrote before are only counted. */
    void accept(EventWithToken next) {
        if (next.getToken() != nextToken) {
            throw new RunFailedException(
                    "Misread: token %d came where %d was due".formatted(next.getToken(), nextToken));
        }
        nextToken++;
        int aggregate = written.aggregateOf(next.getEvent());
        if (aggregate >= seen.length) {
            throw new RunFailedException("Misread: an event of aggregate %d, which has none".formatted(aggregate));
        }
        if (aggregate >= 0) {
            written.check(next.getEvent(), aggregate, seen[aggregate]++);
        }
    }

    /** Checks at the end of the stream that nothing is missing. */
    void end() {
        for (int aggregate = 0; aggregate < seen.length; aggregate++) {
            if (seen[aggregate] != written.countOf(aggregate)) {
                throw new RunFailedException("Lost: %d of the %d events of %s were read"
                        .formatted(seen[aggregate], written.countOf(aggregate), written.aggregateId(aggregate)));
            }
        }
    }
}
