package io.waybill.axonserver.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random histories of appends, power cuts and restarts on a disk that keeps of unforced writes whatever it likes. */
class PowerCutTest {

    private static final int HISTORIES = 150;
    private static final int CUTS_PER_HISTORY = 4;
    private static final int AGGREGATES = 5;

    @TempDir
    private Path directory;

    private PowerCutDisk disk = new PowerCutDisk();

    /** What was appended and may be in the log, by the message identifier of its events. */
    private final Map<String, Transaction> transactions = new HashMap<>();

    @ParameterizedTest
    @EnumSource(Durability.class)
    void logIsWholeAfterAnyPowerCutAndHoldsWhatWasAcknowledgedAsDurable(Durability durability) throws Exception {
        for (long seed = 0; seed < HISTORIES; seed++) {
            try {
                disk = new PowerCutDisk();
                transactions.clear();
                runHistory(new Random(seed), new LogSettings(disk, 3_000, durability));
            } catch (AssertionError | IOException | RuntimeException e) {
                throw new AssertionError("Seed " + seed + " with " + durability, e);
            }
        }
    }

    private void runHistory(Random random, LogSettings settings) throws IOException {
        for (int cut = 0; cut < CUTS_PER_HISTORY; cut++) {
            EventLog log = EventLog.open(directory, settings);
            appendUntilThePowerIsCut(log, random, check(log));
            log.close();
            if (settings.durability() == Durability.RELAXED_1S) {
                // An acknowledgement promises nothing here; what was there at a start is durable all the same.
                transactions.values().forEach(transaction -> transaction.acknowledged = transaction.seen);
            }
            disk.restorePower(random);
        }
        try (EventLog log = EventLog.open(directory, settings)) {
            check(log);
        }
    }

    private void appendUntilThePowerIsCut(EventLog log, Random random, Map<String, Long> nextSequences) {
        int before = random.nextInt(30);
        List<Transaction> submitted = new ArrayList<>();
        for (int i = 0; i < before + 5; i++) {
            if (i == before) {
                disk.cutPower();
            }
            Transaction transaction = new Transaction(log, random, nextSequences);
            transactions.put(transaction.id, transaction);
            submitted.add(transaction);
            if (random.nextInt(4) == 0) {
                transaction.await();
            }
        }
        submitted.forEach(Transaction::await);
    }

    /** Reads the whole log and compares it with what was appended; returns the sequence each aggregate expects next. */
    private Map<String, Long> check(EventLog log) throws IOException {
        Map<String, Long> nextSequences = new HashMap<>();
        Map<String, Integer> found = new HashMap<>();
        LogCursor cursor = log.from(0);
        long position = 0;
        for (LogEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
            Event event = Event.parseFrom(entry.toByteArray());
            assertThat(entry.position()).isEqualTo(position++);
            assertThat(event.getAggregateSequenceNumber())
                    .isEqualTo(nextSequences.getOrDefault(event.getAggregateIdentifier(), 0L));
            nextSequences.put(event.getAggregateIdentifier(), event.getAggregateSequenceNumber() + 1);
            found.merge(event.getMessageIdentifier(), 1, Integer::sum);
        }
        assertThat(log.lastToken()).isEqualTo(position - 1);
        for (Transaction transaction : transactions.values()) {
            int events = found.getOrDefault(transaction.id, 0);
            assertThat(events).as("all of a transaction or nothing").isIn(0, transaction.events);
            if (transaction.acknowledged) {
                assertThat(events).as("what was acknowledged is there").isEqualTo(transaction.events);
            }
        }
        assertThat(transactions.keySet())
                .as("nothing comes back that was gone at an earlier start")
                .containsAll(found.keySet());
        // What is there now is served, so it has to be there after the next cut too; the rest must stay away.
        transactions.keySet().retainAll(found.keySet());
        for (Transaction transaction : transactions.values()) {
            transaction.acknowledged = true;
            transaction.seen = true;
        }
        for (Map.Entry<String, Long> next : nextSequences.entrySet()) {
            assertThat(log.highestSequence(next.getKey())).isEqualTo(next.getValue() - 1);
        }
        return nextSequences;
    }

    private static final class Transaction {

        private final String id;
        private final int events;
        private final CompletableFuture<Long> outcome;
        private boolean acknowledged;
        private boolean seen;

        Transaction(EventLog log, Random random, Map<String, Long> nextSequences) {
            id = Long.toHexString(random.nextLong());
            events = 1 + random.nextInt(4);
            List<byte[]> batch = new ArrayList<>();
            for (int i = 0; i < events; i++) {
                String aggregate = "aggregate-" + random.nextInt(AGGREGATES);
                long sequence = nextSequences.getOrDefault(aggregate, 0L);
                nextSequences.put(aggregate, sequence + 1);
                batch.add(Event.newBuilder()
                        .setMessageIdentifier(id)
                        .setAggregateIdentifier(aggregate)
                        .setAggregateType("Thing")
                        .setAggregateSequenceNumber(sequence)
                        .setTimestamp(random.nextInt(1_000_000))
                        .build()
                        .toByteArray());
            }
            outcome = log.append(batch);
        }

        void await() {
            acknowledged = outcome.handle((position, fault) -> fault == null).join();
        }
    }
}
