package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index of a sealed segment, in a file beside it. It is derived from the segment: without it, or when it cannot be
 * trusted, the segment is read again at start. The file is mapped, so what is looked up often stays in the page cache
 * and nothing of it in the heap.
 *
 * <pre>
 * offset  bytes
 *      0      8  "WAYBILLX"
 *      8      4  format version
 *     12      8  position of the segment's first entry
 *     20      8  position after its last entry
 *     28      8  length of the segment
 *     36      8  latest timestamp of the log up to the segment's end, in milliseconds since the epoch
 *     44      4  number of landmarks
 *     48      4  number of slots
 *     52      4  CRC-32C of all before it, the landmarks and the slots
 *     56         landmarks: position of a record (8 bytes), its offset in the segment (8)
 *                slots, a hash table with open addressing: hash of an aggregate's ID (4), offset of its run (4)
 *                runs: CRC-32C of what follows (4), length of the ID (4), number of entries (4), first sequence number
 *                (8), the ID in UTF-8, and for each entry the offset of its record in the segment (4)
 * </pre>
 */
final class SealedSegmentIndex implements SegmentIndex {

    private static final long MAGIC = 0x57415942_494C4C58L;
    private static final int FORMAT_VERSION = 1;
    private static final int CRC_OFFSET = 52;
    private static final int HEADER_BYTES = 56;
    private static final int LANDMARK_BYTES = 16;
    private static final int SLOT_BYTES = 8;
    private static final int RUN_HEADER_BYTES = 20;
    private static final int WRITE_BYTES = 1 << 20;

    private final Segment segment;
    private final Path path;
    private final ByteBuffer file;
    private final int slotsOffset;
    private final int slotCount;

    private SealedSegmentIndex(Segment segment, Path path, ByteBuffer file) {
        this.segment = segment;
        this.path = path;
        this.file = file;
        this.slotsOffset = HEADER_BYTES + file.getInt(44) * LANDMARK_BYTES;
        this.slotCount = file.getInt(48);
    }

