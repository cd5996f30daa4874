package io.waybill.chassis.readmodels;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.mongo.MongoAutoConfiguration;
import org.jspecify.annotations.Nullable;

/** One document per read model that was ever rebuilt. If they are lost, all are shown from the first place. */
final class ReadModelDocuments {

    private final MongoCollection<ReadModel> documents;

    ReadModelDocuments(MongoDatabase database) {
        documents = database.getCollection(MongoAutoConfiguration.READ_MODELS, ReadModel.class);
    }

    ReadModel find(String projection) {
        @Nullable ReadModel found = documents.find(eq(projection)).first();
        return found == null ? ReadModel.untouched(projection) : found;
    }

    /** Stores a change, unless somebody made another since it was found; tells whether it did. */
    boolean store(ReadModel changed) {
        long before = changed.version() - 1;
        if (before > 0) {
            return documents
                            .replaceOne(and(eq(changed.projection()), eq("version", before)), changed)
                            .getMatchedCount()
                    == 1;
        }
        try {
            documents.insertOne(changed);
            return true;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
            return false;
        }
    }
}
