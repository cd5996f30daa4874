package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
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
    private static final int BYTES = 12;

    private final Path path;
    private final LogFile file;
    private long position;

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

    private void read() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(BYTES);
        int read = file.read(content, 0);
        if (read == BYTES && content.getInt(8) == checksum(content.getLong(0))) {
            position = content.getLong(0);
        } else if (read > 0) {
            log.warn("{} is unreadable; a shortened end of the log cannot be noticed at this start", path);
        }
    }

    /** The position up to which every entry was acknowledged, 0 when nothing is known. */
    long position() {
        return position;
    }

    /** Notes that everything before {@code newPosition} is durable. */
    void advance(long newPosition) {
        position = newPosition;
        ByteBuffer content = ByteBuffer.allocate(BYTES);
        content.putLong(newPosition).putInt(checksum(newPosition)).flip();
        try {
            file.write(content, 0);
        } catch (IOException e) {
            // The entries themselves are safe; only the check at the next start grows weaker.
            log.warn("{} could not be written: {}", path, e.getMessage());
        }
    }

    /** Gives the mark its place on disk, so that later writes replace it in a single sector. */
    void force() throws IOException {
        file.force();
    }

    private static int checksum(long position) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, position));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
