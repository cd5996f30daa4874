package io.waybill.chassis.readmodels;

import static com.mongodb.client.model.Filters.eq;

import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.Discards;
import io.waybill.chassis.mongo.StoreMarks;
import io.waybill.chassis.mongo.ViewStore;
import java.util.List;
import org.axonframework.extensions.mongo.MongoTemplate;

/**
 * What a processor leaves behind in the service's database. It is cleared away with the marks that tell of a loss: whoever
 * was suspended amid it, and goes on when others are at work there again, takes their mark too, and so is noticed.
 */
record Leftovers(MongoTemplate template, StoreMarks marks, Discards discards) {

    boolean areThere(String processor) {
        return template.trackingTokensCollection()
                        .find(eq("processorName", processor))
                        .first()
                != null;
    }

    /** Has it not taken for a loss that they are cleared away, until they are {@link #markAgain marked again}. */
    void forgetMarks(Slot slot, List<ViewStore<?>> stores) {
        marks.forget(names(slot, stores));
    }

    /** Tokens first: whoever still runs has lost his claim before the documents go. */
    void wipe(String processor, Slot slot, List<ViewStore<?>> stores) {
        template.trackingTokensCollection().deleteMany(eq("processorName", processor));
        template.deadLetterCollection().deleteMany(eq("processingGroup", processor));
        discards.forget(processor);
        stores.forEach(store -> store.clear(slot));
    }

    void markAgain(Slot slot, List<ViewStore<?>> stores) {
        marks.markAgain(names(slot, stores));
    }

    private static List<String> names(Slot slot, List<ViewStore<?>> stores) {
        return stores.stream()
                .map(store -> store.documents(slot).getNamespace().getCollectionName())
                .toList();
    }
}
