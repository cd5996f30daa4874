package io.waybill.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How often the disk confirms a write: 4 KiB are appended to a file and forced ({@code fdatasync}), again and again. No
 * server that confirms each append on its own can be faster; one that confirms several with one force can.
 */
final class DiskYardstick implements AutoCloseable {

    private static final int WRITE_BYTES = 4 << 10;

    private final FileChannel file;
    private final ByteBuffer data = ByteBuffer.allocateDirect(WRITE_BYTES);

    /** Opens a file in {@code directory}, which has to be on the disk that is meant. */
    DiskYardstick(Path directory) throws IOException {
        file = FileChannel.open(
                directory.resolve("yardstick"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Writes and forces for a while; an operation of the result is one force. */
    Round measure(long millis) throws IOException {
        Histogram latencies = new Histogram(Round.LATENCY_DIGITS);
        long begun = System.nanoTime();
        long deadline = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        long now = begun;
        long forced = 0;
        while (now - deadline < 0) {
            file.write(data.clear());
            file.force(false);
            long ended = System.nanoTime();
            latencies.recordValue(ended - now);
            now = ended;
            forced++;
        }
        return new Round(forced, now - begun, latencies);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
