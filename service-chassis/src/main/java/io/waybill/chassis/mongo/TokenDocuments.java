package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.extensions.mongo.eventsourcing.tokenstore.MongoTokenStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that may be lost and made anew, or put back, at any time. Whoever claimed one before cannot write into the one
 * that took its place: it would say that all was read again. The document's ID tells the two apart, and what was written
 * last tells whether it is still there.
 */
final class TokenDocuments extends MongoTokenStore {

    private final MongoTemplate template;
    private final Serializer serializer;
    private final String node;
    private final ConnectionLosses losses;
    /** By processor and segment. */
    private final Map<String, Claim> claims = new ConcurrentHashMap<>();

    /**
     * @param token as it was read or written last; null before the first event
     * @param tokenType null with it
     */
    private record Claim(
            ObjectId documentId,
            @Nullable Binary token,
            @Nullable String tokenType) {}

    TokenDocuments(MongoTemplate template, Serializer serializer, String node, ConnectionLosses losses) {
        super(MongoTokenStore.builder()
                .mongoTemplate(template)
                .serializer(serializer)
                .nodeId(node));
        this.template = template;
        this.serializer = serializer;
        this.node = node;
        this.losses = losses;
    }

    @Override
    public void initializeTokenSegments(String processorName, int segmentCount, @Nullable TrackingToken initialToken) {
        // A collection that was dropped has lost its index, and of two who make tokens at a time one has to fail.
        template.trackingTokensCollection()
                .createIndex(Indexes.ascending("processorName", "segment"), new IndexOptions().unique(true));
        super.initializeTokenSegments(processorName, segmentCount, initialToken);
    }

    @Override
    public @Nullable TrackingToken fetchToken(String processorName, int segment) {
        TrackingToken token = super.fetchToken(processorName, segment);
        @Nullable
        Document document = template.trackingTokensCollection()
                .find(and(eq("processorName", processorName), eq("segment", segment), eq("owner", node)))
                .first();
        if (document == null) {
            throw new UnableToClaimTokenException("The token was lost while it was claimed");
        }
        claims.put(
                key(processorName, segment),
                new Claim(
                        document.getObjectId("_id"),
                        document.get("token", Binary.class),
                        document.getString("tokenType")));
        return token;
    }

    /**
     * Stores the token of a batch, if all that the batch has written before is surely in the same store.
     *
     * @throws UnableToClaimTokenException if it may not be, or another holds the claim
     */
    @Override
    public void storeToken(@Nullable TrackingToken token, String processorName, int segment) {
        String key = key(processorName, segment);
        requireNoLoss(key);
        @Nullable SerializedObject<byte[]> written = token == null ? null : serializer.serialize(token, byte[].class);
        @Nullable Claim before = claims.get(key);
        if (before == null) {
            throw new UnableToClaimTokenException("Nobody here has claimed the token of " + key);
        }
        Claim after = new Claim(
                before.documentId(),
                written == null ? null : new Binary(written.getData()),
                written == null ? null : written.getType().getName());
        replace(before, after, key);
        try {
            requireNoLoss(key);
        } catch (UnableToClaimTokenException e) {
            replace(after, before, key);
            throw e;
        }
    }

    /** Both before and after the token is written: the loss may come in between. */
    private void requireNoLoss(String key) {
        if (losses.areAmidBatch()) {
            throw new UnableToClaimTokenException(
                    "The connection to the store was lost amid a batch of " + key + ", which is handled again");
        }
    }

    private void replace(Claim before, Claim after, String key) {
        var change = combine(
                set("timestamp", System.currentTimeMillis()),
                set("token", after.token()),
                set("tokenType", after.tokenType()));
        if (template.trackingTokensCollection().updateOne(still(before), change).getMatchedCount() == 0) {
            throw new UnableToClaimTokenException("The token of " + key + " was lost, put back, or claimed by another");
        }
        claims.put(key, after);
    }

    private Bson still(Claim claim) {
        return and(eq("_id", claim.documentId()), eq("owner", node), eq("token", claim.token()));
    }

    private static String key(String processorName, int segment) {
        return "segment " + segment + " of " + processorName;
    }
}
