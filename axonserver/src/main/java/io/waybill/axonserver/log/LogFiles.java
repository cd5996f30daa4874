package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Opens the files of a log. */
interface LogFiles {

    LogFiles ON_DISK = new OnDisk();

    /** Opens {@code path} for reading and writing, creating it when it is not there. */
    LogFile open(Path path) throws IOException;

    /** Opens {@code path}, which has to be there, for reading only. */
    LogFile openForReading(Path path) throws IOException;

    boolean exists(Path path);

    /** The files in {@code directory} whose name has {@code ending}, by ascending name. */
    List<Path> list(Path directory, String ending) throws IOException;

    /** Gives the file another name, in place of the one that has it. */
    void move(Path source, Path target) throws IOException;

    /** Deletes the file if it is there. */
    void delete(Path path) throws IOException;

    /** What can still be written to the disk that holds {@code directory}. */
    long usableBytes(Path directory) throws IOException;

    /** Makes the names in {@code directory} durable; without it a new file may be gone after a power cut. */
    void forceDirectory(Path directory) throws IOException;

    /** The operating system's files. */
    final class OnDisk implements LogFiles {

        private OnDisk() {}

        @Override
        public LogFile open(Path path) throws IOException {
            return new ChannelFile(FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
        }

        @Override
        public LogFile openForReading(Path path) throws IOException {
            return new ChannelFile(FileChannel.open(path, StandardOpenOption.READ));
        }

        @Override
        public boolean exists(Path path) {
            return Files.exists(path);
        }

        @Override
        public List<Path> list(Path directory, String ending) throws IOException {
            try (Stream<Path> all = Files.list(directory)) {
                return all.filter(path -> path.getFileName().toString().endsWith(ending))
                        .sorted()
                        .toList();
            }
        }

        @Override
        public void move(Path source, Path target) throws IOException {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path path) throws IOException {
            Files.deleteIfExists(path);
        }

        @Override
        public long usableBytes(Path directory) throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** A file behind a {@link FileChannel}. */
    record ChannelFile(FileChannel channel) implements LogFile {

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int read = channel.read(target, offset + total);
                if (read < 0) {
                    break;
                }
                total += read;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public void force() throws IOException {
            // The length of the file is forced too, because a longer file is unreadable without it; times are not.
            channel.force(false);
        }

        @Override
        public long sizeBytes() throws IOException {
            return channel.size();
        }

        @Override
        public ByteBuffer map() throws IOException {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            channel.truncate(sizeBytes);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
