package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.mod;
import static com.mongodb.client.model.Filters.not;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.WriteConcern;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStore.TxCounter;
import org.h2.mvstore.type.ObjectDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedMongoTest {

    private static final int WRITERS = 4;
    private static final int DROPS = 100;
    private static final int PAIRS = 50;
    private static final int CHANGES = 60;
    private static final int COPY_EVERY = 4;
    private static final int BUNDLE = 20;
    private static final int SCATTERED = 3_000;
    private static final int LISTED = 150;
    private static final int SEED = 46;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    /** A file copied while it is open is what a process that is killed leaves behind. */
    @Test
    void keepsWhatItAcknowledgedWhenItIsKilled() throws Exception {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        try (var databases = new Databases("", folder)) {
            var notes = databases.open("notes").getCollection("notes");
            notes.insertOne(new Document("_id", 1).append("text", "first"));
            notes.updateOne(eq(1), new Document("$set", new Document("text", "second")));

            Files.copy(folder.resolve("notes.mv"), killed.resolve("notes.mv"));
        }

        try (var databases = new Databases("", killed)) {
            assertThat(databases
                            .open("notes")
                            .getCollection("notes")
                            .find(eq(1))
                            .first())
                    .containsEntry("text", "second");
        }
    }

    /** Neither before what was acknowledged earlier, nor much later, nor on its own. */
    @Test
    void keepsWhatNeedNotBeJournaledWithWhatIsOrSoon() throws Exception {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        try (var server = new EmbeddedMongo(store, 0, Duration.ofDays(1), cause -> {});
                MongoClient client = MongoClients.create(server.uri())) {
            var notes = client.getDatabase("notes").getCollection("notes").withWriteConcern(WriteConcern.JOURNALED);
            var madeOfEvents = notes.withWriteConcern(Databases.MADE_OF_EVENTS);
            notes.insertOne(new Document("_id", -1));
            long commitsBefore = store.getCurrentVersion();
            IntStream.range(0, CHANGES).forEach(i -> madeOfEvents.insertOne(new Document("_id", i)));
            assertThat(store.getCurrentVersion() - commitsBefore).isLessThan(CHANGES);

            notes.insertOne(new Document("_id", CHANGES));
            assertThat(countIn(copyTo(killed))).isEqualTo(CHANGES + 2);

            madeOfEvents.insertOne(new Document("_id", CHANGES + 1));
            await().untilAsserted(() -> assertThat(countIn(copyTo(killed))).isEqualTo(CHANGES + 3));
        }
    }

    private Path copyTo(Path killed) throws IOException {
        Files.copy(folder.resolve("notes.mv"), killed.resolve("notes.mv"), StandardCopyOption.REPLACE_EXISTING);
        return killed;
    }

    private static long countIn(Path killed) {
        try (var databases = new Databases("", killed)) {
            return databases.open("notes").getCollection("notes").countDocuments();
        }
    }

    @Test
    void goesOnAfterItWasDroppedUnderThoseWhoWrite() throws Exception {
        try (var databases = new Databases("", folder);
                var writers = Executors.newFixedThreadPool(WRITERS)) {
            var notes = databases.open("notes");
            var dropped = new AtomicBoolean();
            var written = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> writers.submit(() -> {
                        var collection = notes.getCollection("notes-" + writer);
                        for (int i = 0; !dropped.get(); i++) {
                            collection.replaceOne(
                                    eq(i), new Document("text", "note"), new ReplaceOptions().upsert(true));
                            collection.find(eq(i)).first();
                        }
                        return writer;
                    }))
                    .toList();
            for (int i = 0; i < DROPS; i++) {
                notes.drop();
            }
            dropped.set(true);

            for (var each : written) {
                assertThat(each.get()).isNotNegative();
            }
        }
    }

    @Test
    void findsByIdWhatIsAskedForByMore() {
        try (var databases = new Databases("", folder)) {
            var notes = databases.open("notes").getCollection("notes");
            notes.insertMany(IntStream.range(0, 10)
                    .mapToObj(i -> new Document("_id", "note-" + i).append("version", i))
                    .toList());

            assertThat(notes.updateOne(and(eq("note-7"), lte("version", 7)), inc("version", 1))
                            .getMatchedCount())
                    .isEqualTo(1);
            assertThat(notes.updateOne(and(eq("note-7"), lt("version", 8)), inc("version", 1))
                            .getMatchedCount())
                    .isZero();
            assertThat(notes.find(and(in("_id", "note-6", "note-7", "none"), gt("version", 7)))
                            .first())
                    .containsEntry("_id", "note-7");
        }
    }

    @Test
    void findsByAnIndexWhateverBecameOfTheDocumentsAndTheStore() {
        Bson ofAda = and(eq("customer", "ada"), gt("total", 1));
        try (var databases = new Databases("", folder)) {
            var orders = databases.open("orders").getCollection("orders");
            orders.insertMany(IntStream.range(0, 6)
                    .mapToObj(i -> new Document("_id", "order-" + i)
                            .append("customer", i % 2 == 0 ? "ada" : "eve")
                            .append("total", i))
                    .toList());
            orders.createIndex(Indexes.compoundIndex(Indexes.ascending("customer"), Indexes.descending("total")));
            assertThat(ids(orders.find(ofAda))).containsExactly("order-2", "order-4");

            orders.updateOne(eq("order-3"), set("customer", "ada"));
            orders.deleteOne(eq("order-2"));
            assertThat(ids(orders.find(ofAda))).containsExactly("order-3", "order-4");
        }
        try (var databases = new Databases("", folder)) {
            var orders = databases.open("orders").getCollection("orders");
            assertThat(ids(orders.find(ofAda))).containsExactly("order-3", "order-4");

            orders.drop();
            orders.insertOne(
                    new Document("_id", "order-9").append("customer", "ada").append("total", 9));
            orders.createIndex(Indexes.compoundIndex(Indexes.ascending("customer"), Indexes.descending("total")));
            assertThat(ids(orders.find(ofAda))).containsExactly("order-9");
        }
    }

    @Test
    void findsByAnIndexWhatIsDue() {
        Instant now = Instant.parse("2026-11-29T12:00:00Z");
        Bson isDue = and(lte("dueAt", Date.from(now)), lt("attempts", 3));
        try (var databases = new Databases("", folder)) {
            var work = databases.open("work").getCollection("work");
            for (int hours = -3; hours <= 3; hours++) {
                work.insertOne(new Document("_id", "in " + hours)
                        .append("dueAt", Date.from(now.plus(Duration.ofHours(hours))))
                        .append("attempts", -hours));
            }
            work.insertOne(new Document("_id", "before 1970")
                    .append("dueAt", Date.from(Instant.EPOCH.minusMillis(1)))
                    .append("attempts", 0));
            work.insertOne(new Document("_id", "at no time").append("attempts", 0));
            work.createIndex(Indexes.ascending("dueAt"));

            assertThat(ids(work.find(isDue))).containsExactlyInAnyOrder("before 1970", "in -2", "in -1", "in 0");
            work.updateOne(eq("in -1"), set("dueAt", Date.from(now.plusMillis(1))));
            work.updateOne(eq("in 2"), set("dueAt", Date.from(now)));
            work.deleteOne(eq("in -2"));
            assertThat(ids(work.find(isDue))).containsExactlyInAnyOrder("before 1970", "in 0", "in 2");

            work.insertOne(new Document("_id", "in steps")
                    .append("steps", List.of(new Document("at", Date.from(now)), new Document("at", "later"))));
            work.createIndex(Indexes.ascending("steps.at"));
            assertThat(ids(work.find(lte("steps.at", Date.from(now))))).containsExactly("in steps");
        }
    }

    /** Without an index the library reads all of them, and sorts. */
    @Test
    void givesTheListsThatItHasIndexesForAsWithoutThem() {
        var random = new Random(SEED);
        try (var databases = new Databases("", folder)) {
            var database = databases.open("orders");
            var sorted = database.getCollection("sorted");
            var indexed = database.getCollection("indexed");
            indexed.createIndex(
                    Indexes.compoundIndex(Indexes.ascending("customer"), Indexes.descending("at", "number")));
            indexed.createIndex(Indexes.descending("at", "number"));
            indexed.createIndex(Indexes.ascending("number"));
            for (int i = 0; i < LISTED; i++) {
                var order = order(i, random);
                sorted.insertOne(new Document(order));
                indexed.insertOne(new Document(order));
            }
            for (int i = 0; i < LISTED; i += 3) {
                var changed = order(i, random);
                for (var each : List.of(sorted, indexed)) {
                    each.replaceOne(eq(changed.get("_id")), new Document(changed));
                    each.deleteOne(eq("order-" + (i + 1)));
                }
            }

            for (int i = 0; i < LISTED; i++) {
                Bson filter = listed(random);
                List<Bson> orders = List.of(
                        Sorts.ascending("at", "number"),
                        Sorts.descending("at", "number"),
                        Sorts.orderBy(Sorts.ascending("at"), Sorts.descending("number")),
                        Sorts.ascending("number"),
                        Sorts.descending("number"));
                int limit = random.nextInt(1, 12);
                int skip = random.nextInt(2);
                for (Bson each : orders) {
                    assertThat(ids(indexed.find(filter).sort(each).skip(skip).limit(limit)))
                            .as("%s %s", filter, each)
                            .isEqualTo(ids(
                                    sorted.find(filter).sort(each).skip(skip).limit(limit)));
                }
            }
        }
    }

    /** The numbers differ, so that there is one order only. */
    private static Document order(int number, Random random) {
        var order = new Document("_id", "order-" + number).append("number", number % 2 == 0 ? -number : number / 2.0);
        if (random.nextInt(10) > 0) {
            order.append("customer", random.nextBoolean() ? "ada" : "ada lovelace");
        }
        return order.append("at", Date.from(Instant.EPOCH.plusSeconds(random.nextInt(-5, 5))));
    }

    private static Bson listed(Random random) {
        List<Bson> conditions = new ArrayList<>(List.of(exists("at")));
        if (random.nextBoolean()) {
            conditions.add(eq("customer", random.nextBoolean() ? "ada" : "ada lovelace"));
        }
        Instant from = Instant.EPOCH.plusSeconds(random.nextInt(-5, 5));
        var at = Date.from(from);
        int number = random.nextInt(-LISTED, LISTED);
        switch (random.nextInt(7)) {
            case 0 -> conditions.add(and(gte("at", at), lt("at", Date.from(from.plusSeconds(3)))));
            case 1 -> conditions.add(lte("at", at));
            case 2 -> conditions.add(or(lt("at", at), and(eq("at", at), lt("number", number))));
            case 3 -> conditions.add(gt("number", number));
            case 4 -> conditions.add(lt("number", number));
            case 5 -> conditions.add(eq("customer", null));
            default -> {}
        }
        return and(conditions);
    }

    /** As the library keeps them by itself, which is what we did before. */
    @Test
    void readsAndGoesOnWithAStoreOfAnEarlierRelease() {
        var earlier = new MongoServer(new H2Backend(folder.resolve("orders.mv").toString()));
        String uri = earlier.bindAndGetConnectionString();
        try (MongoClient client = MongoClients.create(uri)) {
            var orders = client.getDatabase("orders").getCollection("orders");
            orders.insertMany(IntStream.range(0, 200)
                    .mapToObj(i -> new Document("_id", "order-" + i).append("total", i))
                    .toList());
        }
        earlier.shutdownNow();

        for (int starts = 1; starts <= 2; starts++) {
            try (var databases = new Databases("", folder)) {
                var orders = databases.open("orders").getCollection("orders");
                assertThat(orders.countDocuments()).isEqualTo(200);
                for (int i = 0; i < 200; i++) {
                    orders.updateOne(eq("order-" + i), inc("total", 1));
                    assertThat(orders.find(eq("order-" + i)).first()).containsEntry("total", i + starts);
                }
                assertThatThrownBy(() -> orders.insertOne(new Document("_id", "order-7")))
                        .hasMessageContaining("duplicate key");
            }
        }
    }

    /** The library changes a document where it lies, while others write it to the file and to whoever asked. */
    @Test
    void neitherShowsNorKeepsHalfAChange() throws Exception {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        try (var databases = new Databases("", folder);
                var others = Executors.newFixedThreadPool(WRITERS)) {
            var notes = databases.open("notes");
            var pairs = notes.getCollection("pairs");
            pairs.insertMany(IntStream.range(0, PAIRS)
                    .mapToObj(i -> new Document("_id", i).append("left0", 0).append("right0", 0))
                    .toList());
            var ended = new AtomicBoolean();
            var writer = others.submit(() -> {
                for (int i = 0; !ended.get(); i++) {
                    notes.getCollection("bundles").insertMany(notes(i * BUNDLE, (i + 1) * BUNDLE));
                }
                return true;
            });
            var reader = others.submit(() -> {
                while (!ended.get()) {
                    pairs.find().forEach(EmbeddedMongoTest::assertIsAPair);
                }
                return true;
            });

            try {
                for (int i = 1; i <= CHANGES; i++) {
                    var before = new Document("left" + (i - 1), "").append("right" + (i - 1), "");
                    var now = new Document("left" + i, i).append("right" + i, i);
                    pairs.updateMany(new Document(), new Document("$set", now).append("$unset", before));
                    if (i % COPY_EVERY == 0) {
                        Files.copy(
                                folder.resolve("notes.mv"),
                                killed.resolve("notes.mv"),
                                StandardCopyOption.REPLACE_EXISTING);
                        try (var survivors = new Databases("", killed)) {
                            var found = survivors.open("notes");
                            found.getCollection("pairs").find().forEach(EmbeddedMongoTest::assertIsAPair);
                            assertIsInBundles(found.getCollection("bundles"));
                        }
                    }
                }
            } finally {
                ended.set(true);
            }

            assertThat(writer.get() && reader.get()).isTrue();
        }
    }

    @Test
    void givesPagesOfAListWithoutReadingWhatIsOnOthers() {
        try (var databases = new Databases("", folder)) {
            var large = databases.open("notes").getCollection("large");
            large.insertMany(scattered());
            large.createIndex(Indexes.descending("number"));
        }
        var read = new AtomicInteger();
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        openBefore("large", store, new ObjectDataType() {
            @Override
            public Object read(ByteBuffer buffer) {
                read.incrementAndGet();
                return super.read(buffer);
            }
        });
        try (var server = new EmbeddedMongo(store, 0, Duration.ofDays(1), cause -> {});
                MongoClient client = MongoClients.create(server.uri())) {
            var large = client.getDatabase("notes").getCollection("large");

            assertThat(ids(large.find().sort(Sorts.descending("number")).limit(1)))
                    .containsExactly(scattered().getLast().getString("_id"));
            List<String> inOrder = ids(page(large, ""));
            assertThat(read).hasValueLessThan(SCATTERED / 2);
            for (List<String> page = inOrder; !page.isEmpty(); ) {
                page = ids(page(large, inOrder.getLast()));
                inOrder = Stream.concat(inOrder.stream(), page.stream()).toList();
            }

            assertThat(inOrder)
                    .isEqualTo(scattered().stream()
                            .filter(note -> note.getInteger("number") % 3 != 0)
                            .map(note -> note.getString("_id"))
                            .sorted()
                            .toList());
        }
    }

    private static FindIterable<Document> page(MongoCollection<Document> notes, String behind) {
        return notes.find(and(not(mod("number", 3, 0)), gt("_id", behind)))
                .sort(Sorts.ascending("_id"))
                .limit(SCATTERED / 10);
    }

    /** As of a large collection: who writes does not wait for it, and who comes after does not wait for both. */
    @Test
    void keepsNobodyWaitingForAReaderThatTakesLong() throws Exception {
        try (var databases = new Databases("", folder)) {
            // Of several pages, because the first is read at once.
            databases.open("notes").getCollection("large").insertMany(notes(0, SCATTERED));
        }
        var slow = new SlowKeys();
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        openBefore("large", store, slow);
        try (var server = new EmbeddedMongo(store, 0, Duration.ofDays(1), cause -> {});
                MongoClient client = MongoClients.create(server.uri());
                var clients = Executors.newFixedThreadPool(2)) {
            var notes = client.getDatabase("notes");
            slow.areSlow = true;
            var large = clients.submit(() -> notes.getCollection("large").find().first());
            slow.begun.await();
            try {
                var written = clients.submit(() -> {
                    var small = notes.getCollection("small").withWriteConcern(WriteConcern.JOURNALED);
                    small.insertOne(new Document("_id", 1));
                    return small.find().first();
                });
                assertThat(written).succeedsWithin(PATIENCE).isEqualTo(new Document("_id", 1));
            } finally {
                slow.goOn.countDown();
            }
            assertThat(large.get()).isEqualTo(new Document("_id", 0));
        }
    }

    /** The library takes a collection as it finds it open. */
    private static void openBefore(String collection, MVStore store, ObjectDataType keys) {
        store.openMap(
                "databases.notes." + collection,
                new MVMap.Builder<Object, de.bwaldvogel.mongo.bson.Document>()
                        .keyType(keys)
                        .valueType(new BsonValues()));
    }

    /** Keys of documents that are not read from the file before they may. */
    private static final class SlowKeys extends ObjectDataType {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private volatile boolean areSlow;

        @Override
        public Object read(ByteBuffer buffer) {
            if (areSlow) {
                begun.countDown();
                await().until(() -> goOn.getCount() == 0);
            }
            return super.read(buffer);
        }
    }

    private static List<Document> notes(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> new Document("_id", i)).toList();
    }

    private static void assertIsInBundles(MongoCollection<Document> notes) {
        int count = (int) notes.countDocuments();
        assertThat(count % BUNDLE).isZero();
        var last = IntStream.range(Math.max(0, count - BUNDLE), count).boxed().toList();
        assertThat(notes.countDocuments(in("_id", last))).isEqualTo(last.size());
        notes.insertMany(notes(count, count + 1));
    }

    private static void assertIsAPair(Document document) {
        Object change = document.values().stream().skip(1).findFirst().orElseThrow();
        assertThat(document.keySet()).containsExactlyInAnyOrder("_id", "left" + change, "right" + change);
    }

    private static List<String> ids(FindIterable<Document> found) {
        return found.map(document -> document.getString("_id")).into(new ArrayList<>());
    }

    /** Each of many small changes leaves a hole where the pages that it changes were. */
    @Test
    void fillsItsHoles() {
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        store.setRetentionTime(0);
        var broken = new AtomicBoolean();
        try (var server = new EmbeddedMongo(store, 0, Duration.ZERO, cause -> broken.set(true));
                MongoClient client = MongoClients.create(server.uri())) {
            var notes = client.getDatabase("notes").getCollection("notes");
            scattered().forEach(notes::insertOne);

            // A place may be too young to be used again, and then is not a little later.
            await().untilAsserted(() -> {
                notes.updateOne(eq("00000000"), inc("updates", 1));
                assertThat(store.getFileStore().size()).isLessThan(SCATTERED * 1_200L);
            });
            assertThat(notes.countDocuments()).isEqualTo(SCATTERED);
        }
        assertThat(broken).isFalse();
    }

    @Test
    void movesAlsoWhatIsMoreThanItMovesAtOneTime() {
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        store.setRetentionTime(0);
        try (var server = new EmbeddedMongo(store, 0, Duration.ZERO, cause -> {});
                MongoClient client = MongoClients.create(server.uri())) {
            var notes = client.getDatabase("notes").getCollection("notes");
            notes.insertMany(IntStream.range(0, 1_000)
                    .mapToObj(i -> new Document("_id", "%08d".formatted(i)).append("text", "x".repeat(2_000)))
                    .toList());
            notes.deleteMany(gte("_id", "00000400"));

            await().untilAsserted(() -> {
                notes.updateOne(eq("00000000"), inc("updates", 1));
                assertThat(store.getFileStore().getChunksFillRate()).isGreaterThan(70);
            });
            assertThat(notes.countDocuments()).isEqualTo(400);
        }
    }

    private static List<Document> scattered() {
        return IntStream.range(0, SCATTERED)
                .mapToObj(i -> new Document("_id", "%08x".formatted(i * 0x9E3779B1))
                        .append("number", i)
                        .append("text", "x".repeat(188)))
                .toList();
    }

    /** The library then only notes that it can let go of what the reader saw, and would be closed without having done so. */
    @Test
    void closesAfterAReaderEndedInTheMiddleOfACommit() {
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        try (var server = new EmbeddedMongo(store, 0, Duration.ofDays(1), cause -> {});
                MongoClient client = MongoClients.create(server.uri())) {
            TxCounter reader = store.registerVersionUsage();
            client.getDatabase("notes").getCollection("notes").insertOne(new Document("_id", 1));

            // Whoever commits holds the same lock.
            store.executeFilestoreOperation(() -> CompletableFuture.runAsync(() -> store.deregisterVersionUsage(reader))
                    .join());
        }
        assertThat(store.isClosed()).isTrue();
    }

    /** As it does when it cannot write its file. */
    @Test
    void tellsWhenTheStoreHasClosedItself() {
        MVStore store = EmbeddedMongo.open(folder.resolve("notes.mv"));
        var broken = new AtomicBoolean();
        try (var server = new EmbeddedMongo(store, 0, Duration.ofDays(1), cause -> broken.set(true));
                MongoClient client = MongoClients.create(server.uri())) {
            var notes = client.getDatabase("notes").getCollection("notes");
            notes.insertOne(new Document("_id", 1));
            assertThat(broken).isFalse();

            store.closeImmediately();

            assertThatThrownBy(() -> notes.insertOne(new Document("_id", 2))).isInstanceOf(MongoException.class);
            assertThat(broken).isTrue();
        }
    }

    @Test
    void saysWhoHasTheStore() {
        try (var first = new Databases("", folder);
                var second = new Databases("", folder)) {
            first.open("notes");

            assertThatThrownBy(() -> second.open("notes"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("notes.mv")
                    .hasMessageContaining("WAYBILL_DATA");
        }
    }
}
