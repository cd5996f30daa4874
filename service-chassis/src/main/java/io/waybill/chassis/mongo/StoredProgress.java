package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import io.waybill.chassis.messaging.ReadProgress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.WrappedToken;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Reads the tokens of all instances. */
final class StoredProgress implements ReadProgress {

    private final MongoCollection<Document> tokens;
    private final Serializer serializer;
    private final StoreMarks marks;

    StoredProgress(MongoCollection<Document> tokens, Serializer serializer, StoreMarks marks) {
        this.tokens = tokens;
        this.serializer = serializer;
        this.marks = marks;
    }

    @Override
    public Map<Integer, Long> segments(String processor) {
        Map<Integer, Long> segments = new HashMap<>();
        for (Document document : tokens.find(eq("processorName", processor))) {
            segments.put(document.getInteger("segment"), position(document));
        }
        return segments;
    }

    @Override
    public Optional<String> generation() {
        return marks.generation();
    }

    private long position(Document document) {
        @Nullable Binary stored = document.get("token", Binary.class);
        if (stored == null) {
            return -1;
        }
        TrackingToken token = serializer.deserialize(
                new SimpleSerializedObject<>(stored.getData(), byte[].class, document.getString("tokenType"), null));
        @Nullable TrackingToken read = WrappedToken.unwrapLowerBound(token);
        return read == null ? -1 : read.position().orElse(-1);
    }
}
