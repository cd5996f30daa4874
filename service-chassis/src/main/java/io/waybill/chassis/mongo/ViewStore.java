package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.lt;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.bson.BsonDocument;
import org.bson.BsonDocumentReader;
import org.bson.BsonDocumentWriter;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read model: documents of the form {@code {_id, position, sequence, view}}. A document is folded from the events of
 * one aggregate, and carries the position of the last one in it: an event that comes again, or from a processor that
 * does not know yet that it lost its claim, changes nothing.
 *
 * <p>It also carries the number of that event in its aggregate. An event that is not the next one is from a processor
 * that has read on though the documents it wrote were lost or put back: it fails with {@link MissedEvents}, and is
 * handled again from the stored token. If what is between is missing even then, it was discarded by an operator.
 *
 * @param <V> the view, a public record (the driver's codec reaches no other)
 */
public final class ViewStore<V> {

    private static final String ID = "_id";
    private static final String POSITION = "position";
    private static final String SEQUENCE = "sequence";
    private static final String VIEW = "view";
    private static final Logger LOG = LoggerFactory.getLogger(ViewStore.class);

    /** Where events are missing, by ID of the document. */
    private final Map<String, Gap> gaps = new ConcurrentHashMap<>();

    private record Gap(long before, long after) {}

    private final MongoCollection<BsonDocument> documents;
    private final Codec<V> codec;

    /**
     * @param collection name of the collection that holds the read model
     * @param type the view's record type
     */
    public ViewStore(MongoDatabase database, String collection, Class<V> type) {
        documents = database.getCollection(collection, BsonDocument.class);
        codec = database.getCodecRegistry().get(type);
    }

    /**
     * Brings a view up to an event of its aggregate. It must be given all of them.
     *
     * @param id key of the view
     * @param position of the event among all events
     * @param sequence number of the event in its aggregate, from 0
     * @param fold from the view before the event, or null if there is none, to the view after it
     * @throws MissedEvents if events are missing in between
     */
    public void fold(String id, long position, long sequence, Function<@Nullable V, V> fold) {
        @Nullable BsonDocument before = documents.find(eq(ID, id)).first();
        if (isNews(before, position)) {
            requireNext(id, before, sequence);
            write(before, document(id, position, before, fold).append(SEQUENCE, new BsonInt64(sequence)));
        }
    }

    /**
     * Brings a view up to an event of no aggregate, of which nobody can tell whether it is the next.
     *
     * @param id key of the view
     * @param position of the event among all events
     * @param fold from the view before the event, or null if there is none, to the view after it
     */
    public void fold(String id, long position, Function<@Nullable V, V> fold) {
        @Nullable BsonDocument before = documents.find(eq(ID, id)).first();
        if (isNews(before, position)) {
            write(before, document(id, position, before, fold));
        }
    }

    private static boolean isNews(@Nullable BsonDocument before, long position) {
        return before == null || before.getInt64(POSITION).getValue() < position;
    }

    private void requireNext(String id, @Nullable BsonDocument before, long sequence) {
        // The release before did not write it.
        boolean unknown = before != null && !before.containsKey(SEQUENCE);
        long last = before == null || unknown ? -1 : before.getInt64(SEQUENCE).getValue();
        if (unknown || sequence <= last + 1 || isRetriedDeadLetter()) {
            gaps.remove(id);
            return;
        }
        var gap = new Gap(last, sequence);
        if (!gap.equals(gaps.put(id, gap))) {
            throw new MissedEvents("%s in %s has the events up to %d of its aggregate, and was given %d"
                    .formatted(id, documents.getNamespace().getCollectionName(), last, sequence));
        }
        gaps.remove(id);
        LOG.warn("{} is shown without the events between {} and {}, which were discarded", id, last, sequence);
    }

    /** Those before it were discarded. Unlike all others it comes in no batch of a segment. */
    private static boolean isRetriedDeadLetter() {
        return CurrentUnitOfWork.isStarted() && !(CurrentUnitOfWork.get().root() instanceof BatchingUnitOfWork);
    }

    private BsonDocument document(
            String id, long position, @Nullable BsonDocument before, Function<@Nullable V, V> fold) {
        return new BsonDocument(ID, new BsonString(id))
                .append(POSITION, new BsonInt64(position))
                .append(VIEW, encode(fold.apply(before == null ? null : decode(before))));
    }

    private void write(@Nullable BsonDocument before, BsonDocument after) {
        try {
            documents.replaceOne(
                    and(eq(ID, after.get(ID)), lt(POSITION, after.get(POSITION))),
                    after,
                    new ReplaceOptions().upsert(before == null));
        } catch (MongoWriteException e) {
            // Another processor inserted it in between; it has the claim now, so the event is its business.
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
        }
    }

    /** The view of this key, or null if there is none. */
    public @Nullable V find(String id) {
        @Nullable BsonDocument document = documents.find(eq(ID, id)).first();
        return document == null ? null : decode(document);
    }

    /**
     * Views that pass a filter.
     *
     * @param filter over {@code view.<field>}
     * @param order over {@code view.<field>}
     * @param limit at most so many; 0 for all
     */
    public List<V> find(Bson filter, Bson order, int limit) {
        List<V> views = new ArrayList<>();
        for (BsonDocument document :
                documents.find(and(filter, exists(VIEW))).sort(order).limit(limit)) {
            views.add(decode(document));
        }
        return views;
    }

    private BsonDocument encode(V view) {
        var document = new BsonDocument();
        codec.encode(
                new BsonDocumentWriter(document), view, EncoderContext.builder().build());
        return document;
    }

    private V decode(BsonDocument document) {
        return codec.decode(
                new BsonDocumentReader(document.getDocument(VIEW)),
                DecoderContext.builder().build());
    }
}
