package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Views as they are after some events, until they are written.
 *
 * @param <V> the view
 */
final class ViewChanges<V> {

    private final MongoCollection<BsonDocument> documents;
    private final ViewCodec<V> codec;
    private final Map<String, Entry<V>> entries = new HashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<String> ofOneEvent = new HashSet<>();

    /**
     * @param position of the last event in the view, -1 if there is none
     * @param sequence of that event in its aggregate: -1 if there is none, null if it is not known
     * @param view null before the first event
     * @param isStored whether there was a document when it was read
     */
    record Entry<V>(
            long position,
            @Nullable Long sequence,
            @Nullable V view,
            boolean isStored) {

        static <V> Entry<V> none() {
            return new Entry<>(-1, -1L, null, false);
        }
    }

    ViewChanges(MongoCollection<BsonDocument> documents, ViewCodec<V> codec) {
        this.documents = documents;
        this.codec = codec;
    }

    /** Reads all of these at once. */
    void read(Collection<String> ids) {
        ids.forEach(id -> entries.put(id, Entry.none()));
        for (BsonDocument document : documents.find(in(ViewCodec.ID, ids))) {
            entries.put(ViewCodec.id(document), codec.entry(document));
        }
    }

    /** A view as it is now. */
    Entry<V> get(String id) {
        if (!entries.containsKey(id)) {
            read(List.of(id));
        }
        return entries.getOrDefault(id, Entry.none());
    }

    V fold(String id, long position, @Nullable Long sequence, Function<@Nullable V, V> fold) {
        Entry<V> before = get(id);
        V after = fold.apply(before.view());
        entries.put(id, new Entry<>(position, sequence, after, before.isStored()));
        changed.add(id);
        return after;
    }

    /** A view that one event alone makes, whatever is there; so nothing is read. */
    void keep(String id, long position, V view) {
        entries.put(id, new Entry<>(position, null, view, false));
        changed.add(id);
        ofOneEvent.add(id);
    }

    /** Takes back what was folded of a view since this entry. */
    void restore(String id, Entry<V> before) {
        entries.put(id, before);
        changed.remove(id);
    }

    Set<String> unwritten() {
        return Set.copyOf(changed);
    }

    /** What another processor wrote of a later event stays: it has the claim now, so the event is its business. */
    void write() {
        if (changed.isEmpty()) {
            return;
        }
        List<WriteModel<BsonDocument>> writes = new ArrayList<>();
        for (String id : changed) {
            Entry<V> entry = get(id);
            writes.add(
                    ofOneEvent.contains(id) ? new InsertOneModel<>(codec.document(id, entry)) : replacement(id, entry));
        }
        try {
            documents.bulkWrite(writes, new BulkWriteOptions().ordered(false));
        } catch (MongoBulkWriteException e) {
            if (!isOvertaken(e)) {
                throw e;
            }
        }
        changed.forEach(id -> entries.computeIfPresent(
                id, (same, entry) -> new Entry<>(entry.position(), entry.sequence(), entry.view(), true)));
        changed.clear();
    }

    /** Whether nothing was wrong but documents that others inserted in between. */
    private static boolean isOvertaken(MongoBulkWriteException e) {
        return e.getWriteConcernError() == null
                && e.getWriteErrors().stream().allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
    }

    private WriteModel<BsonDocument> replacement(String id, Entry<V> entry) {
        return new ReplaceOneModel<>(
                and(eq(ViewCodec.ID, id), lt(ViewCodec.POSITION, entry.position())),
                codec.document(id, entry),
                new ReplaceOptions().upsert(!entry.isStored()));
    }
}
