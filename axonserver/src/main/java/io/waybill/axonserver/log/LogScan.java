package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads all of a log that was acknowledged when the scan began, checking every record. It changes nothing and needs no
 * lock, so the log may be one that a running node goes on writing.
 */
final class LogScan {

    /** What is done with what is found. */
    interface Visitor {

        /** A segment begins; {@code sealed} says that it will never change. */
        default void begin(Segment segment, boolean sealed) throws IOException {}

        /** An intact record stands at {@code offset} of {@code segment}. */
        void record(Segment segment, long offset, LogRecord record) throws IOException;

        /** The segment was read to its acknowledged end. */
        default void end(Segment segment, boolean sealed) throws IOException {}

        /**
         * Something acknowledged is missing or damaged; the scan goes on with the next segment.
         *
         * @throws IOException if it shall not go on
         */
        void damage(IOException fault) throws IOException;
    }

    private final Path directory;
    private final LogFiles files;
    private final Visitor visitor;
    private final long firstPosition;

    /** Where the acknowledged log ends, or -1 when nothing says so. */
    private final long endPosition;

    private long nextPosition;

    LogScan(Path directory, LogFiles files, Visitor visitor) throws IOException {
        this.directory = directory;
        this.files = files;
        this.visitor = visitor;
        DurableMark mark = DurableMark.look(directory, files);
        this.firstPosition = mark == null ? 0 : mark.firstPosition();
        this.endPosition = mark == null ? -1 : mark.position();
    }

    /** Reads everything; returns the position after the last acknowledged entry. */
    long run() throws IOException {
        List<Path> paths = files.list(directory, Segment.FILE_ENDING);
        nextPosition =
                paths.isEmpty() ? firstPosition : Math.min(firstPosition, Segment.basePositionOf(paths.getFirst()));
        for (int i = 0; i < paths.size(); i++) {
            long basePosition = Segment.basePositionOf(paths.get(i));
            if (i > 0 && endPosition >= 0 && basePosition >= endPosition) {
                // Begun after the scan was.
                break;
            }
            scan(i, basePosition, paths);
        }
        if (nextPosition < endPosition) {
            visitor.damage(
                    new IOException("%s: the acknowledged entries %d to %d are missing. Restore them from a backup."
                            .formatted(directory, nextPosition, endPosition - 1)));
        }
        return nextPosition;
    }

    private void scan(int number, long basePosition, List<Path> paths) throws IOException {
        Path path = paths.get(number);
        boolean sealed = number < paths.size() - 1;
        try (LogFile file = files.openForReading(path)) {
            Segment segment = new Segment(number, basePosition, path, file);
            if (basePosition != nextPosition) {
                visitor.damage(segment.damagedAt(
                        0,
                        "it starts at position %d, but what is before it ends at %d"
                                .formatted(basePosition, nextPosition)));
            }
            nextPosition = basePosition;
            try {
                segment.checkHeader();
                visitor.begin(segment, sealed);
                scanRecords(segment, file.sizeBytes());
                visitor.end(segment, sealed);
            } catch (DamagedLogException e) {
                if (endPosition < 0 && !sealed) {
                    // Nothing says that it was acknowledged.
                    visitor.end(segment, false);
                } else {
                    visitor.damage(e);
                    nextPosition = sealed ? Segment.basePositionOf(paths.get(number + 1)) : nextPosition;
                }
            }
        }
    }

    private void scanRecords(Segment segment, long sizeBytes) throws IOException {
        RecordReader reader = new RecordReader(segment, Segment.HEADER_BYTES);
        while (endPosition < 0 || nextPosition < endPosition) {
            if (reader.endsAt(sizeBytes)) {
                return;
            }
            long offset = reader.offset();
            LogRecord record = reader.next(sizeBytes);
            if (record == null) {
                return;
            }
            if (record.firstPosition() != nextPosition || record.count() <= 0) {
                throw segment.damagedAt(
                        offset,
                        "position %d is found where %d is expected".formatted(record.firstPosition(), nextPosition));
            }
            nextPosition = record.nextPosition();
            segment.extend(nextPosition, record.sizeBytes());
            visitor.record(segment, offset, record);
        }
    }
}
