package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Messages.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.waybill.axonserver.conformance.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Clients that write and read without a pause, whatever becomes of the server. */
final class RestartLoad {

    private final List<Writer> writers;
    private final Reader reader;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    RestartLoad(List<Writer> writers, Reader reader) {
        this.writers = writers;
        this.reader = reader;
        writers.forEach(writer -> start(() -> {
            while (!stopped) {
                writer.writeOne();
            }
        }));
        start(() -> {
            while (!stopped || reader.seen.size() < stored()) {
                reader.readSome();
            }
        });
    }

    private void start(Work work) {
        threads.add(Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private long stored() {
        return writers.stream().mapToLong(Writer::acknowledged).sum();
    }

    /** Waits until each writer has so many more events acknowledged, and the reader has seen as many. */
    void awaitProgress(int events) {
        List<Long> before = writers.stream().map(Writer::acknowledged).toList();
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
            for (int i = 0; i < writers.size(); i++) {
                if (writers.get(i).acknowledged() < before.get(i) + events) {
                    return false;
                }
            }
            return true;
        });
        long stored = stored();
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> reader.seen.size() >= stored);
    }

    /** Ends the load; the reader first sees what was written. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(Clients.PATIENCE_SECONDS));
            thread.interrupt();
        }
    }

    /** Appends the events of one aggregate, one after the other, and finds out what became of each. */
    static final class Writer {

        private final AxonServerConnection connection;
        private final String aggregateId;
        private volatile long acknowledged;

        Writer(AxonServerConnection connection, String aggregateId) {
            this.connection = connection;
            this.aggregateId = aggregateId;
        }

        /** How many events are stored. */
        long acknowledged() {
            return acknowledged;
        }

        private void writeOne() throws InterruptedException {
            long sequence = acknowledged;
            try {
                connection
                        .eventChannel()
                        .appendEvents(event(aggregateId, sequence))
                        .get(5, TimeUnit.SECONDS);
                acknowledged = sequence + 1;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                // The answer is lost; the event may be stored or not, which only the store can tell.
                if (highestSequence() == sequence) {
                    acknowledged = sequence + 1;
                }
            }
        }

        private long highestSequence() throws InterruptedException {
            while (true) {
                try {
                    return connection
                            .eventChannel()
                            .findHighestSequence(aggregateId)
                            .get(5, TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException | RuntimeException e) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** Follows all events and goes on after the last one it has, as an event processor does. */
    static final class Reader {

        private final AxonServerConnection connection;
        private final List<EventWithToken> seen = new CopyOnWriteArrayList<>();

        Reader(AxonServerConnection connection) {
            this.connection = connection;
        }

        private void readSome() throws InterruptedException {
            long token = seen.isEmpty() ? -1 : seen.getLast().getToken();
            try (EventStream stream = connection.eventChannel().openStream(token, 64)) {
                EventWithToken next = stream.nextIfAvailable(200, TimeUnit.MILLISECONDS);
                while (next != null) {
                    seen.add(next);
                    next = stream.nextIfAvailable(200, TimeUnit.MILLISECONDS);
                }
            } catch (RuntimeException e) {
                // The server is away; the next attempt goes on from the same place.
                Thread.onSpinWait();
            }
        }

        void assertSawAll(List<Writer> writers) {
            Map<String, Long> next = new HashMap<>();
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i).getToken()).isEqualTo(i);
                Event event = seen.get(i).getEvent();
                long sequence = event.getAggregateSequenceNumber();
                assertThat(sequence).isEqualTo(next.getOrDefault(event.getAggregateIdentifier(), 0L));
                next.put(event.getAggregateIdentifier(), sequence + 1);
            }
            writers.forEach(writer -> assertThat(next).containsEntry(writer.aggregateId, writer.acknowledged));
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }
}
