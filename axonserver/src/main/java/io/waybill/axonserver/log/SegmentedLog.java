package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An append-only log in files of limited size. Entries are numbered from 0 without a gap. An append is acknowledged
 * when it is on stable storage, and no reader sees it earlier.
 */
final class SegmentedLog implements Closeable {

    /** Appends stop while less is left, so that indexes and the disk's other users still find some. */
    private static final long MIN_USABLE_BYTES = 64L << 20;

    private final Path directory;
    private final LogFiles files;
    private final DurableMark mark;
    private final LogIndex index;
    private final LogWriter writer;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile long nextPosition;

    // Never changed, only replaced, under the lock of this; their numbers have no gap.
    private volatile List<Segment> segments;

    private SegmentedLog(
            LogSettings settings, Path directory, LogIndex index, DurableMark mark, List<Segment> segments) {
        this.directory = directory;
        this.files = settings.files();
        this.index = index;
        this.mark = mark;
        this.segments = List.copyOf(segments);
        this.nextPosition = segments.getLast().nextPosition();
        this.writer = new LogWriter(this, settings, index);
    }

    /**
     * Opens the log in {@code directory}, creating it when it is not there.
     *
     * @throws DamagedLogException if something acknowledged is missing or unreadable
     * @throws IOException if the files cannot be read, or were written by a newer version
     */
    static SegmentedLog open(Path directory, LogSettings settings, LogIndex index) throws IOException {
        Files.createDirectories(directory);
        DurableMark mark = DurableMark.open(directory, settings.files());
        try {
            List<Segment> segments = new LogRecovery(directory, settings, mark, index).run();
            mark.advance(segments.getLast().nextPosition());
            mark.force();
            SegmentedLog log = new SegmentedLog(settings, directory, index, mark, segments);
            log.writer.start(directory.getFileName().toString());
            return log;
        } catch (IOException | RuntimeException e) {
            mark.close();
            index.close();
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

    /** The number of the segment that {@code location} is in. */
    static int segmentNumber(long location) {
        return (int) (location >>> 32);
    }

    /** The entries of the record at {@code location}. */
    List<LogEntry> read(long location) throws IOException {
        List<Segment> all = segments;
        return read(all.get(segmentNumber(location) - all.getFirst().number()), location & 0xFFFF_FFFFL);
    }

    /** The entries of the record at {@code offset} of {@code segment}. */
    List<LogEntry> read(Segment segment, long offset) throws IOException {
        RecordReader reader = new RecordReader(segment, offset, RecordReader.SMALLEST_CHUNK_BYTES);
        LogRecord record = reader.next(segment.endOffset());
        if (record == null) {
            throw segment.damagedAt(reader.offset(), "a record that was there is gone");
        }
        return record.entries();
    }

    Segment segmentOf(long position) {
        List<Segment> all = segments;
        int low = 0;
        int high = all.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (all.get(middle).basePosition() <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return all.get(low);
    }

    @Nullable
    Segment segmentAfter(Segment segment) {
        List<Segment> all = segments;
        int next = segment.number() + 1 - all.getFirst().number();
        return next < all.size() ? all.get(next) : null;
    }

    Segment first() {
        return segments.getFirst();
    }

    Segment last() {
        return segments.getLast();
    }

    int segmentCount() {
        return segments.size();
    }

    /** The bytes that all segments take on disk. */
    long sizeBytes() {
        return segments.stream().mapToLong(Segment::endOffset).sum();
    }

    /** Why the disk takes no appends for now, or null while it has enough space. */
    @Nullable
    String shortOfSpace() throws IOException {
        long usableBytes = files.usableBytes(directory);
        return usableBytes >= MIN_USABLE_BYTES
                ? null
                : "The disk of %s is short of space: %d MiB are left, %d MiB have to be. Free some, nothing else is needed."
                        .formatted(directory, usableBytes >> 20, MIN_USABLE_BYTES >> 20);
    }

    /** Begins a new segment; the one before it is never written again. To be called by the writing thread only. */
    void roll() throws IOException {
        index.beforeNextSegment();
        Segment next = LogRecovery.create(directory, files, last().number() + 1, nextPosition);
        index.begin(next);
        synchronized (this) {
            List<Segment> changed = new ArrayList<>(segments);
            changed.add(next);
            segments = List.copyOf(changed);
        }
    }

    /**
     * Forgets the oldest segment, of which nobody needs an entry any more. Only for a log that was opened as one that
     * may be cut at its beginning.
     */
    void dropFirst() throws IOException {
        Segment dropped;
        synchronized (this) {
            List<Segment> all = segments;
            dropped = all.getFirst();
            segments = List.copyOf(all.subList(1, all.size()));
        }
        mark.cutBefore(dropped.nextPosition());
        dropped.close();
        files.delete(dropped.path());
    }

    /** Everything before {@code position} is indexed: readers may have it. */
    void publish(long position) {
        nextPosition = position;
    }

    /** Everything published so far is on stable storage. */
    void noteDurable() {
        mark.advance(nextPosition);
    }

    void notifyListeners() {
        listeners.forEach(Runnable::run);
    }

    /** Writes what is waiting, then closes the files. */
    @Override
    public void close() throws IOException {
        writer.close();
        index.close();
        mark.close();
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
