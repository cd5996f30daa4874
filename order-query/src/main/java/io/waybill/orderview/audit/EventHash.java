package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;

/**
 * SHA-256 of everything that is stored of an event but its position, and of the chain of such hashes. An event is
 * written down like this, in this order:
 *
 * <pre>
 * byte 1 (the version of this form)
 * text   message identifier
 * int64  timestamp
 * text   aggregate type
 * text   aggregate identifier
 * int64  sequence number
 * byte   1 for a snapshot, else 0
 * object payload: text type, text revision, bytes data
 * int32  number of metadata entries; then each, by key in the order of {@link String#compareTo}:
 *        text key, and one of: 0 | 1 text | 2 int64 | 3 byte (1 for true) | 4 int64 (bits of the double) | 5 object
 * </pre>
 *
 * Numbers are big-endian; a text is UTF-8; texts and bytes have their length in bytes before them, as an int32.
 *
 * <p>Not thread-safe: what it writes into is used again.
 */
final class EventHash {

    static final int BYTES = 32;

    /** What the chain is before its first event. */
    static final byte[] BEGINNING = new byte[BYTES];

    private static final byte VERSION = 1;
    /** Most events are smaller. */
    private static final int INITIAL_BYTES = 4096;

    private final MessageDigest sha256 = Algorithms.sha256();
    private byte[] buffer = new byte[INITIAL_BYTES];
    private int length;

    /** The hash of an event, wherever it is stored. */
    byte[] of(Event event) {
        length = 0;
        write(VERSION);
        write(event.getMessageIdentifierBytes());
        write(event.getTimestamp());
        write(event.getAggregateTypeBytes());
        write(event.getAggregateIdentifierBytes());
        write(event.getAggregateSequenceNumber());
        write(event.getSnapshot());
        write(event.getPayload());
        write(event.getMetaDataMap());
        return digest();
    }

    /** The same of an event as it came. */
    byte[] of(WireEvent event) {
        length = 0;
        write(VERSION);
        write(event, event.messageId);
        write(event.timestamp);
        write(event, event.aggregateType);
        write(event, event.aggregateId);
        write(event.sequence);
        write(event.snapshot);
        write(event, event.payloadType);
        write(event, event.payloadRevision);
        write(event, event.payloadData);
        writeInt(event.metaData().size());
        for (WireEvent.Entry entry : event.metaData()) {
            write(event, entry.key);
            write((byte) MetaDataValue.DataCase.TEXT_VALUE.getNumber());
            write(event, entry.text);
        }
        return digest();
    }

    /**
     * The chain up to an event.
     *
     * @param before the chain up to the event before, or {@link #BEGINNING}
     * @param event the hash of the event
     */
    byte[] link(byte[] before, long position, byte[] event) {
        length = 0;
        write(before, before.length);
        write(position);
        write(event, event.length);
        return digest();
    }

    private byte[] digest() {
        sha256.update(buffer, 0, length);
        return sha256.digest();
    }

    private void write(Map<String, MetaDataValue> metaData) {
        String[] keys = metaData.keySet().toArray(String[]::new);
        Arrays.sort(keys);
        writeInt(keys.length);
        for (String key : keys) {
            byte[] name = key.getBytes(UTF_8);
            writeInt(name.length);
            write(name, name.length);
            write(metaData.getOrDefault(key, MetaDataValue.getDefaultInstance()));
        }
    }

    private void write(MetaDataValue value) {
        write((byte) value.getDataCase().getNumber());
        switch (value.getDataCase()) {
            case TEXT_VALUE -> write(value.getTextValueBytes());
            case NUMBER_VALUE -> write(value.getNumberValue());
            case BOOLEAN_VALUE -> write(value.getBooleanValue());
            case DOUBLE_VALUE -> write(Double.doubleToRawLongBits(value.getDoubleValue()));
            case BYTES_VALUE -> write(value.getBytesValue());
            case DATA_NOT_SET -> {}
        }
    }

    private void write(SerializedObject object) {
        write(object.getTypeBytes());
        write(object.getRevisionBytes());
        write(object.getData());
    }

    private void write(ByteString text) {
        int size = text.size();
        writeInt(size);
        require(size);
        text.copyTo(buffer, length);
        length += size;
    }

    private void write(WireEvent event, WireEvent.Part part) {
        writeInt(part.size);
        write(event.bytes, part.at, part.size);
    }

    private void write(byte[] bytes, int size) {
        write(bytes, 0, size);
    }

    private void write(byte[] bytes, int from, int size) {
        require(size);
        System.arraycopy(bytes, from, buffer, length, size);
        length += size;
    }

    private void write(long number) {
        writeInt((int) (number >>> Integer.SIZE));
        writeInt((int) number);
    }

    /** By hand: the first compiler stage makes an object for each use of a buffer, of which an event has thirty. */
    private void writeInt(int number) {
        require(Integer.BYTES);
        buffer[length++] = (byte) (number >>> 24);
        buffer[length++] = (byte) (number >>> 16);
        buffer[length++] = (byte) (number >>> 8);
        buffer[length++] = (byte) number;
    }

    private void write(boolean yes) {
        write((byte) (yes ? 1 : 0));
    }

    private void write(byte one) {
        require(1);
        buffer[length++] = one;
    }

    private void require(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
        }
    }
}
