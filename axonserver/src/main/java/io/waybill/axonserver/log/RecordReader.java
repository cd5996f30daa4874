package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment in order, in chunks. A chunk is no larger than what there is to read, so a reader
 * at the end of the log holds next to nothing.
 */
final class RecordReader {

    /** Large enough that reading is not dominated by system calls, small enough for many readers at once. */
    private static final int LARGEST_CHUNK_BYTES = 64 << 10;

    /** What a reader that jumps reads at once: about a page, which holds a usual record or two. */
    static final int SMALLEST_CHUNK_BYTES = 4 << 10;

    private static final byte[] NOTHING = {};

    private final Segment segment;
    private long offset;
    private byte[] chunk = NOTHING;
    private int start;
    private int end;
    private int chunkBytes;

    /** A reader that goes through the segment from {@code offset} on. */
    RecordReader(Segment segment, long offset) {
        this(segment, offset, LARGEST_CHUNK_BYTES);
    }

    RecordReader(Segment segment, long offset, int chunkBytes) {
        this.segment = segment;
        this.offset = offset;
        this.chunkBytes = chunkBytes;
    }

    /** Goes on at {@code target}; what was read ahead is used if it reaches that far, and more is read next time. */
    void skipTo(long target) {
        long chunkStart = offset - start;
        if (target >= chunkStart && target <= chunkStart + end) {
            start = (int) (target - chunkStart);
            chunkBytes = Math.min(LARGEST_CHUNK_BYTES, chunkBytes * 2);
        } else {
            release();
            chunkBytes = SMALLEST_CHUNK_BYTES;
        }
        offset = target;
    }

    Segment segment() {
        return segment;
    }

    /** Where in the file the next record starts. */
    long offset() {
        return offset;
    }

    /**
     * Whether nothing but the end of the file or zeros follow before {@code limit}, where a record would begin. Only for
     * a file of which it is not known where its records end.
     */
    boolean endsAt(long limit) throws IOException {
        long available = limit - offset;
        int needed = (int) Math.min(LogRecord.HEADER_BYTES, Math.max(0, available));
        require(needed, available, "the file is shorter than it was");
        for (int i = start; i < start + needed; i++) {
            if (chunk[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The next record before {@code limit}, or null when there is none.
     *
     * @throws DamagedLogException if what stands there is not an intact record
     */
    @Nullable
    LogRecord next(long limit) throws IOException {
        long available = limit - offset;
        if (available <= 0) {
            release();
            return null;
        }
        require(LogRecord.HEADER_BYTES, available, "the file ends inside a record's header");
        int size = LogRecord.sizeBytesAt(chunk, start);
        if (size < 0) {
            throw segment.damagedAt(offset, "a record's length is impossible");
        }
        require(size, available, "the file ends inside a record");
        LogRecord record = LogRecord.at(chunk, start);
        if (!record.isIntact()) {
            throw segment.damagedAt(offset, "a record's checksum does not match its content");
        }
        start += size;
        offset += size;
        return record;
    }

    /** Lets go of the buffer; reading on is possible. */
    void release() {
        chunk = NOTHING;
        start = 0;
        end = 0;
    }

    private void require(int bytes, long available, String otherwise) throws IOException {
        if (end - start >= bytes) {
            return;
        }
        if (available < bytes) {
            throw segment.damagedAt(offset, otherwise);
        }
        // A new chunk each time: entries already handed out still point into the old one.
        byte[] next = new byte[(int) Math.max(bytes, Math.min(chunkBytes, available))];
        int kept = end - start;
        System.arraycopy(chunk, start, next, 0, kept);
        int read = segment.file().read(ByteBuffer.wrap(next, kept, next.length - kept), offset + kept);
        chunk = next;
        start = 0;
        end = kept + read;
        if (end < bytes) {
            throw segment.damagedAt(offset, otherwise);
        }
    }
}
