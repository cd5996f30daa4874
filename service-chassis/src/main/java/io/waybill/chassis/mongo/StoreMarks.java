package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Updates.addEachToSet;
import static com.mongodb.client.model.Updates.addToSet;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.pullAll;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a collection was emptied or dropped, though its processor reads on: each has a document
 * {@code {_id, generation}}, and a document beside the tokens says which have one. If one is gone, so are all tokens, and
 * all events are read again. Lost tokens take the list with them and are made anew anyway.
 *
 * <p>The tokens go before the list: a crash in between is another loss, never one that is overlooked.
 */
public final class StoreMarks {

    static final String TOKENS = "tokens";
    static final String DEAD_LETTERS = "deadLetters";

    /** No one would come upon it by the key of a view or a saga. */
    static final String MARK = "mark of the chassis";

    private static final String ID = "_id";
    private static final String GENERATION = "generation";
    private static final String COLLECTIONS = "collections";
    /** Those that somebody is clearing away. */
    private static final String EMPTIED = "emptied";
    /** How often somebody began to: what was seen of a collection before the last time counts for nothing. */
    private static final String CLEARINGS = "clearings";

    private static final String WHOLE = "whole";
    private static final String PROCESSOR = "processorName";
    private static final Logger LOG = LoggerFactory.getLogger(StoreMarks.class);

    /** There from the beginning: to lose a saga before its mark would be to lose it for good. */
    private static final Set<String> SAGAS = Set.of(SagaDocuments.SAGAS, SagaDocuments.SAGA_ASSOCIATIONS);

    private static final Set<String> NOT_FROM_EVENTS =
            Set.of(TOKENS, DEAD_LETTERS, MongoAutoConfiguration.READ_MODELS, "idempotency");

    private final MongoDatabase database;
    private final MongoCollection<Document> tokens;
    private final Set<String> notFromEvents = new HashSet<>(NOT_FROM_EVENTS);
    /** What there has been since the start is marked anew before it is there again, and may be lost again. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    private final List<Runnable> indexMakers = new CopyOnWriteArrayList<>();

    /** @param others collections that reading all events again would not bring back */
    StoreMarks(MongoDatabase database, Set<String> others) {
        this.database = database;
        this.tokens = database.getCollection(TOKENS);
        notFromEvents.addAll(others);
        known.addAll(SAGAS);
    }

    /** A look before anything is read, so that nobody holds a claim on what was lost. */
    void firstLook() {
        look();
        look();
    }

    /**
     * Has all events read again if something was lost since the last look. What is left is cleared away only at the look
     * after that: by then whoever was in the midst of a batch has found his claim gone, and writes no more, or only views that are
     * whole.
     */
    void look() {
        @Nullable Document list = list();
        if (list == null) {
            list = begin(tokens.find(exists(PROCESSOR)).first() != null);
        } else if (!list.getBoolean(WHOLE)) {
            list = clear(list);
        } else {
            List<String> lost = surelyLost(list);
            if (!lost.isEmpty()) {
                LOG.warn("Lost what was in {}; all events are read again", lost);
                tokens.deleteMany(exists(PROCESSOR));
                tokens.deleteOne(and(eq(ID, MARK), eq(GENERATION, list.getString(GENERATION))));
                list = begin(false);
            }
        }
        if (list != null && list.getBoolean(WHOLE)) {
            mark(list);
        }
    }

    /**
     * Has indexes made, now, and once more after each loss, before anything is read again: a collection that was dropped
     * has lost its own.
     */
    public void keepIndexes(Runnable makeIndexes) {
        indexMakers.add(makeIndexes);
        makeIndexes.run();
    }

    /** Has these collections emptied without a loss, until they are {@link #markAgain marked again}. */
    public void forget(List<String> collections) {
        tokens.updateOne(
                eq(ID, MARK),
                combine(pullAll(COLLECTIONS, collections), addEachToSet(EMPTIED, collections), inc(CLEARINGS, 1L)));
    }

