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
import java.util.function.Function;
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

/**
 * A read model: documents of the form {@code {_id, position, view}}. A document is folded from the events of one
 * aggregate, and carries the position of the last one in it: an event that comes again, or from a processor that does
 * not know yet that it lost its claim, changes nothing.
 *
 * @param <V> the view, a public record (the driver's codec reaches no other)
 */
public final class ViewStore<V> {

    private static final String ID = "_id";
    private static final String POSITION = "position";
    private static final String VIEW = "view";

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
     * Brings a view up to an event.
     *
     * @param id key of the view
     * @param position of the event
     * @param fold from the view before the event, or null if there is none, to the view after it
     */
    public void fold(String id, long position, Function<@Nullable V, V> fold) {
        @Nullable BsonDocument before = documents.find(eq(ID, id)).first();
        if (before != null && before.getInt64(POSITION).getValue() >= position) {
            return;
        }
        V after = fold.apply(before == null ? null : decode(before));
        BsonDocument document = new BsonDocument(ID, new BsonString(id))
                .append(POSITION, new BsonInt64(position))
                .append(VIEW, encode(after));
        try {
            documents.replaceOne(
                    and(eq(ID, id), lt(POSITION, position)), document, new ReplaceOptions().upsert(before == null));
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
