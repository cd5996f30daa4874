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
    /** By processor and segment. */
    private final Map<String, Claim> claims = new ConcurrentHashMap<>();

    /** @param token as it was read or written last; null before the first event */
    private record Claim(ObjectId documentId, @Nullable Binary token) {}

    TokenDocuments(MongoTemplate template, Serializer serializer, String node) {
        super(MongoTokenStore.builder()
                .mongoTemplate(template)
                .serializer(serializer)
                .nodeId(node));
        this.template = template;
        this.serializer = serializer;
        this.node = node;
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
                new Claim(document.getObjectId("_id"), document.get("token", Binary.class)));
        return token;
    }

    @Override
    public void storeToken(@Nullable TrackingToken token, String processorName, int segment) {
        @Nullable SerializedObject<byte[]> written = token == null ? null : serializer.serialize(token, byte[].class);
        @Nullable Binary binary = written == null ? null : new Binary(written.getData());
        @Nullable Claim claim = claims.get(key(processorName, segment));
        var change = combine(
                set("timestamp", System.currentTimeMillis()),
                set("token", binary),
                set("tokenType", written == null ? null : written.getType().getName()));
        if (claim == null
                || template.trackingTokensCollection()
                                .updateOne(still(claim), change)
                                .getMatchedCount()
                        == 0) {
            throw new UnableToClaimTokenException("The token of segment " + segment + " of " + processorName
                    + " was lost, put back, or claimed by another");
        }
        claims.put(key(processorName, segment), new Claim(claim.documentId(), binary));
    }

    private Bson still(Claim claim) {
        return and(eq("_id", claim.documentId()), eq("owner", node), eq("token", claim.token()));
    }

    private static String key(String processorName, int segment) {
        return processorName + " " + segment;
    }
}
