package io.waybill.axonserver.log;

import static io.waybill.axonserver.log.Samples.event;
import static io.waybill.axonserver.log.Samples.sequences;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {

    @TempDir
    private Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private EventLog log;

    @BeforeEach
    void open() throws IOException {
        log = EventLog.open(directory, new LogSettings(disk, 10_000, Durability.SYNC));
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    @Test
    void exactlyOneOfAThousandRacersAtOneSequenceNumberWins() throws Exception {
        append(event("a", 0));
        // While an fsync hangs the racers queue up, so that most of them meet in one batch.
        disk.holdForces();
        CompletableFuture<Long> other = log.append(List.of(event("b", 0)));
        disk.awaitHeldForce();

        List<CompletableFuture<Long>> racers = new ArrayList<>();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 250; i++) {
                    CompletableFuture<Long> racer = log.append(List.of(event("a", 1)));
                    synchronized (racers) {
                        racers.add(racer);
                    }
                }
            });
        }
        join(threads);
        disk.releaseForces();

        long winners = racers.stream().filter(EventLogTest::succeeds).count();
        assertThat(winners).isEqualTo(1);
        assertThat(other).isCompletedWithValue(1L);
        assertThat(log.lastToken()).isEqualTo(2);
        assertThat(racers)
                .filteredOn(racer -> !succeeds(racer))
                .hasSize(999)
                .allSatisfy(racer -> assertRefused(racer, Reason.SEQUENCE_CONFLICT));
    }

    @Test
    void positionsHaveNoGapHoweverManyWriteAtOnce() throws Exception {
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            String aggregate = "aggregate-" + t;
            threads[t] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 300; i++) {
                    append(event(aggregate, 2L * i), event(aggregate, 2L * i + 1));
                }
            });
        }
        join(threads);

        LogCursor cursor = log.from(0);
        for (long token = 0; token < 4 * 600; token++) {
            assertThat(cursor.next()).isNotNull().extracting(LogEntry::position).isEqualTo(token);
        }
        assertThat(cursor.next()).isNull();
        for (int t = 0; t < threads.length; t++) {
            assertThat(sequences(log.aggregate("aggregate-" + t, 0, Long.MAX_VALUE)))
                    .hasSize(600);
        }
    }

    @Test
    void transactionMustContinueEachOfItsAggregates() throws Exception {
        assertRefused(log.append(List.of(event("a", 1))), Reason.SEQUENCE_CONFLICT);
        assertRefused(log.append(List.of(event("a", 0), event("a", 2))), Reason.SEQUENCE_CONFLICT);
        assertRefused(log.append(List.of(event("a", 0), event("a", 0))), Reason.SEQUENCE_CONFLICT);
        assertRefused(log.append(List.of(event("a", -1))), Reason.SEQUENCE_CONFLICT);

        append(event("a", 0), event("b", 0), event("a", 1));
        assertThat(log.highestSequence("a")).isEqualTo(1);
    }

    @Test
    void refusedTransactionDoesNotReserveASequenceNumber() {
        CompletableFuture<Long> refused = log.append(List.of(event("a", 0), event("b", 9)));
        CompletableFuture<Long> next = log.append(List.of(event("a", 0)));

        assertRefused(refused, Reason.SEQUENCE_CONFLICT);
        assertThat(next).succeedsWithin(5, TimeUnit.SECONDS);
    }

    @Test
    void bytesThatAreNoEventAreRefused() {
        assertRefused(log.append(List.of(new byte[] {(byte) 0xFF, 1, 2})), Reason.INVALID);
    }

    @Test
    void indexIsRebuiltAtStart() throws Exception {
        for (int i = 0; i < 300; i++) {
            append(event("a", i), event("b", i));
        }
        log.close();
        open();

        assertThat(log.highestSequence("a")).isEqualTo(299);
        assertThat(sequences(log.aggregate("b", 290, 293))).containsExactly(290L, 291L, 292L, 293L);
        assertRefused(log.append(List.of(event("a", 299))), Reason.SEQUENCE_CONFLICT);
        append(event("a", 300));
    }

    @Test
    void tokenAtFindsTheFirstEventOfAMomentEvenWhenClocksWentBackwards() throws Exception {
        List<byte[]> many = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            // Steps of ten, but every hundredth event is a little late.
            long timestamp = i % 100 == 99 ? 10L * i - 500 : 10L * i;
            many.add(Event.newBuilder().setTimestamp(timestamp).build().toByteArray());
        }
        log.append(many).join();

        assertThat(log.tokenAt(0)).isZero();
        assertThat(log.tokenAt(15_000)).isEqualTo(1_500);
        assertThat(log.tokenAt(15_001)).isEqualTo(1_501);
        assertThat(log.tokenAt(1_000_000)).isEqualTo(3_000);
    }

    private void append(byte[]... events) {
        log.append(List.of(events)).orTimeout(5, TimeUnit.SECONDS).join();
    }

    private static boolean succeeds(CompletableFuture<Long> append) {
        try {
            append.orTimeout(5, TimeUnit.SECONDS).join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    private static void assertRefused(CompletableFuture<Long> append, Reason reason) {
        assertThatThrownBy(() -> append.orTimeout(5, TimeUnit.SECONDS).join())
                .cause()
                .isInstanceOfSatisfying(
                        AppendRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    private static void join(Thread... threads) {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
