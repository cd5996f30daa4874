package io.waybill.axonserver.log;

import static io.waybill.axonserver.log.Samples.event;
import static io.waybill.axonserver.log.Samples.files;
import static io.waybill.axonserver.log.Samples.flip;
import static io.waybill.axonserver.log.Samples.sequences;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AggregateIndexTest {

    private static final long SEGMENT_BYTES = 1_000;

    /** Two names with the same {@code hashCode}, so that they meet in the table on disk. */
    private static final List<String> COLLIDING = List.of("Aa", "BB");

    @TempDir
    private Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final Map<String, Long> stored = new LinkedHashMap<>();

    @Test
    void aggregatesAreFoundInEverySegmentBeforeAndAfterARestart() throws Exception {
        try (EventLog log = open()) {
            fill(log);
            checkEveryAggregate(log);
        }
        assertThat(files(directory, ".log")).hasSizeGreaterThan(5);
        assertThat(files(directory, ".index")).hasSize(files(directory, ".log").size() - 1);

        try (EventLog log = open()) {
            checkEveryAggregate(log);
            append(log, "hot");
            append(log, "new");
            checkEveryAggregate(log);
        }
    }

    @Test
    void aggregateIsReadWithinBoundsAcrossSegments() throws Exception {
        try (EventLog log = open()) {
            fill(log);

            long last = last("hot");
            assertThat(sequences(log.aggregate("hot", 3, 5))).containsExactly(3L, 4L, 5L);
            assertThat(sequences(log.aggregate("hot", last - 1, Long.MAX_VALUE)))
                    .containsExactly(last - 1, last);
            assertThat(sequences(log.aggregate("hot", last + 1, Long.MAX_VALUE)))
                    .isEmpty();
            assertThat(sequences(log.aggregate("unknown", 0, Long.MAX_VALUE))).isEmpty();
        }
    }

    @Test
    void onlyTheSegmentThatGrowsIsIndexedInMemory() throws Exception {
        AggregateIndex index = new AggregateIndex(disk);
        try (SegmentedLog log = SegmentedLog.open(directory, settings(), index)) {
            for (int i = 0; i < 300; i++) {
                log.append(List.of(event("a" + i, 0))).join();
            }
            await().untilAsserted(() -> assertThat(index.segments())
                    .hasSizeGreaterThan(5)
                    .filteredOn(segment -> segment instanceof OpenSegmentIndex)
                    .hasSize(1));
        }
    }

    @Test
    void missingIndexIsMadeAgain() throws Exception {
        try (EventLog log = open()) {
            fill(log);
        }
        List<Path> indexes = files(directory, ".index");
        byte[] first = Files.readAllBytes(indexes.getFirst());
        for (Path index : indexes) {
            Files.delete(index);
        }

        try (EventLog log = open()) {
            checkEveryAggregate(log);
        }
        assertThat(files(directory, ".index")).isEqualTo(indexes);
        assertThat(Files.readAllBytes(indexes.getFirst())).hasSameSizeAs(first);
    }

    @Test
    void damagedIndexNeverGivesAWrongAnswer() throws Exception {
        try (EventLog log = open()) {
            fill(log);
        }
        Path index = files(directory, ".index").get(1);
        byte[] intact = Files.readAllBytes(index);
        int refusals = 0;
        for (int at = 0; at < intact.length; at += 5) {
            byte[] damaged = intact.clone();
            damaged[at] ^= 0x08;
            Files.write(index, damaged);
            try (EventLog log = open()) {
                refusals += countRefusals(log, index);
            }
        }
        assertThat(refusals).as("damage that is found when it is looked up").isPositive();
    }

    private int countRefusals(EventLog log, Path index) throws IOException {
        int refusals = 0;
        for (Map.Entry<String, Long> aggregate : stored.entrySet()) {
            try {
                assertThat(log.highestSequence(aggregate.getKey())).isEqualTo(aggregate.getValue() - 1);
                assertThat(sequences(log.aggregate(aggregate.getKey(), 0, Long.MAX_VALUE)))
                        .hasSize(aggregate.getValue().intValue());
            } catch (DamagedLogException e) {
                assertThat(e).hasMessageContaining(index.getFileName().toString());
                refusals++;
            }
        }
        return refusals;
    }

    @Test
    void damageInASealedSegmentIsRefusedAndNamedAndTheRestIsServed() throws Exception {
        try (EventLog log = open()) {
            fill(log);
        }
        Path damaged = files(directory, ".log").get(1);
        flip(damaged, Segment.HEADER_BYTES + LogRecord.HEADER_BYTES + 10);
        long first = Long.parseLong(damaged.getFileName().toString().replace(".log", ""));
        long next = Long.parseLong(
                files(directory, ".log").get(2).getFileName().toString().replace(".log", ""));

        try (EventLog log = open()) {
            LogCursor cursor = log.from(0);
            for (long position = 0; position < first; position++) {
                assertThat(cursor.next()).isNotNull();
            }
            assertThatThrownBy(cursor::next)
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining(damaged.getFileName().toString())
                    .hasMessageContaining("Positions %d to %d cannot be served".formatted(first, next - 1));
            assertThat(log.from(next).next())
                    .isNotNull()
                    .extracting(LogEntry::position)
                    .isEqualTo(next);
            assertThatThrownBy(() -> sequences(log.aggregate("hot", 0, Long.MAX_VALUE)))
                    .isInstanceOf(DamagedLogException.class);

            append(log, "hot");
            assertThat(log.highestSequence("hot")).isEqualTo(last("hot"));
        }
    }

    @Test
    void appendIsRefusedWhileTheIndexBeforeItCannotBeWritten() throws Exception {
        try (EventLog log = open()) {
            append(log, "a");
            disk.failMoves();
            int appended = 0;
            Reason refused = null;
            while (refused == null && appended < 200) {
                refused = tryAppend(log, "a");
                appended++;
            }
            assertThat(refused).isEqualTo(Reason.NOT_WRITTEN);
            assertThat(files(directory, ".index")).isEmpty();
            checkEveryAggregate(log);

            disk.healMoves();
            append(log, "a");
            checkEveryAggregate(log);
        }
    }

    private EventLog open() throws IOException {
        return EventLog.open(directory, settings());
    }

    private LogSettings settings() {
        return new LogSettings(disk, SEGMENT_BYTES, Durability.SYNC);
    }

    /** One aggregate with events in every segment, some with a few here and there, many with a single one. */
    private void fill(EventLog log) {
        for (int i = 0; i < 60; i++) {
            append(log, "hot");
            append(log, "single-" + i);
            append(log, COLLIDING.get(i / 7 % 2));
        }
    }

    private void append(EventLog log, String aggregate) {
        assertThat(tryAppend(log, aggregate)).isNull();
    }

    private @Nullable Reason tryAppend(EventLog log, String aggregate) {
        long sequence = stored.getOrDefault(aggregate, 0L);
        try {
            log.append(List.of(event(aggregate, sequence)))
                    .orTimeout(5, TimeUnit.SECONDS)
                    .join();
            stored.put(aggregate, sequence + 1);
            return null;
        } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(AppendRefusedException.class);
            return e.getCause() instanceof AppendRefusedException refused ? refused.reason() : null;
        }
    }

    private long last(String aggregate) {
        return stored.getOrDefault(aggregate, 0L) - 1;
    }

    private void checkEveryAggregate(EventLog log) throws IOException {
        for (Map.Entry<String, Long> aggregate : stored.entrySet()) {
            assertThat(log.highestSequence(aggregate.getKey())).isEqualTo(aggregate.getValue() - 1);
            List<Long> found = sequences(log.aggregate(aggregate.getKey(), 0, Long.MAX_VALUE));
            assertThat(found).hasSize(aggregate.getValue().intValue()).isSorted();
        }
    }
}
