package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Aggregates.match;
import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.exists;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Slot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * A read model, made of events. An event that comes again, or from a processor that does not know yet that it lost its
 * claim, changes nothing. Each processor writes in its own {@link Slot}, and what is found is found in the live one.
 *
 * <p>Views are written with the others of their {@link ViewBatch batch}, or at once where there is none.
 *
 * @param <V> the view, a public record (the driver's codec reaches no other)
 */
public final class ViewStore<V> {

    private final Map<Slot, ViewCollection<V>> collections = new EnumMap<>(Slot.class);
    private final List<Bson> indexes = new CopyOnWriteArrayList<>();
    private volatile Supplier<Slot> live = () -> Slot.FIRST;

    /**
     * @param collection name of the collection that holds the read model
     * @param type the view's record type
     */
    public ViewStore(MongoDatabase database, String collection, Class<V> type) {
        for (Slot slot : Slot.values()) {
            collections.put(slot, new ViewCollection<>(database, slot.nameOf(collection), type));
        }
    }

    /** Says where to look for what is asked for; until then it is the first place. */
    public void showFrom(Supplier<Slot> newLive) {
        live = newLive;
    }

    /**
     * Brings a view up to an event of its aggregate. It must be given all of them.
     *
     * @param id key of the view
     * @param position of the event among all events
     * @param sequence number of the event in its aggregate, from 0
     * @param fold from the view before the event, or null if there is none, to the view after it
     * @return the view after the event; null if it has seen the event before
     * @throws MissedEvents if events are missing in between
     */
    public @Nullable V fold(String id, long position, long sequence, Function<@Nullable V, V> fold) {
        return in(ViewBatch.slot()).fold(id, position, sequence, fold);
    }

    /**
     * Brings a view up to an event of no aggregate, of which nobody can tell whether it is the next.
     *
     * @param id key of the view
     * @param position of the event among all events
     * @param fold from the view before the event, or null if there is none, to the view after it
     * @return the view after the event; null if it has seen the event before
     */
    public @Nullable V fold(String id, long position, Function<@Nullable V, V> fold) {
        return in(ViewBatch.slot()).fold(id, position, null, fold);
    }

    /**
     * Keeps a view that one event alone makes; nothing changes if it comes again.
     *
     * @param position of the event among all events, the key of the view
     */
    public void keep(long position, V view) {
        in(ViewBatch.slot()).keep(position, view);
    }

    /** Has an index, over {@code position} or {@code view.<field>}, in each place. */
    public void index(Bson keys) {
        indexes.add(keys);
        collections.values().forEach(collection -> collection.documents().createIndex(keys));
    }

    /** Makes its indexes where they are missing, because a collection was dropped. */
    public void makeIndexes() {
        collections.keySet().forEach(this::makeIndexes);
    }

    private void makeIndexes(Slot slot) {
        indexes.forEach(keys -> documents(slot).createIndex(keys));
    }

    /**
     * Empties a place on which nobody works, by dropping it: to delete its documents would keep all who write into the
     * store waiting for seconds.
     */
    public void clear(Slot slot) {
        documents(slot).drop();
        makeIndexes(slot);
    }

    /** Whether what is folded now is shown, rather than made once more beside it; looked up once for a batch. */
    public boolean isFoldedToBeShown() {
        return ViewBatch.remember(this, () -> ViewBatch.slot() == live.get());
    }

    /** The view of this key, or null if there is none. */
    public @Nullable V find(String id) {
        return in(live.get()).find(id);
    }

    /**
     * Views that pass a filter.
     *
     * @param filter over {@code view.<field>}
     * @param order over {@code view.<field>}
     * @param limit at most so many; 0 for all
     */
    public List<V> find(Bson filter, Bson order, int limit) {
        return in(live.get()).find(filter, order, limit);
    }

    /**
     * What the database makes of all views, for what no single one says, such as a sum.
     *
     * @param stages of an aggregation, over {@code view.<field>}; nothing that is in a view may be written by one
     */
    public List<BsonDocument> aggregate(List<Bson> stages) {
        List<Bson> ofViews = new ArrayList<>(stages);
        ofViews.addFirst(match(exists(ViewCodec.VIEW)));
        return in(live.get()).documents().aggregate(ofViews).into(new ArrayList<>());
    }

    /** How many views pass a filter over {@code view.<field>}. */
    public long count(Bson filter) {
        return in(live.get()).documents().countDocuments(and(filter, exists(ViewCodec.VIEW)));
    }

    /** The documents as they are stored in a place; those of no view among them are the chassis's own. */
    public MongoCollection<BsonDocument> documents(Slot slot) {
        return in(slot).documents();
    }

    private ViewCollection<V> in(Slot slot) {
        return Objects.requireNonNull(collections.get(slot));
    }
}
