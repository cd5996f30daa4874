package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps zeros behind the last record of the segment that grows. A write that makes a file longer has to be forced together
 * with the file's new length; one into bytes that are there needs only its data, which takes a third less time.
 */
final class ZeroedSpace {

    /** A small log shall stay a small file. */
    private static final long LEAST_BYTES = 64 << 10;

    /** Zeros are forced together with the records before them, which must not wait long for it. */
    private static final long MOST_BYTES = 2 << 20;

    private final ByteBuffer zeros = ByteBuffer.allocateDirect((int) LEAST_BYTES);
    private final long segmentBytes;
    private @Nullable Segment segment;
    private long zeroedEnd;

    ZeroedSpace(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** To be called before anything is written to {@code target} up to {@code end}; adds zeros when they run out. */
    void reserve(Segment target, long end) {
        if (segment != target) {
            segment = target;
            zeroedEnd = target.endOffset();
        }
        if (end <= zeroedEnd) {
            return;
        }
        long wanted = Math.min(segmentBytes, end + Math.clamp(end, LEAST_BYTES, MOST_BYTES));
        long at = end;
        try {
            while (at < wanted) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), wanted - at));
                target.file().write(zeros, at);
                at += zeros.limit();
            }
        } catch (IOException e) {
            // The disk is full or broken: what is to be written next will tell, and has to be told.
            zeroedEnd = end;
            return;
        }
        zeroedEnd = Math.max(end, wanted);
    }

    /** Takes the zeros behind the last record of {@code target} away; it is not written any more. */
    void trim(Segment target) throws IOException {
        if (target.file().sizeBytes() > target.endOffset()) {
            target.file().truncate(target.endOffset());
        }
        segment = null;
    }
}
