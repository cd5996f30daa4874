package io.waybill.axonserver.log;

import com.google.protobuf.CodedInputStream;
import io.axoniq.axonserver.grpc.event.Event;
import java.io.IOException;

/**
 * The fields of a stored event that the store itself needs, read without unpacking the rest: at start every event of
 * the store passes through here.
 *
 * @param aggregateId the aggregate that published the event, empty when it is not a domain event
 * @param sequence the event's number within its aggregate, counted from 0
 * @param timestampMillis milliseconds since the epoch
 */
record EventHeader(String aggregateId, long sequence, long timestampMillis) {

    private static final int TAG_TYPE_BITS = 3;

    /** Only an event with an aggregate type has a place in an aggregate. */
    boolean isDomainEvent() {
        return !aggregateId.isEmpty();
    }

    static EventHeader of(byte[] event) throws IOException {
        return read(CodedInputStream.newInstance(event));
    }

    static EventHeader of(LogEntry entry) throws IOException {
        return read(entry.toCodedInput());
    }

    private static EventHeader read(CodedInputStream in) throws IOException {
        String aggregateId = "";
        boolean hasType = false;
        long sequence = 0;
        long timestampMillis = 0;
        int tag = in.readTag();
        while (tag != 0) {
            switch (tag >>> TAG_TYPE_BITS) {
                case Event.AGGREGATE_IDENTIFIER_FIELD_NUMBER -> aggregateId = in.readString();
                case Event.AGGREGATE_SEQUENCE_NUMBER_FIELD_NUMBER -> sequence = in.readInt64();
                case Event.TIMESTAMP_FIELD_NUMBER -> timestampMillis = in.readInt64();
                case Event.AGGREGATE_TYPE_FIELD_NUMBER -> {
                    int length = in.readRawVarint32();
                    in.skipRawBytes(length);
                    hasType = length > 0;
                }
                default -> in.skipField(tag);
            }
            tag = in.readTag();
        }
        return new EventHeader(hasType ? aggregateId : "", sequence, timestampMillis);
    }
}
