package io.waybill.orderview.audit;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An event as it came from the event store, and where in its bytes each part is, so that it can be hashed without making a
 * text, and an object, of each. It knows events as services write them, with metadata that is text; whatever else may be in
 * one is left to those who read all of it.
 *
 * <p>Not thread-safe: it is used again for one event after the other.
 */
final class WireEvent {

    /** Protobuf's name for an entry of a map, and for what it leads to. */
    private static final int KEY = 1;

    private static final int VALUE = 2;

    /** Where a part is; of size 0 if it is not there. */
    static final class Part {

        int at;
        int size;

        private void read(CodedInputStream in) throws IOException {
            size = in.readRawVarint32();
            at = in.getTotalBytesRead();
            in.skipRawBytes(size);
        }
    }

    /** What it leads to is always text. */
    static final class Entry {

        final Part key = new Part();
        final Part text = new Part();
        boolean isText;
    }

    byte[] bytes = {};
    long position;
    final Part messageId = new Part();
    final Part aggregateType = new Part();
    final Part aggregateId = new Part();
    final Part payloadType = new Part();
    final Part payloadRevision = new Part();
    final Part payloadData = new Part();
    long timestamp;
    long sequence;
    boolean snapshot;

    /** Those in use come first, sorted by key. */
    private final List<Entry> metaData = new ArrayList<>();

    private int entries;

    List<Entry> metaData() {
        return metaData.subList(0, entries);
    }

    /**
     * Finds the parts of an event.
     *
     * @param message an {@link EventWithToken}
     * @return false if there is anything in it that this does not know
     * @throws IOException if it is no such message
     */
    boolean read(byte[] message) throws IOException {
        clear(message);
        CodedInputStream in = CodedInputStream.newInstance(message);
        boolean isKnown = true;
        for (int tag = in.readTag(); tag != 0 && isKnown; tag = isKnown ? in.readTag() : 0) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case EventWithToken.TOKEN_FIELD_NUMBER -> position = in.readInt64();
                case EventWithToken.EVENT_FIELD_NUMBER -> isKnown = within(in, this::readEvent);
                default -> isKnown = false;
            }
        }
        return isKnown && sortMetaData();
    }

    private void clear(byte[] message) {
        bytes = message;
        position = 0;
        timestamp = 0;
        sequence = 0;
        snapshot = false;
        entries = 0;
        for (Part part : List.of(messageId, aggregateType, aggregateId, payloadType, payloadRevision, payloadData)) {
            part.size = 0;
        }
    }

    @FunctionalInterface
    private interface Field {

        /** Reads a field, or says that it is none that is known. */
        boolean read(CodedInputStream in, int number) throws IOException;
    }

    /** Reads the fields of a message in a message. */
    private static boolean within(CodedInputStream in, Field field) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!field.read(in, WireFormat.getTagFieldNumber(tag))) {
                return false;
            }
        }
        in.popLimit(outer);
        return true;
    }

    private boolean readEvent(CodedInputStream in, int number) throws IOException {
        switch (number) {
            case Event.MESSAGE_IDENTIFIER_FIELD_NUMBER -> messageId.read(in);
            case Event.AGGREGATE_IDENTIFIER_FIELD_NUMBER -> aggregateId.read(in);
            case Event.AGGREGATE_SEQUENCE_NUMBER_FIELD_NUMBER -> sequence = in.readInt64();
            case Event.AGGREGATE_TYPE_FIELD_NUMBER -> aggregateType.read(in);
            case Event.TIMESTAMP_FIELD_NUMBER -> timestamp = in.readInt64();
            case Event.PAYLOAD_FIELD_NUMBER -> {
                return within(in, this::readPayload);
            }
            case Event.META_DATA_FIELD_NUMBER -> {
                return readEntry(in);
            }
            case Event.SNAPSHOT_FIELD_NUMBER -> snapshot = in.readBool();
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readPayload(CodedInputStream in, int number) throws IOException {
        switch (number) {
            case SerializedObject.TYPE_FIELD_NUMBER -> payloadType.read(in);
            case SerializedObject.REVISION_FIELD_NUMBER -> payloadRevision.read(in);
            case SerializedObject.DATA_FIELD_NUMBER -> payloadData.read(in);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readEntry(CodedInputStream in) throws IOException {
        if (entries == metaData.size()) {
            metaData.add(new Entry());
        }
        Entry entry = metaData.get(entries++);
        entry.key.size = 0;
        entry.text.size = 0;
        entry.isText = false;
        return within(in, (part, number) -> switch (number) {
                    case KEY -> {
                        entry.key.read(part);
                        yield isAscii(entry.key);
                    }
                    case VALUE ->
                        within(part, (value, kind) -> {
                            entry.isText = kind == MetaDataValue.TEXT_VALUE_FIELD_NUMBER;
                            if (entry.isText) {
                                entry.text.read(value);
                            }
                            return entry.isText;
                        });
                    default -> false;
                })
                && entry.isText;
    }

    /** Of other texts the order of the bytes is not that of the text. */
    private boolean isAscii(Part part) {
        for (int i = part.at; i < part.at + part.size; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Of two entries of the same key one would count. */
    private boolean sortMetaData() {
        metaData().sort((one, other) -> compare(one.key, other.key));
        for (int i = 1; i < entries; i++) {
            if (compare(metaData.get(i - 1).key, metaData.get(i).key) == 0) {
                return false;
            }
        }
        return true;
    }

    private int compare(Part one, Part other) {
        return Arrays.compareUnsigned(bytes, one.at, one.at + one.size, bytes, other.at, other.at + other.size);
    }
}
