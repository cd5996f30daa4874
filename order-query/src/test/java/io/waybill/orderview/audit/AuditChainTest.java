package io.waybill.orderview.audit;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.mongodb.client.MongoDatabase;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.chassis.mongo.Databases;
import io.waybill.orderview.audit.Verdict.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AuditChainTest {

    /** Two full chunks and the beginning of a third. */
    static final int EVENTS = 1_200;

    private static final Duration WRITE_INTERVAL = Duration.ofMillis(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static MongoDatabase database;

    @SuppressWarnings("NullAway.Init")
    private static AuditKey key;

    private final FakeEvents events = FakeEvents.of(EVENTS);
    private final ChainStore store = new ChainStore(database);
    private final List<ChainKeeper> keepers = new ArrayList<>();

    @BeforeAll
    static void open() {
        databases = new Databases("", folder);
        database = databases.open("order_query");
        key = AuditKey.in(folder.resolve("keys/audit-ed25519.key"));
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    @BeforeEach
    void recordAll() {
        database.getCollection("auditChain").deleteMany(new Document());
        database.getCollection("auditChunks").deleteMany(new Document());
        awaitHead(keeper(), EVENTS - 1);
        stopKeepers();
    }

    @AfterEach
    void stopKeepers() {
        keepers.forEach(ChainKeeper::stop);
        keepers.clear();
    }

    private ChainKeeper keeper() {
        var keeper = new ChainKeeper(events, store, key, WRITE_INTERVAL, Clock.systemUTC());
        keepers.add(keeper);
        keeper.start();
        return keeper;
    }

    private static void awaitHead(ChainKeeper keeper, long position) {
        await().untilAsserted(() -> assertThat(keeper.state().head())
                .extracting(ChainHead::position)
                .isEqualTo(position));
    }

    private static void awaitProblem(ChainKeeper keeper, String problem) {
        await().untilAsserted(() -> assertThat(keeper.state().problem()).contains(problem));
    }

    private Verdict verify() throws InterruptedException {
        return verify(0, Long.MAX_VALUE);
    }

    private Verdict verify(long from, long to) throws InterruptedException {
        return new Verification(events, store, key.open()).run(from, to, position -> true);
    }

    @Test
    void aStoreThatNobodyTouchedIsValid() throws InterruptedException {
        assertThat(verify()).isEqualTo(Verdict.valid("The events from 0 to 1199 are as they were recorded."));
        assertThat(verify(700, 800)).isEqualTo(Verdict.valid("The events from 500 to 999 are as they were recorded."));
        assertThat(verify(1_000_000, Long.MAX_VALUE).finding()).isEqualTo(Finding.RECORD_MISSING);
    }

    static Stream<Arguments> tamperings() {
        return Stream.of(
                tampering("edit the first", Finding.DAMAGED, 0, all -> edit(all, 0)),
                tampering("edit one", Finding.DAMAGED, 620, all -> edit(all, 620)),
                tampering("edit the last", Finding.DAMAGED, 1_199, all -> edit(all, 1_199)),
                tampering("delete the first", Finding.MISSING, 0, all -> all.remove(0)),
                tampering("delete one", Finding.MISSING, 499, all -> all.remove(499)),
                tampering(
                        "delete many",
                        Finding.MISSING,
                        3,
                        all -> all.subList(3, 1_100).clear()),
                tampering("insert at the beginning", Finding.INSERTED, 0, all -> all.add(0, FakeEvents.event(9_000))),
                tampering("insert one", Finding.INSERTED, 500, all -> all.add(500, FakeEvents.event(9_000))),
                tampering("insert many", Finding.INSERTED, 7, all -> all.addAll(7, others(2_000))),
                tampering("swap two neighbours", Finding.REORDERED, 10, all -> Collections.swap(all, 10, 11)),
                tampering("swap two far apart", Finding.REORDERED, 10, all -> Collections.swap(all, 10, 1_190)),
                tampering("move one forward", Finding.REORDERED, 40, all -> all.add(40, all.remove(90))),
                tampering("cut the last off", Finding.CUT, 1_199, all -> all.remove(1_199)),
                tampering(
                        "cut the tail off",
                        Finding.CUT,
                        300,
                        all -> all.subList(300, EVENTS).clear()),
                tampering("empty it", Finding.CUT, 0, List::clear));
    }

    private static Arguments tampering(String name, Finding finding, long position, Consumer<List<Event>> how) {
        return arguments(name, finding, position, how);
    }

    private static void edit(List<Event> all, int position) {
        Event event = all.get(position);
        String json = event.getPayload().getData().toStringUtf8().replace("order-", "0rder-");
        all.set(
                position,
                event.toBuilder()
                        .setPayload(event.getPayload().toBuilder().setData(ByteString.copyFromUtf8(json)))
                        .build());
    }

    private static List<Event> others(int count) {
        return Stream.iterate(10_000, number -> number + 1)
                .limit(count)
                .map(FakeEvents::event)
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tamperings")
    void namesTheFirstEventThatIsNotAsItWas(
            String name, Finding finding, long position, Consumer<List<Event>> tampering) throws InterruptedException {
        tampering.accept(events.stored);

        Verdict verdict = verify();

        assertThat(verdict.finding()).isEqualTo(finding);
        assertThat(verdict.position()).isEqualTo(position);
    }

    @Test
    void aPartThatNobodyTouchedIsValid() throws InterruptedException {
        edit(events.stored, 620);

        assertThat(verify(0, 499).finding()).isEqualTo(Finding.VALID);
        assertThat(verify(0, 500).finding()).isEqualTo(Finding.DAMAGED);
        assertThat(verify(1_000, Long.MAX_VALUE).finding()).isEqualTo(Finding.VALID);
    }

    @Test
    void whoeverChangesTheRecordTooIsFoundByTheSignature() throws InterruptedException {
        edit(events.stored, 620);
        Chunk chunk = store.chunk(1).orElseThrow();
        byte[] hashes = chunk.hashes().clone();
        System.arraycopy(new EventHash().of(events.stored.get(620)), 0, hashes, 120 * EventHash.BYTES, EventHash.BYTES);
        database.getCollection("auditChunks").updateOne(eq("_id", 1L), set("hashes", new Binary(hashes)));

        Verdict verdict = verify();

        assertThat(verdict.finding()).isEqualTo(Finding.RECORD_CHANGED);
        assertThat(verdict.position()).isEqualTo(500);
    }

    @Test
    void aHeadThatAnotherKeySignedIsNone() throws InterruptedException {
        AuditKey other = AuditKey.in(folder.resolve("other/audit.key"));
        Chunk chunk = store.chunk(1).orElseThrow();
        ChainHead head = chunk.head();
        ChainHead signed = other.sign(head.origin(), head.position(), head.chain(), head.at());
        database.getCollection("auditChunks")
                .updateOne(eq("_id", 1L), set("head.signature", new Binary(signed.signature())));

        Verdict verdict = verify();

        assertThat(verdict.finding()).isEqualTo(Finding.HEAD_FORGED);
        assertThat(verdict.position()).isEqualTo(999);
    }

    @Test
    void aRecordThatIsGoneIsMissed() throws InterruptedException {
        database.getCollection("auditChunks").deleteOne(eq("_id", 1L));

        Verdict verdict = verify();

        assertThat(verdict.finding()).isEqualTo(Finding.RECORD_MISSING);
        assertThat(verdict.position()).isEqualTo(500);
    }

    @Test
    void theKeeperGoesOnWhereItWas() throws InterruptedException {
        ChainKeeper keeper = keeper();
        events.append(3);
        awaitHead(keeper, EVENTS + 2);

        assertThat(verify()).isEqualTo(Verdict.valid("The events from 0 to 1202 are as they were recorded."));
        assertThat(keeper.state().problem()).isNull();
    }

    @Test
    void twoKeepersKeepOneChain() throws InterruptedException {
        ChainKeeper first = keeper();
        ChainKeeper second = keeper();
        events.append(700);
        await().untilAsserted(() -> assertThat(Stream.of(first, second)
                        .map(ChainKeeper::state)
                        .map(ChainKeeper.State::head)
                        .filter(Objects::nonNull)
                        .mapToLong(ChainHead::position)
                        .max())
                .hasValue(EVENTS + 699));

        assertThat(verify()).isEqualTo(Verdict.valid("The events from 0 to 1899 are as they were recorded."));
    }

    @Test
    void theKeeperRecordsNothingAnew() {
        edit(events.stored, EVENTS - 1);
        events.append(1);

        awaitProblem(keeper(), "The event at position 1199 is not the one that was recorded");
        assertThat(store.last().orElseThrow().head().position()).isEqualTo(EVENTS - 1);
    }

    @Test
    void theKeeperSeesThatTheTailIsCutOff() {
        events.stored.subList(300, EVENTS).clear();

        awaitProblem(keeper(), "ends at position 299, but events up to 1199 were recorded");
    }

    @Test
    void theKeeperSeesThatTheEndOfTheChainIsCutOff() {
        database.getCollection("auditChunks").deleteMany(gte("_id", 2L));

        awaitProblem(keeper(), "The end of the audit chain is gone");
    }

    @Test
    void aChainThatWasLostBeginsAnewAndSaysSo() {
        ChainOrigin before = store.origin().orElseThrow();
        database.getCollection("auditChain").deleteMany(new Document());
        database.getCollection("auditChunks").deleteMany(new Document());
        ChainKeeper keeper = keeper();
        awaitHead(keeper, EVENTS - 1);

        ChainHead head = Objects.requireNonNull(keeper.state().head());
        assertThat(head.origin().adopted()).isEqualTo(EVENTS - 1);
        assertThat(head.origin().chainId()).isNotEqualTo(before.chainId());
        assertThat(head.origin().begunAt()).isAfterOrEqualTo(before.begunAt());
    }

    @Test
    void theKeyStaysTheSameAndIsNobodyElsesToRead() throws Exception {
        Path file = folder.resolve("keys/audit-ed25519.key");

        assertThat(AuditKey.in(file).open().id()).isEqualTo(key.open().id());
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(folder.resolve("keys/audit-ed25519.pub"))
                .hasContent(key.open().pem().strip());
    }

    @Test
    void aFileThatIsNoKeyIsRefused(@TempDir Path other) throws Exception {
        Path file = Files.writeString(other.resolve("audit.key"), "secret");

        assertThatThrownBy(() -> AuditKey.in(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("waybill.audit.key-file is " + file);
    }
}
