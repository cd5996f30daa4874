package io.waybill.axonserver.log;

import io.axoniq.axonserver.grpc.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the tests of the log store, and how they look at it. */
final class Samples {

    private Samples() {}

    /** A serialized domain event that happened {@code sequence} milliseconds after the epoch. */
    static byte[] event(String aggregate, long sequence) {
        return Event.newBuilder()
                .setAggregateIdentifier(aggregate)
                .setAggregateType("Thing")
                .setAggregateSequenceNumber(sequence)
                .setTimestamp(sequence)
                .build()
                .toByteArray();
    }

    /** What is left to read. */
    static List<LogEntry> entries(LogCursor cursor) throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        for (LogEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
            entries.add(entry);
        }
        return entries;
    }

    /** The sequence numbers of what is left to read. */
    static List<Long> sequences(AggregateReader reader) throws IOException {
        List<Long> sequences = new ArrayList<>();
        for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
            sequences.add(EventHeader.of(entry).sequence());
        }
        return sequences;
    }

    /** The files with {@code ending}, by name. */
    static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }

    /** Changes one bit. */
    static void flip(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }
}
