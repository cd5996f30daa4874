package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.addToSet;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Positions of the events that an operator discarded, by processor and sequence: a view may be made without them. */
public final class Discards {

    private static final String ID = "_id";
    private static final String PROCESSOR = "processor";
    private static final String POSITIONS = "positions";

    private final MongoCollection<Document> documents;

    public Discards(MongoDatabase database) {
        documents = database.getCollection("discards");
    }

    /** To be called before the event is given up. */
    public void remember(String processor, String sequence, long position) {
        documents.updateOne(
                eq(ID, id(processor, sequence)),
                combine(set(PROCESSOR, processor), addToSet(POSITIONS, position)),
                new UpdateOptions().upsert(true));
    }

    /** Whether there is one of a sequence between two positions. */
    public boolean areBetween(String processor, String sequence, long after, long before) {
        @Nullable
        Document found = documents.find(eq(ID, id(processor, sequence))).first();
        return found != null
                && found.getList(POSITIONS, Long.class).stream()
                        .anyMatch(position -> after < position && position < before);
    }

    /** What the processor makes is made anew, and everything decided anew. */
    public void forget(String processor) {
        documents.deleteMany(eq(PROCESSOR, processor));
    }

    private static String id(String processor, String sequence) {
        return processor + " " + sequence;
    }
}
