package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import org.bson.Document;

/**
 * Sequences of which an operator discarded an event, by processor: a view may be made without it. Of any other sequence no
 * event may be missing.
 */
public final class Discards {

    private static final String ID = "_id";
    private static final String PROCESSOR = "processor";

    private final MongoCollection<Document> documents;

    public Discards(MongoDatabase database) {
        documents = database.getCollection("discards");
    }

    /** To be called before the event is given up. */
    public void remember(String processor, String sequence) {
        documents.replaceOne(
                eq(ID, id(processor, sequence)), new Document(PROCESSOR, processor), new ReplaceOptions().upsert(true));
    }

    /** Whether an event of a sequence was. */
    public boolean contains(String processor, String sequence) {
        return documents.find(eq(ID, id(processor, sequence))).first() != null;
    }

    /** What it makes is made anew, and everything decided anew. */
    public void forget(String processor) {
        documents.deleteMany(eq(PROCESSOR, processor));
    }

    private static String id(String processor, String sequence) {
        return processor + " " + sequence;
    }
}
