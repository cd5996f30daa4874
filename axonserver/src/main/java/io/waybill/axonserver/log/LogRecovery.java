package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the segments of a log: reads every record, checks it, and hands it to the index. A write that a crash cut off
 * at the very end was never acknowledged and is cut away; anything else that is not intact stops the start.
 */
final class LogRecovery {

    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);

    private final Path directory;
    private final LogSettings settings;
    private final LogFiles files;
    private final DurableMark mark;
    private final LogIndex index;
    private final List<Segment> segments = new ArrayList<>();
    private long nextPosition;

    LogRecovery(Path directory, LogSettings settings, DurableMark mark, LogIndex index) {
        this.directory = directory;
        this.settings = settings;
        this.files = settings.files();
        this.mark = mark;
        this.index = index;
    }

    /** The segments in order, the last of which may grow; at least one. */
    List<Segment> run() throws IOException {
        try {
            List<Path> paths = files.list(directory, Segment.FILE_ENDING);
            if (settings.trimmed() && !paths.isEmpty()) {
                // A segment that was to be dropped may still be there.
                nextPosition = Math.min(Segment.basePositionOf(paths.getFirst()), mark.firstPosition());
            }
            for (int i = 0; i < paths.size(); i++) {
                openSegment(paths.get(i), i == paths.size() - 1);
            }
            checkNothingAcknowledgedIsMissing();
            if (segments.isEmpty()) {
                segments.add(create(directory, files, 0, 0));
                index.begin(segments.getLast());
            }
            return segments;
        } catch (IOException | RuntimeException e) {
            for (Segment segment : segments) {
                segment.close();
            }
            throw e;
        }
    }

    /** Makes a new, empty segment whose name and header survive a power cut. */
    static Segment create(Path directory, LogFiles files, int number, long basePosition) throws IOException {
        Path path = directory.resolve(Segment.fileName(basePosition));
        LogFile file = files.open(path);
        try {
            file.truncate(0);
            file.write(Segment.header(basePosition), 0);
            file.force();
            files.forceDirectory(directory);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return new Segment(number, basePosition, path, file);
    }

    private void openSegment(Path path, boolean last) throws IOException {
        long basePosition = Segment.basePositionOf(path);
        LogFile file = files.open(path);
        if (last && file.sizeBytes() < Segment.HEADER_BYTES && basePosition == nextPosition) {
            // A crash while this segment was being created: it never held anything.
            file.close();
            segments.add(create(directory, files, segments.size(), basePosition));
            index.begin(segments.getLast());
            return;
        }
        Segment segment = new Segment(segments.size(), basePosition, path, file);
        segments.add(segment);
        segment.checkHeader();
        if (basePosition != nextPosition) {
            throw segment.damagedAt(
                    0,
                    "it starts at position %d, but the segments before it end at %d"
                            .formatted(basePosition, nextPosition));
        }
        if (last || !index.load(segment)) {
            index.beforeNextSegment();
            index.begin(segment);
            scan(segment, file.sizeBytes(), last);
        }
        nextPosition = segment.nextPosition();
    }

    private void scan(Segment segment, long sizeBytes, boolean last) throws IOException {
        RecordReader reader = new RecordReader(segment, Segment.HEADER_BYTES);
        DamagedLogException damage = null;
        try {
            while (!reader.endsAt(sizeBytes)) {
                accept(segment, reader.next(sizeBytes));
            }
        } catch (DamagedLogException e) {
            damage = e;
        }
        if (damage != null && (!last || segment.nextPosition() < mark.position())) {
            throw damage;
        }
        if (segment.nextPosition() >= mark.position() || !last) {
            cutTail(segment, sizeBytes, last);
        }
        if (last) {
            // What was written but perhaps never forced is served from now on, so it has to be durable first.
            segment.file().force();
        }
    }

    private void accept(Segment segment, @Nullable LogRecord record) throws DamagedLogException {
        if (record == null) {
            throw segment.damagedAt(segment.endOffset(), "a record is expected here");
        }
        if (record.firstPosition() != segment.nextPosition() || record.count() <= 0) {
            throw segment.damagedAt(
                    segment.endOffset(),
                    "position %d is found where %d is expected"
                            .formatted(record.firstPosition(), segment.nextPosition()));
        }
        long offset = segment.endOffset();
        segment.extend(record.nextPosition(), record.sizeBytes());
        index.add(segment, offset, record.entries());
    }

    /** Removes what follows the last record: zeros that were kept for later ones, and what was being written. */
    private void cutTail(Segment segment, long sizeBytes, boolean last) throws IOException {
        long writtenBytes = segment.lastNonZero(sizeBytes) - segment.endOffset();
        if (writtenBytes > 0 && (!last || writtenBytes > LogWriter.MAX_UNCONFIRMED_BYTES)) {
            // More than was ever in flight at once, so part of it must have been acknowledged.
            throw segment.damagedAt(segment.endOffset(), "what stands there is no record");
        }
        if (writtenBytes > 0) {
            log.warn(
                    "{}: a write of {} bytes after position {} was cut off before it was acknowledged; it is removed",
                    segment.path(),
                    writtenBytes,
                    segment.nextPosition() - 1);
        }
        if (sizeBytes > segment.endOffset()) {
            segment.file().truncate(segment.endOffset());
        }
    }

    private void checkNothingAcknowledgedIsMissing() throws IOException {
        if (nextPosition < mark.position()) {
            Path path = segments.isEmpty() ? directory : segments.getLast().path();
            long offset = segments.isEmpty() ? 0 : segments.getLast().endOffset();
            throw new DamagedLogException(
                    path, offset, (mark.position() - nextPosition) + " acknowledged entries are missing");
        }
    }
}
