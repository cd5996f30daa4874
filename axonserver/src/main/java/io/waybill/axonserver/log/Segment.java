package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One file of the log. Only the last segment grows; the ones before it are never written again.
 *
 * <pre>
 * offset  bytes
 *      0      8  "WAYBILLG"
 *      8      4  format version
 *     12      8  position of the first entry
 *     20      4  CRC-32C of the version and the position
 *     24         records
 * </pre>
 */
final class Segment implements Closeable {

    static final String FILE_ENDING = ".log";
    static final int HEADER_BYTES = 24;
    static final int FORMAT_VERSION = 1;

    private static final long MAGIC = 0x57415942_494C4C47L;

    /** One landmark for each so many bytes: a reader that opens at a position skips at most this much. */
    private static final int LANDMARK_BYTES = 64 << 10;

    private final int number;
    private final long basePosition;
    private final Path path;
    private final LogFile file;

    private volatile long endOffset = HEADER_BYTES;
    private volatile long nextPosition;

    // Guarded by this: landmarks in ascending order, so that a position is found by binary search.
    private long[] landmarkPositions = new long[16];
    private long[] landmarkOffsets = new long[16];
    private int landmarkCount;

    Segment(int number, long basePosition, Path path, LogFile file) {
        this.number = number;
        this.basePosition = basePosition;
        this.nextPosition = basePosition;
        this.path = path;
        this.file = file;
    }

    static String fileName(long basePosition) {
        return "%020d".formatted(basePosition) + FILE_ENDING;
    }

    /** The position of the first entry of the segment at {@code path}, which is its name. */
    static long basePositionOf(Path path) throws IOException {
        String name = path.getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, name.length() - FILE_ENDING.length()));
        } catch (NumberFormatException e) {
            throw new IOException(path + " does not belong into the data directory. Move it away.", e);
        }
    }

    static ByteBuffer header(long basePosition) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC).putInt(FORMAT_VERSION).putLong(basePosition);
        header.putInt(headerChecksum(header)).flip();
        return header;
    }

    private static int headerChecksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(8, 12));
        return (int) crc.getValue();
    }

    /** Checks that the file is a segment this version can read and starts where its name says. */
    void checkHeader() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        if (file.read(header, 0) < HEADER_BYTES) {
            throw damagedAt(0, "the file is shorter than a segment's header");
        }
        if (header.getLong(0) != MAGIC) {
            throw damagedAt(0, "the file is not a segment of this log");
        }
        int version = header.getInt(8);
        if (version > FORMAT_VERSION) {
            throw new IOException(
                    "%s was written by a newer version (format %d, this one knows %d). Start that version."
                            .formatted(path, version, FORMAT_VERSION));
        }
        if (header.getInt(20) != headerChecksum(header)) {
            throw damagedAt(0, "the header's checksum does not match its content");
        }
        if (header.getLong(12) != basePosition) {
            throw damagedAt(12, "the file belongs to position " + header.getLong(12));
        }
    }

    /** The offset behind the last byte before {@code limit} that is not zero; at least the end of the records. */
    long lastNonZero(long limit) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(LANDMARK_BYTES);
        long end = limit;
        while (end > endOffset) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - endOffset));
            file.read(chunk, end - chunk.limit());
            for (int i = chunk.position() - 1; i >= 0; i--) {
                if (chunk.get(i) != 0) {
                    return end - chunk.limit() + i + 1;
                }
            }
            end -= chunk.limit();
        }
        return end;
    }

    int number() {
        return number;
    }

    long basePosition() {
        return basePosition;
    }

    Path path() {
        return path;
    }

    LogFile file() {
        return file;
    }

    /** Where the durable records end. No reader goes further. */
    long endOffset() {
        return endOffset;
    }

    /** The position of the entry that follows the last durable one. */
    long nextPosition() {
        return nextPosition;
    }

    boolean isEmpty() {
        return endOffset == HEADER_BYTES;
    }

    /** Lets readers see a record that is durable. */
    synchronized void extend(long positionAfter, long sizeBytes) {
        long offset = endOffset;
        if (landmarkCount == 0 || offset - landmarkOffsets[landmarkCount - 1] >= LANDMARK_BYTES) {
            addLandmark(nextPosition, offset);
        }
        nextPosition = positionAfter;
        endOffset = offset + sizeBytes;
    }

    /** Takes over what was noted about this segment when it was sealed. */
    synchronized void restore(long positionAfter, long sizeBytes, long[] positions, long[] offsets) {
        landmarkPositions = positions;
        landmarkOffsets = offsets;
        landmarkCount = positions.length;
        nextPosition = positionAfter;
        endOffset = sizeBytes;
    }

    synchronized long[] landmarkPositions() {
        return Arrays.copyOf(landmarkPositions, landmarkCount);
    }

    synchronized long[] landmarkOffsets() {
        return Arrays.copyOf(landmarkOffsets, landmarkCount);
    }

    /** The offset of a record at or before the one that holds {@code position}. */
    synchronized long offsetBefore(long position) {
        int at = landmarkAtOrBefore(landmarkPositions, position);
        return at < 0 ? HEADER_BYTES : landmarkOffsets[at];
    }

    private int landmarkAtOrBefore(long[] values, long wanted) {
        int found = Arrays.binarySearch(values, 0, landmarkCount, wanted);
        return found >= 0 ? found : -found - 2;
    }

    private void addLandmark(long position, long offset) {
        if (landmarkCount == landmarkPositions.length) {
            int capacity = Math.max(16, landmarkCount * 2);
            landmarkPositions = Arrays.copyOf(landmarkPositions, capacity);
            landmarkOffsets = Arrays.copyOf(landmarkOffsets, capacity);
        }
        landmarkPositions[landmarkCount] = position;
        landmarkOffsets[landmarkCount] = offset;
        landmarkCount++;
    }

    /** Says what is damaged and which positions cannot be served for it: those between the landmarks around it. */
    DamagedLogException damagedAt(long offset, String reason) {
        long first;
        long end;
        synchronized (this) {
            int at = landmarkAtOrBefore(landmarkOffsets, offset);
            first = at < 0 ? basePosition : landmarkPositions[at];
            end = at + 1 < landmarkCount ? landmarkPositions[at + 1] : nextPosition;
        }
        return end <= first
                ? new DamagedLogException(path, offset, reason)
                : new DamagedLogException(path, offset, reason, first, end - 1);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
