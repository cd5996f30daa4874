package io.waybill.chassis.readmodels;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Projections.include;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoCollection;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.chassis.readmodels.Comparison.Difference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Compares a read model in one place with the other, while both are written to. What is not the same at a glance is
 * looked at again until both have come to the same event; what is then not the same never will be.
 */
final class Differences {

    private static final int BATCH = 500;
    private static final int EXAMPLES = 20;
    private static final String ID = "_id";
    private static final Bson VIEWS = exists("view");

    private final List<Pair> pairs;
    private long documents;
    private boolean wentThrough;

    Differences(List<ViewStore<?>> stores, Slot rebuilt) {
        pairs = stores.stream()
                .map(store -> new Pair(store.documents(rebuilt.other()), store.documents(rebuilt)))
                .toList();
    }

    /** Looks at all at the first time, and afterwards at what was not the same. */
    void look() {
        for (Pair pair : pairs) {
            if (wentThrough) {
                pair.lookAgain();
            } else {
                documents += pair.lookAtAll();
            }
        }
        wentThrough = true;
    }

    /** Whether another look may find less: some documents of one place have come further than in the other. */
    boolean isUnsettled() {
        return !wentThrough || pairs.stream().anyMatch(Pair::isUnsettled);
    }

    Comparison result() {
        List<Difference> all =
                pairs.stream().flatMap(pair -> pair.differences().stream()).toList();
        return new Comparison(
                documents, all.size(), all.stream().limit(EXAMPLES).toList());
    }

    /** The two collections of a view store. */
    private static final class Pair {

        private final MongoCollection<RawBsonDocument> live;
        private final MongoCollection<RawBsonDocument> rebuilt;
        private final Map<BsonValue, Unequal> unequal = new LinkedHashMap<>();

        /** Positions of a document that is not the same in both places, null where there is none. */
        private record Unequal(
                @Nullable Long live, @Nullable Long rebuilt) {

            /** One that is missing in one place may be just about to be written there. */
            boolean isUnsettled() {
                return !Objects.equals(live, rebuilt);
            }

            String what() {
                if (live == null) {
                    return "is only in the rebuilt read model, at position " + rebuilt;
                }
                if (rebuilt == null) {
                    return "is only in the live read model, at position " + live;
                }
                return "is otherwise in the live read model at position " + live
                        + " than in the rebuilt one at position " + rebuilt;
            }
        }

        Pair(MongoCollection<BsonDocument> live, MongoCollection<BsonDocument> rebuilt) {
            this.live = live.withDocumentClass(RawBsonDocument.class);
            this.rebuilt = rebuilt.withDocumentClass(RawBsonDocument.class);
        }

        /** Returns the number of live documents. */
        long lookAtAll() {
            compareAllOf(rebuilt);
            return compareAllOf(live);
        }

        /** Page by page, so that nobody who writes there waits for long. */
        private long compareAllOf(MongoCollection<RawBsonDocument> one) {
            long count = 0;
            List<BsonValue> ids = idsBehind("", one);
            while (!ids.isEmpty()) {
                compare(ids);
                count += ids.size();
                ids = idsBehind(ids.getLast().asString().getValue(), one);
            }
            return count;
        }

        private static List<BsonValue> idsBehind(String id, MongoCollection<RawBsonDocument> documents) {
            return documents
                    .find(and(VIEWS, gt(ID, id)))
                    .sort(ascending(ID))
                    .limit(BATCH)
                    .projection(include(ID))
                    .map(document -> document.get(ID))
                    .into(new ArrayList<>());
        }

        void lookAgain() {
            List<BsonValue> ids = new ArrayList<>(unequal.keySet());
            for (int i = 0; i < ids.size(); i += BATCH) {
                compare(ids.subList(i, Math.min(ids.size(), i + BATCH)));
            }
        }

        private void compare(List<BsonValue> ids) {
            Map<BsonValue, RawBsonDocument> ofLive = documents(live, ids);
            Map<BsonValue, RawBsonDocument> ofRebuilt = documents(rebuilt, ids);
            for (BsonValue id : ids) {
                @Nullable RawBsonDocument one = ofLive.get(id);
                @Nullable RawBsonDocument other = ofRebuilt.get(id);
                if ((one == null && other == null) || areSame(one, other)) {
                    unequal.remove(id);
                } else {
                    unequal.put(id, new Unequal(position(one), position(other)));
                }
            }
        }

        private static boolean areSame(@Nullable RawBsonDocument one, @Nullable RawBsonDocument other) {
            if (one == null || other == null) {
                return false;
            }
            return one.getByteBuffer().asNIO().equals(other.getByteBuffer().asNIO());
        }

        private static @Nullable Long position(@Nullable RawBsonDocument document) {
            return document == null ? null : document.getInt64("position").getValue();
        }

        private static Map<BsonValue, RawBsonDocument> documents(
                MongoCollection<RawBsonDocument> collection, List<BsonValue> ids) {
            Map<BsonValue, RawBsonDocument> found = new HashMap<>();
            for (RawBsonDocument document : collection.find(in(ID, ids))) {
                found.put(document.get(ID), document);
            }
            return found;
        }

        boolean isUnsettled() {
            return unequal.values().stream().anyMatch(Unequal::isUnsettled);
        }

        List<Difference> differences() {
            String collection = live.getNamespace().getCollectionName();
            return unequal.entrySet().stream()
                    .map(entry -> new Difference(
                            collection,
                            entry.getKey().asString().getValue(),
                            entry.getValue().what()))
                    .toList();
        }
    }
}
