package io.waybill.axonserver.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How much a store takes on disk.
 *
 * @param segments the number of log files
 * @param bytes the size of all its files
 */
record StoreSize(int segments, long bytes) {

    /** Looks at the files in {@code directory}. */
    static StoreSize of(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.toList();
        }
        int segments = 0;
        long bytes = 0;
        for (Path file : files) {
            segments += file.toString().endsWith(".log") ? 1 : 0;
            bytes += sizeOf(file);
        }
        return new StoreSize(segments, bytes);
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            // It went between the look into the directory and this one.
            return 0;
        }
    }
}
