package io.waybill.axonserver.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentedLogTest {

    private static final long SEGMENT_BYTES = 1_000;

    @TempDir
    private Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void entriesAreReadBackInTheirOrderAcrossSegmentsAndRestarts() throws Exception {
        try (SegmentedLog log = open()) {
            for (int i = 0; i < 100; i++) {
                assertThat(append(log, "entry " + i)).isEqualTo(i);
            }
            assertThat(read(log, 0))
                    .hasSize(100)
                    .startsWith("entry 0", "entry 1")
                    .endsWith("entry 99");
        }
        assertThat(segments()).hasSizeGreaterThan(2);

        try (SegmentedLog log = open()) {
            assertThat(log.nextPosition()).isEqualTo(100);
            assertThat(read(log, 0)).hasSize(100).endsWith("entry 99");
            assertThat(read(log, 77)).hasSize(23).startsWith("entry 77");
            assertThat(append(log, "after the restart")).isEqualTo(100);
        }
    }

    @Test
    void transactionTakesPositionsInARowAndIsAllOrNothing() throws Exception {
        try (SegmentedLog log = open()) {
            assertThat(append(log, "a", "b", "c")).isZero();
            assertThat(append(log, "d")).isEqualTo(3);
            assertThat(read(log, 1)).containsExactly("b", "c", "d");
        }
        // Cut into the last of three entries: the other two must not survive either.
        try (SegmentedLog log = open()) {
            append(log, "e", "f", "g");
        }
        Files.delete(directory.resolve("durable.mark"));
        cut(segments().getLast(), 1);
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("a", "b", "c", "d");
        }
    }

    @Test
    void appendIsAcknowledgedOnlyAfterTheDiskHasConfirmedIt() throws Exception {
        try (SegmentedLog log = open()) {
            disk.holdForces();
            CompletableFuture<Long> held = log.append(entries("held"));

            disk.awaitHeldForce();
            assertThat(held).isNotDone();
            assertThat(log.nextPosition()).isZero();
            assertThat(read(log, 0))
                    .as("a reader sees nothing that is not durable")
                    .isEmpty();

            disk.releaseForces();
            assertThat(held).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(0L);
            assertThat(read(log, 0)).containsExactly("held");
        }
    }

    @Test
    void whatQueuesUpDuringAnFsyncIsForcedTogether() throws Exception {
        try (SegmentedLog log = openWith(1 << 20)) {
            disk.holdForces();
            log.append(entries("first")).orTimeout(5, TimeUnit.SECONDS);
            disk.awaitHeldForce();
            List<CompletableFuture<Long>> queued = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                queued.add(log.append(entries("queued " + i)));
            }
            int forcesBefore = disk.forces();
            disk.releaseForces();

            assertThat(queued.getLast()).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(500L);
            assertThat(disk.forces() - forcesBefore).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void fsyncFailureRefusesThatAppendAndEveryOneAfterIt() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "kept");
            disk.failForces();
            assertRefused(log.append(entries("unconfirmed")), Reason.STOPPED);
            disk.healForces();

            assertRefused(log.append(entries("after the disk seems well")), Reason.STOPPED);
            assertThat(log.stoppedBecause()).contains("did not confirm a write");
            assertThat(read(log, 0)).as("reading goes on").containsExactly("kept");
        }
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("kept");
            assertThat(append(log, "accepted again")).isEqualTo(1);
        }
    }

    @Test
    void fullDiskRefusesAppendsUntilThereIsSpaceAgain() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "before");
            disk.fillAfter(10);
            assertRefused(log.append(entries("does not fit")), Reason.NOT_WRITTEN);
            assertRefused(log.append(entries("still does not fit")), Reason.NOT_WRITTEN);
            assertThat(read(log, 0)).containsExactly("before");

            disk.makeSpace();
            assertThat(append(log, "after")).isEqualTo(1);
        }
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("before", "after");
        }
    }

    @Test
    void appendsAreRefusedWhileTheDiskIsShortOfSpaceAndReadsGoOn() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "before");
        }
        disk.leaveUsable(10 << 20);
        try (SegmentedLog log = open()) {
            assertThatThrownBy(() -> append(log, "while it is short"))
                    .hasRootCauseInstanceOf(AppendRefusedException.class)
                    .hasMessageContaining("short of space: 10 MiB are left, 64 MiB have to be");
            assertThat(read(log, 0)).containsExactly("before");
        }
        disk.leaveUsable(Long.MAX_VALUE);
        try (SegmentedLog log = open()) {
            assertThat(append(log, "after")).isEqualTo(1);
        }
    }

    @Test
    void relaxedAppendIsAcknowledgedAtOnceAndForcedWithinASecondOrSo() throws Exception {
        try (SegmentedLog log = openWith(SEGMENT_BYTES, Durability.RELAXED_1S)) {
            int forcesBefore = disk.forces();
            disk.holdForces();
            append(log, "acknowledged before it is forced");
            assertThat(disk.forces()).isEqualTo(forcesBefore);
            assertThat(read(log, 0)).hasSize(1);

            disk.awaitHeldForce();
            disk.releaseForces();
        }
    }

    @Test
    void relaxedAppendsAreForcedBeforeTheirSegmentIsSealedAndWhenTheLogIsClosed() throws Exception {
        SegmentedLog log = openWith(SEGMENT_BYTES, Durability.RELAXED_1S);
        int forcesBefore = disk.forces();
        append(log, "x".repeat(900));
        append(log, "y".repeat(900));
        assertThat(disk.forces() - forcesBefore)
                .as("the first segment, and the header of the second")
                .isEqualTo(2);

        log.close();
        assertThat(disk.forces() - forcesBefore).isEqualTo(3);
    }

    @Test
    void relaxedLogStopsOnceTheDiskDoesNotConfirm() throws Exception {
        try (SegmentedLog log = openWith(SEGMENT_BYTES, Durability.RELAXED_1S)) {
            disk.failForces();
            append(log, "x".repeat(900));

            assertRefused(log.append(entries("y".repeat(900))), Reason.STOPPED);
            assertThat(log.stoppedBecause()).contains("did not confirm a write");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 19, 20, 25})
    void writeThatWasCutOffIsRemovedAtStart(int cutBytes) throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "acknowledged");
        }
        // What a crash leaves when it comes in the middle of a write: part of a record after the mark.
        byte[] unfinished = record(1, "never acknowledged");
        Path last = segments().getLast();
        long acknowledgedBytes = Files.size(last);
        Files.write(last, Arrays.copyOf(unfinished, unfinished.length - cutBytes), StandardOpenOption.APPEND);

        try (SegmentedLog log = open()) {
            assertThat(Files.size(last)).isEqualTo(acknowledgedBytes);
            assertThat(read(log, 0)).containsExactly("acknowledged");
            assertThat(append(log, "next")).isEqualTo(1);
        }
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("acknowledged", "next");
        }
    }

    @Test
    void writeThatIsCompleteButWasNeverConfirmedIsKeptAndMadeDurable() throws Exception {
        open().close();
        Files.write(segments().getLast(), record(0, "complete"), StandardOpenOption.APPEND);
        int forcesBefore = disk.forces();

        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("complete");
            assertThat(disk.forces()).isGreaterThan(forcesBefore);
        }
    }

    @Test
    void crashWhileASegmentIsCreatedIsHarmless() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "kept");
        }
        Files.write(directory.resolve(Segment.fileName(1)), new byte[] {1, 2, 3});

        try (SegmentedLog log = open()) {
            assertThat(append(log, "next")).isEqualTo(1);
            assertThat(read(log, 0)).containsExactly("kept", "next");
        }
    }

    @Test
    void flippedBitAnywhereInAcknowledgedRecordsRefusesTheStart() throws Exception {
        try (SegmentedLog log = open()) {
            for (int i = 0; i < 60; i++) {
                append(log, "entry " + i);
            }
        }
        for (Path segment : segments()) {
            byte[] intact = Files.readAllBytes(segment);
            for (int at = 0; at < intact.length; at += 7) {
                byte[] damaged = intact.clone();
                damaged[at] ^= 0x10;
                Files.write(segment, damaged);

                assertThatThrownBy(this::open)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(segment.getFileName().toString());
                assertThat(Files.readAllBytes(segment))
                        .as("evidence is left alone")
                        .isEqualTo(damaged);
            }
            Files.write(segment, intact);
        }
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).hasSize(60);
        }
    }

    @Test
    void truncatedSealedSegmentRefusesTheStartAndIsNamed() throws Exception {
        try (SegmentedLog log = open()) {
            for (int i = 0; i < 60; i++) {
                append(log, "entry " + i);
            }
        }
        Path sealed = segments().getFirst();
        // Exactly one record less: every record that is left is intact, yet something is missing.
        cut(sealed, record(0, "entry 0").length + 1);

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("is damaged at byte");
    }

    @Test
    void truncatedEndOfAcknowledgedLogIsNotTakenForACutOffWrite() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "a");
            append(log, "b");
        }
        cut(segments().getLast(), record(1, "b").length);

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("1 acknowledged entries are missing");
    }

    @Test
    void missingSegmentRefusesTheStart() throws Exception {
        try (SegmentedLog log = open()) {
            for (int i = 0; i < 100; i++) {
                append(log, "entry " + i);
            }
        }
        Files.delete(segments().get(1));

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("but the segments before it end at");
    }

    @Test
    void segmentOfANewerVersionIsRefusedClearly() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "a");
        }
        try (FileChannel channel = FileChannel.open(segments().getFirst(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(4).putInt(0, Segment.FORMAT_VERSION + 1), 8);
        }

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("newer version");
    }

    @Test
    void damageThatHappensWhileTheLogIsOpenIsFoundByTheReader() throws Exception {
        try (SegmentedLog log = open()) {
            append(log, "a");
            append(log, "b");
            try (FileChannel channel = FileChannel.open(segments().getFirst(), StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {0}), Segment.HEADER_BYTES + LogRecord.HEADER_BYTES + 4);
            }

            assertThatThrownBy(() -> read(log, 0)).isInstanceOf(DamagedLogException.class);
        }
    }

    @Test
    void recordLargerThanASegmentGetsOneOfItsOwn() throws Exception {
        String large = "x".repeat((int) SEGMENT_BYTES * 3);
        try (SegmentedLog log = open()) {
            append(log, "small");
            append(log, large);
            append(log, "small again");
            assertThat(read(log, 0)).containsExactly("small", large, "small again");
        }
        assertThat(segments()).hasSize(3);
        try (SegmentedLog log = open()) {
            assertThat(read(log, 0)).containsExactly("small", large, "small again");
        }
    }

    @Test
    void cursorFollowsTheLogAsItGrows() throws Exception {
        try (SegmentedLog log = open()) {
            LogCursor cursor = log.cursor(2);
            assertThat(cursor.next()).isNull();
            for (int i = 0; i < 200; i++) {
                append(log, "entry " + i);
                if (i >= 2) {
                    assertThat(cursor.next())
                            .isNotNull()
                            .extracting(LogEntry::position)
                            .isEqualTo((long) i);
                }
                assertThat(cursor.next()).isNull();
            }
        }
    }

    @Test
    void appendAfterCloseIsRefused() throws Exception {
        SegmentedLog log = open();
        log.close();

        assertRefused(log.append(entries("late")), Reason.STOPPED);
    }

    private SegmentedLog open() throws IOException {
        return openWith(SEGMENT_BYTES);
    }

    private SegmentedLog openWith(long segmentBytes) throws IOException {
        return openWith(segmentBytes, Durability.SYNC);
    }

    private SegmentedLog openWith(long segmentBytes, Durability durability) throws IOException {
        return SegmentedLog.open(
                directory, new LogSettings(disk, segmentBytes, durability), (segment, offset, entries) -> {});
    }

    private static long append(SegmentedLog log, String... texts) {
        return log.append(entries(texts)).orTimeout(5, TimeUnit.SECONDS).join();
    }

    private static List<byte[]> entries(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] record(long position, String text) {
        List<byte[]> entries = entries(text);
        ByteBuffer buffer = ByteBuffer.allocate((int) LogRecord.sizeBytes(entries));
        LogRecord.write(buffer, position, entries);
        return buffer.array();
    }

    private static List<String> read(SegmentedLog log, long from) throws IOException {
        List<String> texts = new ArrayList<>();
        for (LogEntry entry : Samples.entries(log.cursor(from))) {
            texts.add(new String(entry.toByteArray(), StandardCharsets.UTF_8));
        }
        return texts;
    }

    private List<Path> segments() throws IOException {
        return Samples.files(directory, Segment.FILE_ENDING);
    }

    private static void cut(Path file, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - bytes);
        }
    }

    private static void assertRefused(CompletableFuture<Long> append, Reason reason) {
        assertThatThrownBy(() -> append.orTimeout(5, TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        AppendRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
