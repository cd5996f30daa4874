package io.waybill.axonserver.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One transaction as it stands in a segment: all of its entries or none of them.
 *
 * <pre>
 * offset  bytes
 *      0      4  CRC-32C of everything that follows
 *      4      4  length of the body
 *      8      4  number of entries
 *     12      8  position of the first entry
 *     20         body: for each entry its length (4 bytes), then its bytes
 * </pre>
 *
 * <p>All numbers are big-endian. The position is part of what the checksum covers, so a record that ends up in the
 * wrong place is noticed. A run of zero bytes is never a record, because the checksum of zeros is not zero.
 */
final class LogRecord {

    static final int HEADER_BYTES = 20;

    /** The largest record; bounds what a reader allocates when it meets a damaged length. */
    static final int MAX_RECORD_BYTES = 64 << 20;

    private static final int CRC_BYTES = 4;
    private static final int ENTRY_LENGTH_BYTES = 4;

    private final byte[] buffer;
    private final int start;

    private LogRecord(byte[] buffer, int start) {
        this.buffer = buffer;
        this.start = start;
    }

    /** The bytes that {@code entries} take as one record; may exceed what an {@code int} holds. */
    static long sizeBytes(List<byte[]> entries) {
        long size = HEADER_BYTES;
        for (byte[] entry : entries) {
            size += ENTRY_LENGTH_BYTES + entry.length;
        }
        return size;
    }

    /** Writes {@code entries} as one record at the buffer's position and moves past it. */
    static void write(ByteBuffer target, long firstPosition, List<byte[]> entries) {
        int start = target.position();
        target.position(start + HEADER_BYTES);
        for (byte[] entry : entries) {
            target.putInt(entry.length).put(entry);
        }
        int end = target.position();
        target.putInt(start + 4, end - start - HEADER_BYTES);
        target.putInt(start + 8, entries.size());
        target.putLong(start + 12, firstPosition);
        CRC32C crc = new CRC32C();
        crc.update(target.slice(start + CRC_BYTES, end - start - CRC_BYTES));
        target.putInt(start, (int) crc.getValue());
    }

    /** The whole length of the record whose header stands at {@code start}, or -1 when that length is impossible. */
    static int sizeBytesAt(byte[] buffer, int start) {
        int bodyBytes = ByteBuffer.wrap(buffer).getInt(start + 4);
        return bodyBytes <= 0 || bodyBytes > MAX_RECORD_BYTES ? -1 : HEADER_BYTES + bodyBytes;
    }

    /** The record at {@code start}, of which {@code sizeBytes} bytes are there; its checksum is the caller's duty. */
    static LogRecord at(byte[] buffer, int start) {
        return new LogRecord(buffer, start);
    }

    boolean isIntact() {
        CRC32C crc = new CRC32C();
        crc.update(buffer, start + CRC_BYTES, sizeBytes() - CRC_BYTES);
        return (int) crc.getValue() == header().getInt(0);
    }

    int sizeBytes() {
        return HEADER_BYTES + header().getInt(4);
    }

    /** The bytes of the whole record as they stand in the segment. */
    ByteBuffer bytes() {
        return ByteBuffer.wrap(buffer, start, sizeBytes()).slice();
    }

    int count() {
        return header().getInt(8);
    }

    long firstPosition() {
        return header().getLong(12);
    }

    /** The position of the entry that follows this record. */
    long nextPosition() {
        return firstPosition() + count();
    }

    List<LogEntry> entries() {
        List<LogEntry> entries = new ArrayList<>(count());
        ByteBuffer bytes = ByteBuffer.wrap(buffer);
        int at = start + HEADER_BYTES;
        for (int i = 0; i < count(); i++) {
            int length = bytes.getInt(at);
            entries.add(new LogEntry(firstPosition() + i, buffer, at + ENTRY_LENGTH_BYTES, length));
            at += ENTRY_LENGTH_BYTES + length;
        }
        return entries;
    }

    private ByteBuffer header() {
        return ByteBuffer.wrap(buffer, start, HEADER_BYTES).slice();
    }
}
