package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.mongo.Databases;
import io.waybill.orderview.audit.EventSource.EventsUnreadable;
import io.waybill.orderview.audit.EventSource.Hashed;
import io.waybill.orderview.audit.EventSource.Reading;
import io.waybill.orderview.audit.Verdict.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bundled event store node, and somebody who edits its files. */
class RealNodeTest {

    private static final int EVENTS = AuditChainTest.EVENTS;
    private static final int TRANSACTION_EVENTS = 20;
    private static final int EDITED = 333;
    private static final int RECORD_HEADER_BYTES = 20;
    private static final int CRC_BYTES = 4;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Databases databases;

    @SuppressWarnings("NullAway.Init")
    private ChainStore store;

    @SuppressWarnings("NullAway.Init")
    private AuditKey key;

    @BeforeEach
    void storeAndRecordAll() throws Exception {
        databases = new Databases("", folder);
        store = new ChainStore(databases.open("order_query"));
        key = AuditKey.in(folder.resolve("audit.key"));
        onTheNode(connection -> {
            append(connection.eventChannel(), all());
            var keeper = new ChainKeeper(
                    new AxonServerEvents(() -> connection), store, key, Duration.ofMillis(10), Clock.systemUTC());
            keeper.start();
            await().untilAsserted(() -> assertThat(keeper.state().head())
                    .extracting(ChainHead::position)
                    .isEqualTo(EVENTS - 1L));
            keeper.stop();
        });
    }

    @AfterEach
    void close() {
        databases.close();
    }

    private interface Use {
        void of(AxonServerConnection connection) throws Exception;
    }

