package io.waybill.benchmarks;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;

/**
 * The events that a run has written to one server, and what must be read again. An event is told by its aggregate and
 * sequence number alone, its content included: so nothing but a count for each aggregate has to be remembered, and any
 * event that is read can be checked in full.
 */
final class WrittenEvents {

    /** The size of an event on the wire, as in the published figures this is compared with. */
    static final int EVENT_BYTES = 400;

    private static final String AGGREGATE_TYPE = "Bench";
    private static final String PAYLOAD_TYPE = "io.waybill.benchmarks.Something";
    private static final String REVISION = "1";
    private static final long FIRST_TIMESTAMP_MILLIS = 1_750_000_000_000L;

    /** What the other fields of such an event take. */
    private static final int PAYLOAD_BYTES = EVENT_BYTES - 128;

    /** Different contents in use: enough that an event with another's content is found with near certainty. */
    private static final int CONTENTS = 256;

    private static final int AGGREGATE_DIGITS = 9;

    private final SerializedObject[] contents = new SerializedObject[CONTENTS];

    /** Begins the identifiers of this run, so that its events are told from others in the same store. */
    private final String run = UUID.randomUUID().toString().substring(0, 23) + "-";

    // Guarded by this: how many events of each aggregate were written.
    private int[] counts = new int[1024];
    private int aggregates;
    private long total;

    /** Prepares what the events contain. */
    WrittenEvents() {
        Random random = new Random(CONTENTS);
        for (int i = 0; i < CONTENTS; i++) {
            byte[] data = new byte[PAYLOAD_BYTES];
            random.nextBytes(data);
            contents[i] = SerializedObject.newBuilder()
                    .setType(PAYLOAD_TYPE)
                    .setRevision(REVISION)
                    .setData(ByteString.copyFrom(data))
                    .build();
        }
    }

    /** The number of an aggregate that has no events yet. */
    synchronized int newAggregate() {
        if (aggregates == counts.length) {
            counts = Arrays.copyOf(counts, 2 * aggregates);
        }
        return aggregates++;
    }

    /**
     * The sequence number of an aggregate's next event. From now on the event must be there: one that is not stored
     * fails the run.
     */
    synchronized int nextSequence(int aggregate) {
        total++;
        return counts[aggregate]++;
    }

    /** How many events of an aggregate there must be. */
    synchronized int countOf(int aggregate) {
        return counts[aggregate];
    }

    /** An aggregate that has exactly so many events, chosen by chance. */
    synchronized int anyAggregateOf(int events, Random random) {
        int first = random.nextInt(aggregates);
        for (int i = 0; i < aggregates; i++) {
            int candidate = (first + i) % aggregates;
            if (counts[candidate] == events) {
                return candidate;
            }
        }
        throw new IllegalStateException("No aggregate has " + events + " events");
    }

    /** How many aggregates there are. */
    synchronized int aggregates() {
        return aggregates;
    }

    /** How many events of this run there must be in all. */
    synchronized long total() {
        return total;
    }

    String aggregateId(int aggregate) {
        String digits = Integer.toString(aggregate);
        return run + "0".repeat(AGGREGATE_DIGITS - digits.length()) + digits;
    }

    /** One of the contents, for whatever else is to be of this size. */
    SerializedObject content(int number) {
        return contents[number & (CONTENTS - 1)];
    }

    private SerializedObject content(int aggregate, long sequence) {
        return content((int) (aggregate * 31L + sequence));
    }

    /** The event with a sequence number of an aggregate; {@code aggregateId} spares making it again. */
    Event event(int aggregate, String aggregateId, long sequence) {
        return Event.newBuilder()
                .setMessageIdentifier(aggregateId + "-" + sequence)
                .setAggregateIdentifier(aggregateId)
                .setAggregateType(AGGREGATE_TYPE)
                .setAggregateSequenceNumber(sequence)
                .setTimestamp(FIRST_TIMESTAMP_MILLIS + sequence)
                .setPayload(content(aggregate, sequence))
                .build();
    }

    /**
     * Checks that {@code event} is the one that was written with this sequence number, field by field. The content is
     * compared byte by byte, which is more than a checksum would show.
     */
    void check(Event event, int aggregate, long sequence) {
        String id = event.getAggregateIdentifier();
        boolean right = event.getAggregateSequenceNumber() == sequence
                && aggregateOf(event) == aggregate
                && isIdentifier(event.getMessageIdentifier(), id, sequence)
                && event.getAggregateType().equals(AGGREGATE_TYPE)
                && event.getTimestamp() == FIRST_TIMESTAMP_MILLIS + sequence
                && !event.getSnapshot()
                && event.getMetaDataCount() == 0
                && event.getPayload().equals(content(aggregate, sequence));
        if (!right) {
            throw new RunFailedException("Misread: event %d of %s came as event %d of %s (%s), or with other content"
                    .formatted(
                            sequence,
                            aggregateId(aggregate),
                            event.getAggregateSequenceNumber(),
                            id,
                            event.getMessageIdentifier()));
        }
    }

    private static boolean isIdentifier(String identifier, String aggregateId, long sequence) {
        int separator = aggregateId.length();
        return identifier.startsWith(aggregateId)
                && identifier.length() > separator + 1
                && identifier.charAt(separator) == '-'
                && sequence == Long.parseLong(identifier, separator + 1, identifier.length(), 10);
    }

    /** The number of the event's aggregate, -1 if the event is not of this run. */
    int aggregateOf(Event event) {
        String id = event.getAggregateIdentifier();
        return id.length() == run.length() + AGGREGATE_DIGITS && id.startsWith(run)
                ? Integer.parseInt(id, run.length(), id.length(), 10)
                : -1;
    }
}
