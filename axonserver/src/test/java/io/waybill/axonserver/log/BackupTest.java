package io.waybill.axonserver.log;

import static io.waybill.axonserver.log.Samples.entries;
import static io.waybill.axonserver.log.Samples.event;
import static io.waybill.axonserver.log.Samples.files;
import static io.waybill.axonserver.log.Samples.flip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.axoniq.axonserver.grpc.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups, and verifications of what is stored, of a context whose logs are open. */
class BackupTest {

    private static final LogSettings SETTINGS = LogSettings.onDisk(1_000, Durability.SYNC);
    private static final String AGGREGATE = "aggregate";

    @TempDir
    private Path temporary;

    private Path data;
    private Path target;
    private EventLog events;
    private SnapshotLog snapshots;
    private EventSchedule schedule;

    @BeforeEach
    void open() throws IOException {
        data = temporary.resolve("data");
        target = temporary.resolve("backup");
        open(data);
    }

    private void open(Path directory) throws IOException {
        events = EventLog.open(directory.resolve(EventLog.DIRECTORY), SETTINGS);
        snapshots = SnapshotLog.open(directory.resolve(SnapshotLog.DIRECTORY), SETTINGS);
        schedule = EventSchedule.open(directory.resolve(EventSchedule.DIRECTORY), SETTINGS, events);
    }

    @AfterEach
    void close() throws IOException {
        schedule.close();
        snapshots.close();
        events.close();
    }

    @Test
    void backupHoldsEverythingAndCanBeRestored() throws Exception {
        append(200);
        snapshots.append(event(AGGREGATE, 100)).join();
        schedule.schedule(System.currentTimeMillis() + 86_400_000, Event.getDefaultInstance())
                .join();

        assertThat(new Backup().copy(data, target))
                .extracting(Backup.Copied::log, Backup.Copied::entries)
                .containsExactly(tuple("schedule", 1L), tuple("snapshots", 1L), tuple("events", 200L));
        close();
        new Backup().copy(target, temporary.resolve("restored"));
        open(temporary.resolve("restored"));

        assertThat(entries(events.from(0))).hasSize(200);
        assertThat(events.highestSequence(AGGREGATE)).isEqualTo(199);
        assertThat(snapshots.newest(AGGREGATE, 0, Long.MAX_VALUE)).isNotNull();
        append(1);
        assertThat(entries(events.from(0))).hasSize(201);
    }