    private static List<Event> all() {
        return IntStream.range(0, EVENTS)
                .mapToObj(FakeEvents::event)
                .map(RealNodeTest::alone)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** In an aggregate of its own, so that a node takes it wherever it is put. */
    private static Event alone(Event event) {
        return event.toBuilder()
                .setAggregateIdentifier("of " + event.getMessageIdentifier())
                .setAggregateSequenceNumber(0)
                .build();
    }

    private static void append(EventChannel channel, List<Event> events) throws Exception {
        for (int first = 0; first < events.size(); first += TRANSACTION_EVENTS) {
            Event[] transaction = events.subList(first, Math.min(events.size(), first + TRANSACTION_EVENTS))
                    .toArray(Event[]::new);
            channel.appendEvents(transaction).get(10, TimeUnit.SECONDS);
        }
    }

    private void onTheNode(Use use) throws Exception {
        onTheNode("node", use);
    }

    private void onTheNode(String data, Use use) throws Exception {
        try (var node = AxonServerNode.start(
                AxonServerOptions.stored(folder.resolve(data)).withPorts(0, 0))) {
            var connections = AxonServerConnectionFactory.forClient("audit-test")
                    .routingServers(new ServerAddress("127.0.0.1", node.port()))
                    .build();
            try {
                use.of(connections.connect("default"));
            } finally {
                connections.shutdown();
            }
        }
    }

    private Verdict verify(AxonServerConnection connection) throws InterruptedException {
        return new Verification(new AxonServerEvents(() -> connection), store, key.open())
                .run(0, Long.MAX_VALUE, position -> true);
    }

    @Test
    void givesTheHashesOfAllEventsThoughFewMayBeOnTheirWayAtATime() throws Exception {
        List<Event> events = all();
        var hash = new EventHash();
        onTheNode(connection -> {
            try (Reading<Hashed> hashes = new AxonServerEvents(() -> connection).hashesFrom(3, 8)) {
                for (int position = 3; position < EVENTS; position++) {
                    Hashed next = Objects.requireNonNull(hashes.next(Duration.ofSeconds(10)));
                    assertThat(next.position()).isEqualTo(position);
                    assertThat(next.hash()).isEqualTo(hash.of(events.get(position)));
                }
                assertThat(hashes.next(Duration.ofMillis(50))).isNull();
            }
        });
    }

    @Test
    void saysThatThereAreNoMoreHashesOnceTheNodeIsGone() throws Exception {
        AtomicReference<Reading<Hashed>> open = new AtomicReference<>();
        onTheNode(connection -> open.set(new AxonServerEvents(() -> connection).hashesFrom(0, 1)));

        Reading<Hashed> hashes = open.get();
        assertThatExceptionOfType(EventsUnreadable.class).isThrownBy(() -> {
            for (int i = 0; i < EVENTS; i++) {
                assertThat(hashes.next(Duration.ofSeconds(10))).isNotNull();
            }
        });
    }

    @Test
    void isAsItWasRecordedAfterARestart() throws Exception {
        onTheNode(connection -> assertThat(verify(connection).finding()).isEqualTo(Finding.VALID));
    }

    static Stream<Arguments> tamperings() {
        return AuditChainTest.tamperings()
                .filter(each -> Set.of("edit one", "delete one", "insert one", "swap two far apart", "cut the tail off")
                        .contains((String) each.get()[0]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tamperings")
    void whoeverPutsAnotherStoreInItsPlaceIsFound(
            String name, Finding finding, long position, Consumer<List<Event>> tampering) throws Exception {
        List<Event> events = all();
        tampering.accept(events);
        onTheNode(
                "another",
                connection -> append(
                        connection.eventChannel(),
                        events.stream().map(RealNodeTest::alone).toList()));

        onTheNode("another", connection -> {
            Verdict verdict = verify(connection);
            assertThat(verdict.finding()).isEqualTo(finding);
            assertThat(verdict.position()).isEqualTo(position);
        });
    }

    @Test
    void whoeverEditsAnEventAndMendsTheChecksumIsFound() throws Exception {
        edit(true);

        onTheNode(connection -> {
            Verdict verdict = verify(connection);
            assertThat(verdict.finding()).isEqualTo(Finding.DAMAGED);
            assertThat(verdict.position()).isEqualTo(EDITED);
        });
    }

    @Test
    void theNodeItselfRefusesWhatDoesNotFitItsChecksum() throws Exception {
        edit(false);

        assertThatThrownBy(() -> onTheNode(this::verify)).hasMessageContaining("checksum");
    }

    /** Changes one letter of one event in the node's file. */
    private void edit(boolean mendTheChecksum) throws IOException {
        Path file = segment();
        byte[] bytes = Files.readAllBytes(file);
        byte[] wanted = ("message-" + EDITED).getBytes(US_ASCII);
        int at = indexOf(bytes, wanted);
        int record = recordAround(bytes, at);
        bytes[at] = 'M';
        if (mendTheChecksum) {
            int length = ByteBuffer.wrap(bytes).getInt(record + CRC_BYTES);
            ByteBuffer.wrap(bytes).putInt(record, checksum(bytes, record, length));
        }
        Files.write(file, bytes);
    }

    private Path segment() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("node"))) {
            List<Path> holding = files.filter(Files::isRegularFile)
                    .filter(RealNodeTest::holdsTheEvent)
                    .toList();
            assertThat(holding).hasSize(1);
            return holding.getFirst();
        }
    }

    private static boolean holdsTheEvent(Path file) {
        try {
            return indexOf(Files.readAllBytes(file), ("message-" + EDITED).getBytes(US_ASCII)) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int recordAround(byte[] bytes, int at) {
        for (int record = at; record >= 0; record--) {
            int length = ByteBuffer.wrap(bytes).getInt(record + CRC_BYTES);
            boolean fits = length > 0 && length <= bytes.length - record - RECORD_HEADER_BYTES;
            if (fits && ByteBuffer.wrap(bytes).getInt(record) == checksum(bytes, record, length)) {
                return record;
            }
        }
        throw new AssertionError("no record with this event");
    }

    private static int checksum(byte[] bytes, int record, int length) {
        var crc = new CRC32C();
        crc.update(bytes, record + CRC_BYTES, RECORD_HEADER_BYTES - CRC_BYTES + length);
        return (int) crc.getValue();
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i <= bytes.length - wanted.length; i++) {
            int j = 0;
            while (j < wanted.length && bytes[i + j] == wanted[j]) {
                j++;
            }
            if (j == wanted.length) {
                return i;
            }
        }
        return -1;
    }
}
