package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, beside the segments, how far the log has been acknowledged. Without it the end of an acknowledged log
 * that lost bytes looks exactly like a write that was cut off; with it the first is damage and only the second may be
 * cut away.
 *
 * <p>The mark is written after each fsync of the log but not forced itself, so it costs little. It may therefore lag
 * behind after a power cut; it is never ahead.
 */
final class DurableMark implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(DurableMark.class);
    private static final String FILE_NAME = "durable.mark";

    /** A mark that is being written is whole again after a few microseconds. */
    private static final int MAX_LOOKS = 100;

    private static final int BYTES = 20;
    private static final int CRC_OFFSET = 16;

    private final Path path;
    private final LogFile file;
    private volatile long position;
    private volatile long firstPosition;

    private DurableMark(Path path, LogFile file) {
        this.path = path;
        this.file = file;
    }

    static DurableMark open(Path directory, LogFiles files) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        DurableMark mark = new DurableMark(path, files.open(path));
        mark.read();
        return mark;
    }

    /** The mark as it is now, perhaps that of a node that is running; null when there is none that can be read. */
    static @Nullable DurableMark look(Path directory, LogFiles files) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!files.exists(path)) {
            return null;
        }
        try (DurableMark mark = new DurableMark(path, files.openForReading(path))) {
            // The node may be writing it at this moment.
            boolean readable = false;
            for (int attempt = 0; attempt < MAX_LOOKS && !readable; attempt++) {
                readable = mark.read();
            }
            return readable ? mark : null;
        }
    }

    private boolean read() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(BYTES);
        int read = file.read(content, 0);
        boolean readable = read == BYTES && content.getInt(CRC_OFFSET) == checksum(content);
        if (readable) {
            position = content.getLong(0);
            firstPosition = content.getLong(Long.BYTES);
        } else if (read > 0) {
            log.warn("{} is unreadable; a shortened end of the log cannot be noticed", path);
        }
        return readable;
    }

    /** The position up to which every entry was acknowledged, 0 when nothing is known. */
    long position() {
        return position;
    }

    /** The position at which the log begins, 0 unless it was cut at its beginning. */
    long firstPosition() {
        return firstPosition;
    }

    /** Notes, durably, that the log begins at {@code newPosition}: what is before it may be missing. */
    void cutBefore(long newPosition) throws IOException {
        firstPosition = newPosition;
        write();
        force();
    }

    /** Notes that everything before {@code newPosition} is durable. */
    void advance(long newPosition) {
        position = newPosition;
        try {
            write();
        } catch (IOException e) {
            // The entries themselves are safe; only the check at the next start grows weaker.
            log.warn("{} could not be written: {}", path, e.getMessage());
        }
    }

    /** Gives the mark its place on disk, so that later writes replace it in a single sector. */
    void force() throws IOException {
        file.force();
    }

    private synchronized void write() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(BYTES);
        content.putLong(position).putLong(firstPosition);
        content.putInt(checksum(content)).flip();
        file.write(content, 0);
    }

    private static int checksum(ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(content.slice(0, CRC_OFFSET));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