    @Test
    void backupOfALogThatIsWrittenHoldsAllThatWasAcknowledgedBefore() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        append(50);
        Thread writer = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                append(1);
            }
        });
        try {
            for (int i = 0; i < 20; i++) {
                long acknowledged = events.lastToken() + 1;
                Path copy = temporary.resolve("copy-" + i);
                new Backup().copy(data, copy);
                try (EventLog copied = EventLog.open(copy.resolve(EventLog.DIRECTORY), SETTINGS)) {
                    assertThat(copied.lastToken() + 1).isGreaterThanOrEqualTo(acknowledged);
                    assertThat(copied.highestSequence(AGGREGATE)).isEqualTo(copied.lastToken());
                }
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }

    @Test
    void whatIsBeingWrittenBehindTheAcknowledgedEndIsNeitherCopiedNorDamage() throws Exception {
        append(20);
        Path growing = segments(data).getLast();
        byte[] bytes = Files.readAllBytes(growing);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        byte[] written = Arrays.copyOf(bytes, end + 100);
        Arrays.fill(written, end, written.length, (byte) 0x55);
        Files.write(growing, written);

        assertThat(new Backup().copy(data, target).getLast().entries()).isEqualTo(20);
        assertThat(verifyEvents().faults()).isEmpty();
    }

    @Test
    void laterBackupCopiesOnlyWhatIsNew() throws Exception {
        append(200);
        Backup.Copied first = new Backup().copy(data, target).getLast();
        append(20);
        Backup.Copied second = new Backup().copy(data, target).getLast();

        assertThat(first.copiedSegments()).isEqualTo(first.segments()).isGreaterThan(5);
        assertThat(second.segments()).isGreaterThan(first.segments());
        assertThat(second.copiedSegments()).isLessThanOrEqualTo(second.segments() - first.segments() + 1);
        assertThat(second.entries()).isEqualTo(220);
        assertThat(new Verification(temporary).verify(target))
                .allSatisfy(log -> assertThat(log.faults()).isEmpty());
    }

    @Test
    void backupIntoThatOfAnotherStoreIsRefused() throws Exception {
        append(200);
        new Backup().copy(data, target);
        Path copied = segments(target).getFirst();
        flip(copied, (int) Files.size(copied) - 1);

        assertThatThrownBy(() -> new Backup().copy(data, target))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no copy of");
    }

    @Test
    void damagedStoreIsNotBackedUp() throws Exception {
        append(200);
        flip(segments(data).get(2), 60);

        assertThatThrownBy(() -> new Backup().copy(data, target))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining(segments(data).get(2).toString());
    }

    @Test
    void directoryThatIsNoStoreIsRefused() {
        assertThatThrownBy(() -> new Backup().copy(temporary.resolve("nothing"), target))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not hold the data of a node");
    }

    @Test
    void soundStoreHasNoFaults() throws Exception {
        append(200);

        Verification.Verified verified = verifyEvents();
        assertThat(verified.faults()).isEmpty();
        assertThat(verified.entries()).isEqualTo(200);
        assertThat(verified.segments()).isEqualTo(segments(data).size());
    }

    @Test
    void everyDamagedPlaceIsNamedAndTheRestIsChecked() throws Exception {
        append(200);
        List<Path> segments = segments(data);
        flip(segments.get(1), 60);
        flip(segments.get(4), 100);
        Files.delete(segments.get(6));

        Verification.Verified verified = verifyEvents();
        assertThat(verified.faultCount()).isEqualTo(3);
        assertThat(verified.faults().get(0)).contains(segments.get(1).toString(), "checksum");
        assertThat(verified.faults().get(1)).contains(segments.get(4).toString(), "checksum");
        assertThat(verified.faults().get(2)).contains(segments.get(7).toString(), "what is before it ends at");
    }

    @Test
    void missingEndIsNoticed() throws Exception {
        append(200);
        close();
        Path last = segments(data).getLast();
        byte[] bytes = Files.readAllBytes(last);
        Files.write(last, Arrays.copyOf(bytes, bytes.length - 5));

        assertThat(verifyEvents().faults())
                .hasSize(2)
                .anySatisfy(fault -> assertThat(fault).contains(last.toString(), "ends inside a record"))
                .anySatisfy(fault -> assertThat(fault).contains("acknowledged entries", "are missing"));
        Files.write(last, bytes);
        open();
    }

    @Test
    void indexThatSaysSomethingElseThanTheEventsIsNoticed() throws Exception {
        append(200);
        close();
        List<Path> segments = segments(data);
        Path index = Path.of(segments.get(1).toString().replace(".log", ".index"));
        flip(index, (int) Files.size(index) - 1);

        assertThat(verifyEvents().faults()).singleElement().asString().contains(index.toString(), "delete this file");
        open();
    }

    @Test
    void gapInAnAggregateIsNoticed() throws Exception {
        close();
        try (SegmentedLog log =
                SegmentedLog.open(data.resolve(EventLog.DIRECTORY), SETTINGS, new AggregateIndex(LogFiles.ON_DISK))) {
            log.append(List.of(event(AGGREGATE, 0), event("other", 0), event(AGGREGATE, 2)))
                    .join();
        }

        assertThat(verifyEvents().faults())
                .containsExactly("Event 2 has sequence number 2 of aggregate aggregate, where 1 is expected.");
        open();
    }

    private Verification.Verified verifyEvents() throws IOException {
        Path scratch = Files.createDirectories(temporary.resolve("scratch"));
        return new Verification(scratch).verify(data).getFirst();
    }

    private void append(int count) {
        try {
            long next = events.highestSequence(AGGREGATE) + 1;
            for (int i = 0; i < count; i++) {
                events.append(List.of(event(AGGREGATE, next + i))).join();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> segments(Path context) throws IOException {
        return files(context.resolve(EventLog.DIRECTORY), Segment.FILE_ENDING);
    }
}
