package io.waybill.simulation;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Which documents pass a filter of the database's language, as far as services use it. */
final class Filter {

    private static final String ID = "_id";

    private Filter() {}

    static List<BsonDocument> find(Map<BsonValue, BsonDocument> documents, BsonDocument filter) {
        @Nullable BsonValue id = idIn(filter);
        Collection<BsonDocument> candidates = documents.values();
        if (id != null) {
            @Nullable BsonDocument document = documents.get(id);
            candidates = document == null ? List.of() : List.of(document);
        }
        return candidates.stream().filter(document -> passes(document, filter)).toList();
    }

    /** The only ID that passes; null if others do. */
    private static @Nullable BsonValue idIn(BsonDocument filter) {
        @Nullable BsonValue id = filter.get(ID);
        if (id instanceof BsonString) {
            return id;
        }
        if (filter.containsKey("$and")) {
            for (BsonValue part : filter.getArray("$and")) {
                @Nullable BsonValue inPart = idIn(part.asDocument());
                if (inPart != null) {
                    return inPart;
                }
            }
        }
        return null;
    }

    private static boolean passes(BsonDocument document, BsonDocument filter) {
        return filter.entrySet().stream()
                .allMatch(part -> part.getKey().equals("$and")
                        ? part.getValue().asArray().stream().allMatch(each -> passes(document, each.asDocument()))
                        : passes(document.get(part.getKey()), part.getValue()));
    }

    private static boolean passes(@Nullable BsonValue value, BsonValue condition) {
        if (!(condition instanceof BsonDocument operators)) {
            return condition.equals(value);
        }
        return operators.entrySet().stream().allMatch(operator -> switch (operator.getKey()) {
            case "$exists" -> (value != null) == operator.getValue().asBoolean().getValue();
            case "$lt" -> value != null && number(value) < number(operator.getValue());
            default -> throw new UnsupportedOperationException(operator.getKey());
        });
    }

    private static long number(BsonValue value) {
        return switch (value) {
            case BsonInt64 number -> number.getValue();
            case BsonDateTime time -> time.getValue();
            default -> throw new UnsupportedOperationException("not a number or time: " + value);
        };
    }
}
