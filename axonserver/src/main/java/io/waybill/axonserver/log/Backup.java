package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies the logs of a context, checking every record on the way. The source may belong to a running node: the copy
 * holds what was acknowledged when each of its logs was begun to be copied. Segments that the target has already are
 * compared instead of copied.
 *
 * <p>The order makes the whole consistent: an event that a snapshot was taken of, or that a schedule has published, is
 * in the copy, because the events come last. A schedule may be in the copy although its event is too; it is then
 * published once more after a restore, as after a crash, with the same message identifier.
 */
public final class Backup {

    private static final String UNFINISHED_ENDING = ".unfinished";

    private static final int MAX_ATTEMPTS = 5;

    private final LogFiles files;

    /** Copies files of the operating system. */
    public Backup() {
        this(LogFiles.ON_DISK);
    }

    Backup(LogFiles files) {
        this.files = files;
    }

    /** What a copy holds, for whoever asked for it. */
    public record Copied(String log, long entries, int segments, int copiedSegments) {}

    /**
     * Copies the context in {@code source} to {@code target}, which is empty or an earlier copy of the same context.
     *
     * @throws DamagedLogException if the source is damaged; the target is then not a complete copy
     * @throws IOException if something cannot be read or written
     */
    public List<Copied> copy(Path source, Path target) throws IOException {
        return List.of(
                copyLog(source, target, EventSchedule.DIRECTORY),
                copyLog(source, target, SnapshotLog.DIRECTORY),
                copyLog(source, target, EventLog.DIRECTORY));
    }

    private Copied copyLog(Path source, Path target, String name) throws IOException {
        if (!Files.isDirectory(source.resolve(name))) {
            throw new IOException(
                    "%s is not there: %s does not hold the data of a node.".formatted(source.resolve(name), source));
        }
        Path to = target.resolve(name);
        Files.createDirectories(to);
        for (int attempt = 1; ; attempt++) {
            try {
                return copyLog(source.resolve(name), to);
            } catch (NoSuchFileException e) {
                // A running node drops segments of its schedules when they are not needed any more.
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private Copied copyLog(Path from, Path to) throws IOException {
        Copy copy = new Copy(to);
        long end = new LogScan(from, files, copy).run();
        try (DurableMark mark = DurableMark.open(to, files)) {
            mark.advance(end);
            mark.cutBefore(copy.firstPosition);
        }
        files.forceDirectory(to);
        dropSegmentsBefore(to, copy.firstPosition);
        return new Copied(from.getFileName().toString(), end - copy.firstPosition, copy.segments, copy.copiedSegments);
    }

    /** The source has dropped them since the last copy. */
    private void dropSegmentsBefore(Path directory, long position) throws IOException {
        for (Path path : files.list(directory, Segment.FILE_ENDING)) {
            if (Segment.basePositionOf(path) < position) {
                files.delete(path);
            }
        }
    }

    /** One log on its way to its copy. */
    private final class Copy implements LogScan.Visitor {

        private final Path directory;
        private int segments;
        private int copiedSegments;
        private long firstPosition;

        /** The segment's copy that is being written, or else the one that is there. */
        private @Nullable LogFile target;

        private @Nullable LogFile earlier;

        Copy(Path directory) {
            this.directory = directory;
        }

        @Override
        public void begin(Segment segment, boolean sealed) throws IOException {
            if (segments == 0) {
                firstPosition = segment.basePosition();
            }
            segments++;
            Path path = directory.resolve(segment.path().getFileName());
            if (sealed && files.exists(path) && sizeOf(path) == segment.file().sizeBytes()) {
                earlier = files.openForReading(path);
                return;
            }
            copiedSegments++;
            LogFile file = files.open(unfinished(segment));
            target = file;
            file.truncate(0);
            file.write(Segment.header(segment.basePosition()), 0);
        }

        @Override
        public void record(Segment segment, long offset, LogRecord record) throws IOException {
            if (target != null) {
                target.write(record.bytes(), offset);
            } else if (earlier != null) {
                ByteBuffer copied = ByteBuffer.allocate(record.sizeBytes());
                earlier.read(copied, offset);
                if (!copied.flip().equals(record.bytes())) {
                    throw new IOException("%s in %s is no copy of %s: it differs at byte %d. Choose another directory."
                            .formatted(segment.path().getFileName(), directory, segment.path(), offset));
                }
            }
        }

        @Override
        public void end(Segment segment, boolean sealed) throws IOException {
            if (target != null) {
                target.force();
                target.close();
                target = null;
                files.move(unfinished(segment), directory.resolve(segment.path().getFileName()));
            }
            if (earlier != null) {
                earlier.close();
                earlier = null;
            }
        }

        @Override
        public void damage(IOException fault) throws IOException {
            throw fault;
        }

        private Path unfinished(Segment segment) {
            return directory.resolve(segment.path().getFileName() + UNFINISHED_ENDING);
        }

        private long sizeOf(Path path) throws IOException {
            try (LogFile file = files.openForReading(path)) {
                return file.sizeBytes();
            }
        }
    }
}
