package io.waybill.axonserver.log;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * One entry of a log: a slice of the buffer it was read into, so that it travels from file to socket with a single
 * copy.
 */
public final class LogEntry {

    private final long position;
    private final byte[] buffer;
    private final int offset;
    private final int length;

    LogEntry(long position, byte[] buffer, int offset, int length) {
        this.position = position;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
    }

    /** The entry's place in its log, counted from 0 without a gap. For an event this is its token. */
    public long position() {
        return position;
    }

    /** The number of bytes in the entry. */
    public int sizeBytes() {
        return length;
    }

    /** Writes the entry's bytes as they were appended. */
    public void writeTo(OutputStream target) throws IOException {
        target.write(buffer, offset, length);
    }

    /** A copy of the entry's bytes as they were appended. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(buffer, offset, offset + length);
    }

    /** A reader over the entry's bytes, for an entry that is a protocol buffer. */
    public CodedInputStream toCodedInput() {
        return CodedInputStream.newInstance(buffer, offset, length);
    }
}
