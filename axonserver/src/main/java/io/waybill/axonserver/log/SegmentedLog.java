package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An append-only log in files of limited size. Entries are numbered from 0 without a gap. An append is acknowledged
 * when it is on stable storage, and no reader sees it earlier.
 */
final class SegmentedLog implements Closeable {

    private final Path directory;
    private final LogFiles files;
    private final DurableMark mark;
    private final List<Segment> segments;
    private final LogWriter writer;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile long nextPosition;

    private SegmentedLog(
            Path directory,
            long segmentBytes,
            LogFiles files,
            LogIndex index,
            DurableMark mark,
            List<Segment> segments,
            long nextPosition) {
        this.directory = directory;
        this.files = files;
        this.mark = mark;
        this.segments = new CopyOnWriteArrayList<>(segments);
        this.nextPosition = nextPosition;
        this.writer = new LogWriter(this, segmentBytes, index);
    }

    /**
     * Opens the log in {@code directory}, creating it when it is not there.
     *
     * @param segmentBytes a new segment is begun when the next record would make the last one larger than this
     * @throws DamagedLogException if something acknowledged is missing or unreadable
     * @throws IOException if the files cannot be read, or were written by a newer version
     */
    static SegmentedLog open(Path directory, long segmentBytes, LogFiles files, LogIndex index) throws IOException {
        Files.createDirectories(directory);
        DurableMark mark = DurableMark.open(directory, files);
        try {
            LogRecovery recovery = new LogRecovery(directory, files, mark, index);
            List<Segment> segments = recovery.run();
            mark.advance(recovery.nextPosition());
            mark.force();
            SegmentedLog log =
                    new SegmentedLog(directory, segmentBytes, files, index, mark, segments, recovery.nextPosition());
            log.writer.start(directory.getFileName().toString());
            return log;
        } catch (IOException | RuntimeException e) {
            mark.close();
            throw e;
        }
    }

    /** Packs where a record is: the segment's number in the upper half, the offset in the lower. */
    static long location(Segment segment, long offset) {
        return ((long) segment.number() << 32) | offset;
    }

    /**
     * Appends one transaction.
     *
     * @return completes with the position of the first entry once the transaction is durable, or with an
     *     {@link AppendRefusedException} when it is not stored
     */
    CompletableFuture<Long> append(List<byte[]> entries) {
        return writer.append(entries);
    }

    /** The position the next entry will get; everything before it is durable. */
    long nextPosition() {
        return nextPosition;
    }

    /** Why the log takes no appends any more, or null while it does. */
    @Nullable
    String stoppedBecause() {
        return writer.stoppedBecause();
    }

    /** Runs {@code listener} after each batch that became readable. It must be quick: the writer waits for it. */
    void onAdvance(Runnable listener) {
        listeners.add(listener);
    }

    /** A reader that starts at {@code position} and can follow the log as it grows. */
    LogCursor cursor(long position) {
        return new LogCursor(this, position);
    }

    /** The entries of the record at {@code location}. */
    List<LogEntry> read(long location) throws IOException {
        Segment segment = segments.get((int) (location >>> 32));
        RecordReader reader = new RecordReader(segment, location & 0xFFFF_FFFFL);
        LogRecord record = reader.next(segment.endOffset());
        if (record == null) {
            throw segment.damagedAt(reader.offset(), "a record that was there is gone");
        }
        return record.entries();
    }

    Segment segmentOf(long position) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).basePosition() <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return segments.get(low);
    }

    @Nullable
    Segment segmentAfter(Segment segment) {
        int next = segment.number() + 1;
        return next < segments.size() ? segments.get(next) : null;
    }

    Segment last() {
        return segments.getLast();
    }

    /** Begins a new segment; the one before it is never written again. */
    void roll() throws IOException {
        segments.add(LogRecovery.create(directory, files, segments.size(), nextPosition));
    }

    /** Everything before {@code position} is durable and indexed: readers may have it. */
    void publish(long position) {
        mark.advance(position);
        nextPosition = position;
    }

    void notifyListeners() {
        listeners.forEach(Runnable::run);
    }

    /** Writes what is waiting, then closes the files. */
    @Override
    public void close() throws IOException {
        writer.close();
        mark.close();
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
