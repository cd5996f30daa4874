package io.waybill.chassis.readmodels;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;

import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.ViewStore;
import java.util.List;
import org.axonframework.extensions.mongo.MongoTemplate;

/** What a processor leaves behind in the service's database. */
record Leftovers(MongoTemplate template) {

    boolean areThere(String processor) {
        return template.trackingTokensCollection()
                        .find(eq("processorName", processor))
                        .first()
                != null;
    }

    /** Tokens first: whoever still runs has lost his claim before the documents go. */
    void wipe(String processor, Slot slot, List<ViewStore<?>> stores) {
        template.trackingTokensCollection().deleteMany(eq("processorName", processor));
        template.deadLetterCollection().deleteMany(eq("processingGroup", processor));
        // The mark that tells of a loss is no view, and stays.
        stores.forEach(store -> store.documents(slot).deleteMany(exists("view")));
    }
}
