package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory that holds everything the node stores. One process at a time may have it. */
public final class DataDirectory implements Closeable {

    private static final String LOCK_FILE = "lock";
    private static final String DEFAULT_CONTEXT = "default";
    private static final String CONTEXTS = "contexts";

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Takes the directory for this process, creating it when it is not there. The operating system gives it back when
     * the process ends, however it ends.
     *
     * @throws IOException if another process has it, or it cannot be written
     */
    public static DataDirectory lock(Path path) throws IOException {
        Files.createDirectories(path);
        FileChannel channel = FileChannel.open(
                path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            String owner = readOwner(channel);
            channel.close();
            throw new IOException("Data directory %s is in use by process %s. Stop it, or choose another directory."
                    .formatted(path.toAbsolutePath(), owner));
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return new DataDirectory(path, channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // The same process has it already, which is a test that forgot to close its node.
            return null;
        }
    }

    private static String readOwner(FileChannel channel) throws IOException {
        ByteBuffer owner = ByteBuffer.allocate(20);
        channel.read(owner, 0);
        return owner.position() == 0
                ? "(unknown)"
                : StandardCharsets.US_ASCII.decode(owner.flip()).toString();
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /** Where in {@code data} the context called {@code name} lives; the default one was there before the others. */
    public static Path contextDirectory(Path data, String name) {
        return name.equals(DEFAULT_CONTEXT) ? data : data.resolve(CONTEXTS).resolve(name);
    }

    /** The contexts that have something stored in {@code data}. */
    public static List<String> contexts(Path data) throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(data.resolve(EventLog.DIRECTORY))) {
            names.add(DEFAULT_CONTEXT);
        }
        if (Files.isDirectory(data.resolve(CONTEXTS))) {
            try (Stream<Path> others = Files.list(data.resolve(CONTEXTS))) {
                others.map(other -> other.getFileName().toString()).sorted().forEach(names::add);
            }
        }
        return names;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
