package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStore.TxCounter;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of the Mongo wire protocol inside this process, on a file of its own, for machines where no MongoDB is
 * installed. What it has acknowledged survives the end of the process, unless the write concern said that this need not
 * be journaled: that comes into the file a little later, in the order in which it was acknowledged.
 */
public final class EmbeddedMongo implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMongo.class);

    /** Begins the names of the maps in which the library keeps documents. */
    private static final String COLLECTIONS = "databases.";

    /** Begins the names of those in which it keeps what is known of each collection. */
    private static final String METADATA = "meta.";

    /** A document that changes is written with all others of its page, so a page holds few. */
    private static final int PAGE_BYTES = 4096;

    /** Of documents as they are in the file; in memory they take some eight times as much. */
    private static final int CACHE_MIB = 8;

    private static final String FORMAT = "waybill.format";
    private static final int FORMAT_OF_NOW = 3;

    private static final Duration BETWEEN_COMPACTIONS = Duration.ofSeconds(1);

    /** A file holds twice what is in use at most, which is little to pay for not moving it again and again. */
    private static final int SMALLEST_FILL_PERCENT = 50;

    /** Little and often, because everybody waits meanwhile. */
    private static final int BYTES_TO_MOVE = 256 * 1024;

    /** For what was written at one time and is moved as a whole. */
    private static final int MOST_BYTES_TO_MOVE = 4 * 1024 * 1024;

    /** As MongoDB has it: so much of what need not be journaled at once may be lost with the process. */
    private static final Duration JOURNAL_INTERVAL = Duration.ofMillis(100);

    /** Neither that of a start that failed, which is 1, nor that of a signal, which is above 128. */
    private static final int EXIT_CODE_OF_A_BROKEN_STORE = 4;

    private final MongoServer server;
    private final InetSocketAddress address;

    /**
     * A store whose process ends if its file can no longer be written, as when the disk is full.
     *
     * @param file where the store lies; it and its folder are made if they are missing
     * @param port to listen on, on the loopback interface; 0 for any that is free
     * @throws IllegalStateException if another process has the file open
     */
    public EmbeddedMongo(Path file, int port) {
        this(open(file), port, BETWEEN_COMPACTIONS, cause -> endProcess(file, cause));
    }

    /** @param whenBroken told why by each request that finds that the store has closed itself */
    EmbeddedMongo(
            MVStore store, int port, Duration betweenCompactions, Consumer<@Nullable MVStoreException> whenBroken) {
        server = new MongoServer(new CommittingBackend(store, betweenCompactions, whenBroken));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        address = server.getLocalAddress();
    }

    /** It would answer nothing but errors for ever, and an orderly end would wait for it. */
    private static void endProcess(Path file, @Nullable MVStoreException cause) {
        LOG.error(
                "The embedded store {} has closed itself, so this process ends. If it comes again though the disk has"
                        + " room, delete the file: what was in it is made from the event store again.",
                file,
                cause);
        Runtime.getRuntime().halt(EXIT_CODE_OF_A_BROKEN_STORE);
    }

    /** How it is reached. */
    public String uri() {
        return "mongodb://" + address.getHostString() + ":" + address.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    static MVStore open(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            // Writes are committed one by one below; the store's own writer would only wake the processor.
            MVStore store = new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .pageSplitSize(PAGE_BYTES)
                    .cacheSize(CACHE_MIB)
                    .open();
            dropIndexesOfOld(store);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make the folder of the embedded store " + file, e);
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IllegalStateException(
                        "Another process has the store " + file
                                + " open: stop it, or give this one its own WAYBILL_DATA.",
                        e);
            }
            throw e;
        }
    }

    /** Those of a release that kept them in another order; they are made again from the documents. */
    private static void dropIndexesOfOld(MVStore store) {
        MVMap<String, Integer> format = store.openMap(FORMAT);
        if (!Integer.valueOf(FORMAT_OF_NOW).equals(format.get(FORMAT))) {
            store.getMapNames().stream().filter(LookupIndex::isOfIndex).toList().forEach(store::removeMap);
            format.put(FORMAT, FORMAT_OF_NOW);
            store.commit();
        }
    }

    /**
     * Commits a change before it answers if it is to be journaled, and soon after otherwise, where the library's own
     * commit is once a second; one commit serves all who have come to an end by then. It waits for whoever is in the
     * middle of a change, so that no half of one gets into the file, but not for whoever reads: everybody else would wait
     * for that one too. And nothing is dropped that somebody is at work in: the library would go on with a map that is
     * closed, for ever.
     */
    private static final class CommittingBackend extends H2Backend {

        /** Whatever the fill of all places is, also of those that are too young. */
        private static final int ALWAYS = 101;

        private static final Set<String> DROPS = Set.of("drop", "dropDatabase");
        private static final Set<String> READS = Set.of(
                "find", "getMore", "aggregate", "count", "distinct", "listCollections", "hello", "isMaster", "ping");

        private final ReadWriteLock reads = new ReentrantReadWriteLock();
        private final ReadWriteLock changes = new ReentrantReadWriteLock();
        private final Duration betweenCompactions;
        private final Consumer<@Nullable MVStoreException> whenBroken;
        private final ScheduledExecutorService journal = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("embedded-store").factory());
        private final AtomicBoolean journalIsDue = new AtomicBoolean();
        private long compacted = System.nanoTime();
        private int bytesToMove = BYTES_TO_MOVE;

        CommittingBackend(MVStore store, Duration betweenCompactions, Consumer<@Nullable MVStoreException> whenBroken) {
            super(store);
            this.betweenCompactions = betweenCompactions;
            this.whenBroken = whenBroken;
        }

        @Override
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new H2Database(name, getMvStore(), getCursorRegistry()) {
                @Override
                protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
                    String fullName = getFullCollectionNamespace(collection);
                    MVMap<Object, Document> documents = getMvStore()
                            .openMap(
                                    COLLECTIONS + fullName,
                                    new MVMap.Builder<Object, Document>().valueType(new BsonValues()));
                    return new EmbeddedCollection(
                            this,
                            collection,
                            options,
                            documents,
                            getMvStore().openMap(METADATA + fullName),
                            getCursorRegistry());
                }

                // The library takes what is open already, and would open it with Java's serialization.
                @Override
                protected Index<Object> openOrCreateUniqueIndex(
                        String collection, String index, List<IndexKey> keys, boolean sparse) {
                    MVMap<KeyValue, Object> unusedBecauseFoundByName = getMvStore()
                            .openMap(
                                    LookupIndex.mapName(getFullCollectionNamespace(collection), index),
                                    new MVMap.Builder<KeyValue, Object>().keyType(new BsonKeys()));
                    return new NarrowingIndex(
                            super.openOrCreateUniqueIndex(collection, index, keys, sparse), keys, sparse);
                }

                @Override
                protected Index<Object> openOrCreateSecondaryIndex(
                        String collection, String index, List<IndexKey> keys, boolean sparse) {
                    MVMap<String, Object> positions =
                            getMvStore().openMap(LookupIndex.mapName(getFullCollectionNamespace(collection), index));
                    return new NarrowingIndex(new LookupIndex(positions, index, keys), keys, true);
                }
            };
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            try {
                return handleAndCommit(message);
            } finally {
                tellIfBroken();
            }
        }

        /** It is closed in good order only when there are no more requests, and nothing is left to be journaled. */
        private void tellIfBroken() {
            if (getMvStore().isClosed()) {
                whenBroken.accept(getMvStore().getPanicException());
            }
        }

        private Document handleAndCommit(MongoMessage message) {
            String command = message.getDocument().keySet().iterator().next();
            if (READS.contains(command)) {
                return within(reads.readLock(), () -> read(message));
            }
            Document answer = DROPS.contains(command)
                    ? alone(() -> super.handleMessage(message))
                    : within(changes.readLock(), () -> super.handleMessage(message));
            if (getMvStore().hasUnsavedChanges()) {
                if (needNotBeJournaled(message.getDocument())) {
                    commitSoon();
                } else {
                    within(changes.writeLock(), this::commitWhatIsLeft);
                }
            }
            return answer;
        }

        /** What it reads is kept in the file until it has come to its end, however many commits there are meanwhile. */
        private Document read(MongoMessage message) {
            TxCounter use = getMvStore().registerVersionUsage();
            try {
                return super.handleMessage(message);
            } finally {
                getMvStore().deregisterVersionUsage(use);
            }
        }

        private static boolean needNotBeJournaled(Document request) {
            return request.get("writeConcern") instanceof Document concern && Boolean.FALSE.equals(concern.get("j"));
        }

        private void commitSoon() {
            if (journalIsDue.compareAndSet(false, true)) {
                var unused = journal.schedule(this::commitNow, JOURNAL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private void commitNow() {
            journalIsDue.set(false);
            // Whoever closes the store holds the lock too, so it is not taken for broken.
            within(changes.writeLock(), () -> !journal.isShutdown() && commitOrTryAgain());
        }

        private boolean commitOrTryAgain() {
            try {
                return commitWhatIsLeft();
            } catch (RuntimeException e) {
                LOG.error("The embedded store cannot be written", e);
                tellIfBroken();
                if (!getMvStore().isClosed()) {
                    commitSoon();
                }
                return false;
            }
        }

        /** The library commits what is left, and then closes the store. */
        @Override
        public void close() {
            // Whoever commits just now is not interrupted, which would close the file under it.
            journal.shutdown();
            alone(() -> {
                letGoOfWhatWasRead();
                super.close();
                return true;
            });
        }

        /** The library does not if a commit is under way just when the last reader ends, and counts on the next one. */
        private void letGoOfWhatWasRead() {
            getMvStore().deregisterVersionUsage(getMvStore().registerVersionUsage());
        }

        private boolean commitWhatIsLeft() {
            boolean left = getMvStore().hasUnsavedChanges();
            if (left) {
                commit();
                compactIfDue();
            }
            return left;
        }

        /** What changes is written elsewhere, and what lay beside it keeps the place from being used again. */
        private void compactIfDue() {
            if (System.nanoTime() - compacted >= betweenCompactions.toNanos()) {
                compacted = System.nanoTime();
                if (fillOfOldPercent() < SMALLEST_FILL_PERCENT) {
                    moveSome();
                }
            }
        }

        private void moveSome() {
            boolean moved = getMvStore().compact(ALWAYS, bytesToMove);
            if (moved) {
                commit();
            }
            bytesToMove = moved ? BYTES_TO_MOVE : Math.min(2 * bytesToMove, MOST_BYTES_TO_MOVE);
        }

        /** Of the places that are old enough to be used again. The library tells it only so. */
        private int fillOfOldPercent() {
            var percent = new AtomicInteger();
            getMvStore().getFileStore().populateInfo((name, value) -> {
                if (name.equals("info.CHUNKS_FILL_RATE_RW")) {
                    percent.set(Integer.parseInt(value));
                }
            });
            return percent.get();
        }

        private <T> T alone(Supplier<T> action) {
            return within(reads.writeLock(), () -> within(changes.writeLock(), action));
        }

        private static <T> T within(Lock lock, Supplier<T> action) {
            lock.lock();
            try {
                return action.get();
            } finally {
                lock.unlock();
            }
        }
    }
}