    /** To be called by whoever emptied them, unless another did so since. */
    public void markAgain(List<String> collections) {
        tokens.updateOne(eq(ID, MARK), pullAll(EMPTIED, collections));
        @Nullable Document list = list();
        if (list != null && list.getBoolean(WHOLE)) {
            mark(list);
        }
    }

    /** Whether tokens may be made that begin with the first event: what was left of a lost store is gone. */
    boolean mayReadFromTheBeginning() {
        @Nullable Document list = list();
        return list != null && list.getBoolean(WHOLE);
    }

    /** In a new generation, so that of two instances that clear, one alone goes on to call the store whole. */
    private @Nullable Document clear(Document list) {
        String generation = UUID.randomUUID().toString();
        if (tokens.updateOne(thisOne(list), set(GENERATION, generation)).getMatchedCount() == 0) {
            return null;
        }
        list.append(GENERATION, generation);
        // To delete the documents of a large store one by one would take longer than the driver waits for an answer.
        fromEvents().forEach(name -> database.getCollection(name).drop());
        // What was parked is parked again, in its order.
        database.getCollection(DEAD_LETTERS).deleteMany(new Document());
        indexMakers.forEach(Runnable::run);
        if (tokens.updateOne(thisOne(list), set(WHOLE, true)).getMatchedCount() == 0) {
            return null;
        }
        return list.append(WHOLE, true);
    }

    private static Bson thisOne(Document list) {
        return and(eq(ID, MARK), eq(GENERATION, list.getString(GENERATION)), eq(WHOLE, false));
    }

    /** The generation of all that is marked; empty if some of it is gone. */
    Optional<String> generation() {
        return Optional.ofNullable(list())
                .filter(list -> list.getBoolean(WHOLE) && lost(list).isEmpty())
                .map(list -> list.getString(GENERATION));
    }

    private @Nullable Document list() {
        return tokens.find(eq(ID, MARK)).first();
    }

    /**
     * Without what somebody has begun to clear away since the list was read.
     *
     * @param list of a store that is whole
     */
    private List<String> surelyLost(Document list) {
        if (lost(list).isEmpty()) {
            return List.of();
        }
        @Nullable Document since = tokens.find(unchanged(list)).first();
        return since == null ? List.of() : lost(since);
    }

    /** The same one, but for what was marked meanwhile. */
    private static Bson unchanged(Document list) {
        return and(
                eq(ID, MARK),
                eq(GENERATION, list.getString(GENERATION)),
                eq(WHOLE, true),
                eq(CLEARINGS, list.get(CLEARINGS)));
    }

    private List<String> lost(Document list) {
        return list.getList(COLLECTIONS, String.class).stream()
                .filter(name -> database.getCollection(name)
                                .find(and(eq(ID, MARK), eq(GENERATION, list.getString(GENERATION))))
                                .first()
                        == null)
                .toList();
    }

    /** @param whole whether nothing has to be cleared: the store is one of a release that made no marks */
    private @Nullable Document begin(boolean whole) {
        var list = new Document(ID, MARK)
                .append(GENERATION, UUID.randomUUID().toString())
                .append(WHOLE, whole)
                .append(COLLECTIONS, List.of());
        try {
            tokens.insertOne(list);
            return list;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
            // Another instance was first.
            return list();
        }
    }

    private void mark(Document list) {
        known.addAll(fromEvents());
        Set<String> unmarked = new HashSet<>(known);
        unmarked.removeAll(list.getList(COLLECTIONS, String.class));
        unmarked.removeAll(list.getList(EMPTIED, String.class, List.of()));
        String generation = list.getString(GENERATION);
        for (String name : unmarked) {
            database.getCollection(name)
                    .replaceOne(
                            eq(ID, MARK),
                            new Document(ID, MARK).append(GENERATION, generation),
                            new ReplaceOptions().upsert(true));
            tokens.updateOne(unchanged(list), addToSet(COLLECTIONS, name));
        }
    }

    private List<String> fromEvents() {
        return database.listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> !name.startsWith("system.") && !notFromEvents.contains(name))
                .toList();
    }
}