    static Path pathFor(Segment segment) {
        String name = segment.path().getFileName().toString();
        return segment.path().resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".index");
    }

    /**
     * Opens the index of {@code segment} and tells the segment its landmarks; null when there is none, or none that
     * belongs to the segment as it is.
     */
    static @Nullable SealedSegmentIndex open(Segment segment, LogFiles files) throws IOException {
        Path path = pathFor(segment);
        if (!files.exists(path)) {
            return null;
        }
        ByteBuffer mapped;
        try (LogFile file = files.open(path)) {
            if (file.sizeBytes() < HEADER_BYTES) {
                return null;
            }
            mapped = file.map();
        }
        if (mapped.getLong(0) != MAGIC
                || mapped.getInt(8) != FORMAT_VERSION
                || mapped.getLong(12) != segment.basePosition()
                || mapped.getLong(28) != segment.file().sizeBytes()) {
            return null;
        }
        long checkedBytes =
                HEADER_BYTES + (long) mapped.getInt(44) * LANDMARK_BYTES + (long) mapped.getInt(48) * SLOT_BYTES;
        if (mapped.getInt(44) < 0
                || mapped.getInt(48) <= 0
                || checkedBytes > mapped.capacity()
                || mapped.getInt(CRC_OFFSET) != headChecksum(mapped.slice(0, (int) checkedBytes))) {
            return null;
        }
        SealedSegmentIndex index = new SealedSegmentIndex(segment, path, mapped);
        index.restoreSegment();
        return index;
    }

    private void restoreSegment() {
        int count = file.getInt(44);
        long[] positions = new long[count];
        long[] offsets = new long[count];
        for (int i = 0; i < count; i++) {
            positions[i] = file.getLong(HEADER_BYTES + i * LANDMARK_BYTES);
            offsets[i] = file.getLong(HEADER_BYTES + i * LANDMARK_BYTES + 8);
        }
        segment.restore(file.getLong(20), file.getLong(28), positions, offsets);
    }

    /** Writes {@code open} beside its segment, which must not grow any more, and opens what was written. */
    static SealedSegmentIndex write(OpenSegmentIndex open, LogFiles files) throws IOException {
        Path path = pathFor(open.segment());
        Path unfinished = path.resolveSibling(path.getFileName() + ".tmp");
        try (LogFile file = files.open(unfinished)) {
            file.truncate(0);
            List<Map.Entry<String, ? extends AggregateRun>> runs = new ArrayList<>();
            ByteBuffer head = head(open, runs);
            file.write(head, 0);
            writeRuns(runs, file, head.capacity());
            // Forced, because only the head's checksum is looked at when the file is opened.
            file.force();
        }
        files.move(unfinished, path);
        SealedSegmentIndex written = open(open.segment(), files);
        if (written == null) {
            throw new IOException(path + " could not be read back after it was written. Check the disk.");
        }
        return written;
    }

    /** Header, landmarks and slots; collects the runs in the order in which they are to follow. */
    private static ByteBuffer head(OpenSegmentIndex open, List<Map.Entry<String, ? extends AggregateRun>> runs) {
        Segment segment = open.segment();
        long[] positions = segment.landmarkPositions();
        long[] offsets = segment.landmarkOffsets();
        // At most half full, so that most lookups end at the first slot they try.
        int slots = 2 * open.runs().size() + 1;
        int slotsOffset = HEADER_BYTES + positions.length * LANDMARK_BYTES;
        ByteBuffer head = ByteBuffer.allocate(slotsOffset + slots * SLOT_BYTES);
        head.putLong(MAGIC).putInt(FORMAT_VERSION);
        head.putLong(segment.basePosition()).putLong(segment.nextPosition()).putLong(segment.endOffset());
        head.putLong(open.latestTimestampMillis());
        head.putInt(positions.length).putInt(slots);
        head.position(HEADER_BYTES);
        for (int i = 0; i < positions.length; i++) {
            head.putLong(positions[i]).putLong(offsets[i]);
        }
        int at = head.capacity();
        for (Map.Entry<String, ? extends AggregateRun> run : open.runs().entrySet()) {
            int hash = hash(run.getKey());
            int slot = firstSlot(hash, slots);
            while (head.getInt(slotsOffset + slot * SLOT_BYTES + 4) != 0) {
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
            head.putInt(slotsOffset + slot * SLOT_BYTES, hash);
            head.putInt(slotsOffset + slot * SLOT_BYTES + 4, at);
            runs.add(run);
            at = Math.addExact(
                    at, runBytes(bytes(run.getKey()).length, run.getValue().count()));
        }
        head.putInt(CRC_OFFSET, headChecksum(head));
        return head.rewind();
    }

    private static void writeRuns(List<Map.Entry<String, ? extends AggregateRun>> runs, LogFile file, long offset)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(WRITE_BYTES);
        long at = offset;
        for (Map.Entry<String, ? extends AggregateRun> entry : runs) {
            byte[] id = bytes(entry.getKey());
            AggregateRun run = entry.getValue();
            int size = runBytes(id.length, run.count());
            if (size > buffer.remaining()) {
                at += flush(buffer, file, at);
            }
            if (size > buffer.capacity()) {
                buffer = ByteBuffer.allocate(size);
            }
            putRun(buffer, id, run);
        }
        flush(buffer, file, at);
    }

    private static int flush(ByteBuffer buffer, LogFile file, long offset) throws IOException {
        int bytes = buffer.position();
        file.write(buffer.flip(), offset);
        buffer.clear();
        return bytes;
    }

    private static void putRun(ByteBuffer target, byte[] id, AggregateRun run) {
        int start = target.position();
        target.putInt(0).putInt(id.length).putInt(run.count()).putLong(run.firstSequence());
        target.put(id);
        for (int i = 0; i < run.count(); i++) {
            target.putInt((int) run.offset(i));
        }
        target.putInt(start, checksum(target.slice(start + 4, target.position() - start - 4)));
    }

    private static byte[] bytes(String aggregateId) {
        return aggregateId.getBytes(StandardCharsets.UTF_8);
    }

    private static int runBytes(int idBytes, int count) {
        return RUN_HEADER_BYTES + idBytes + count * Integer.BYTES;
    }

    @Override
    public Segment segment() {
        return segment;
    }

    @Override
    public long latestTimestampMillis() {
        return file.getLong(36);
    }

    @Override
    public @Nullable AggregateRun find(String aggregateId) throws DamagedLogException {
        int hash = hash(aggregateId);
        int slot = firstSlot(hash, slotCount);
        byte[] id = null;
        while (true) {
            int at = file.getInt(slotsOffset + slot * SLOT_BYTES + 4);
            if (at == 0) {
                return null;
            }
            if (file.getInt(slotsOffset + slot * SLOT_BYTES) == hash) {
                if (id == null) {
                    id = bytes(aggregateId);
                }
                StoredRun run = runAt(at);
                if (run.belongsTo(id)) {
                    return run;
                }
            }
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }

    private StoredRun runAt(int at) throws DamagedLogException {
        long size = -1;
        if (at + RUN_HEADER_BYTES <= file.capacity()) {
            size = RUN_HEADER_BYTES + (long) file.getInt(at + 4) + (long) file.getInt(at + 8) * Integer.BYTES;
        }
        if (size < RUN_HEADER_BYTES
                || at + size > file.capacity()
                || checksum(file.slice(at + 4, (int) size - 4)) != file.getInt(at)) {
            throw DamagedLogException.ofIndex(path, at);
        }
        return new StoredRun(file.slice(at, (int) size));
    }

    /** Defined by the language, so that it can be stored; mixed, because it leaves similar names close together. */
    private static int hash(String aggregateId) {
        int hash = aggregateId.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }

    private static int firstSlot(int hash, int slots) {
        return (int) ((Integer.toUnsignedLong(hash) * slots) >>> Integer.SIZE);
    }

    private static int headChecksum(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(0, CRC_OFFSET));
        crc.update(head.slice(HEADER_BYTES, head.capacity() - HEADER_BYTES));
        return (int) crc.getValue();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** A run as it stands in the file. */
    private final class StoredRun implements AggregateRun {

        private final ByteBuffer bytes;
        private final int idBytes;

        StoredRun(ByteBuffer bytes) {
            this.bytes = bytes;
            this.idBytes = bytes.getInt(4);
        }

        private boolean belongsTo(byte[] id) {
            return bytes.slice(RUN_HEADER_BYTES, idBytes).equals(ByteBuffer.wrap(id));
        }

        @Override
        public Segment segment() {
            return segment;
        }

        @Override
        public long firstSequence() {
            return bytes.getLong(12);
        }

        @Override
        public int count() {
            return bytes.getInt(8);
        }

        @Override
        public long offset(int index) {
            return bytes.getInt(RUN_HEADER_BYTES + idBytes + index * Integer.BYTES);
        }
    }
}
