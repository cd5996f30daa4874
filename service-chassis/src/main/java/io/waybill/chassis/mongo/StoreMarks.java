package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Updates.addToSet;

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
import org.bson.Document;
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
final class StoreMarks {

    static final String TOKENS = "tokens";
    static final String DEAD_LETTERS = "deadLetters";

    /** No one would come upon it by the key of a view or a saga. */
    private static final String MARK = "mark of the chassis";

    private static final String ID = "_id";
    private static final String GENERATION = "generation";
    private static final String COLLECTIONS = "collections";
    private static final Logger LOG = LoggerFactory.getLogger(StoreMarks.class);

    /** There from the beginning: to lose a saga before its mark would be to lose it for good. */
    private static final Set<String> SAGAS = Set.of(SagaDocuments.SAGAS, SagaDocuments.SAGA_ASSOCIATIONS);

    private static final Set<String> NOT_FROM_EVENTS = Set.of(TOKENS, DEAD_LETTERS, "idempotency");

    private final MongoDatabase database;
    private final MongoCollection<Document> tokens;
    private final Set<String> notFromEvents = new HashSet<>(NOT_FROM_EVENTS);

    /** @param others collections that reading all events again would not bring back */
    StoreMarks(MongoDatabase database, Set<String> others) {
        this.database = database;
        this.tokens = database.getCollection(TOKENS);
        notFromEvents.addAll(others);
    }

    /** Has all events read again if something was lost since the last look. */
    void look() {
        @Nullable Document list = list();
        List<String> lost = list == null ? List.of() : lost(list);
        if (list != null && !lost.isEmpty()) {
            LOG.warn("Lost what was in {}; all events are read again", lost);
            tokens.deleteMany(exists("processorName"));
            tokens.deleteOne(and(eq(ID, MARK), eq(GENERATION, list.getString(GENERATION))));
            list = null;
        }
        mark(list == null ? begin() : list);
    }

    /** The generation of all that is marked; empty if some of it is gone. */
    Optional<String> generation() {
        return Optional.ofNullable(list()).filter(list -> lost(list).isEmpty()).map(list -> list.getString(GENERATION));
    }

    private @Nullable Document list() {
        return tokens.find(eq(ID, MARK)).first();
    }

    private List<String> lost(Document list) {
        return list.getList(COLLECTIONS, String.class).stream()
                .filter(name -> database.getCollection(name)
                                .find(and(eq(ID, MARK), eq(GENERATION, list.getString(GENERATION))))
                                .first()
                        == null)
                .toList();
    }

    private Document begin() {
        var list = new Document(ID, MARK)
                .append(GENERATION, UUID.randomUUID().toString())
                .append(COLLECTIONS, List.of());
        try {
            tokens.insertOne(list);
            return list;
        } catch (MongoWriteException e) {
            // Another instance was first.
            @Nullable Document other = list();
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY || other == null) {
                throw e;
            }
            return other;
        }
    }

    private void mark(Document list) {
        Set<String> unmarked = new HashSet<>(SAGAS);
        database.listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> !name.startsWith("system.") && !notFromEvents.contains(name))
                .forEach(unmarked::add);
        unmarked.removeAll(list.getList(COLLECTIONS, String.class));
        String generation = list.getString(GENERATION);
        for (String name : unmarked) {
            database.getCollection(name)
                    .replaceOne(
                            eq(ID, MARK),
                            new Document(ID, MARK).append(GENERATION, generation),
                            new ReplaceOptions().upsert(true));
            tokens.updateOne(and(eq(ID, MARK), eq(GENERATION, generation)), addToSet(COLLECTIONS, name));
        }
    }
}
