package io.waybill.simulation;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
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
        @Nullable List<BsonValue> ids = idsIn(filter);
        Stream<BsonDocument> candidates = ids == null
                ? documents.values().stream()
                : ids.stream().distinct().map(documents::get).filter(Objects::nonNull);
        return candidates.filter(document -> passes(document, filter)).toList();
    }

    /** The only IDs that pass; null if others may. */
    private static @Nullable List<BsonValue> idsIn(BsonDocument filter) {
        @Nullable BsonValue id = filter.get(ID);
        if (id instanceof BsonString) {
            return List.of(id);
        }
        if (id instanceof BsonDocument condition && condition.containsKey("$in")) {
            return condition.getArray("$in");
        }
        if (filter.containsKey("$and")) {
            for (BsonValue part : filter.getArray("$and")) {
                @Nullable List<BsonValue> inPart = idsIn(part.asDocument());
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
            case "$in" -> value != null && operator.getValue().asArray().contains(value);
            case "$not" -> !passes(value, operator.getValue());
            case "$gt" -> value != null && number(value) > number(operator.getValue());
            case "$lt" -> value != null && number(value) < number(operator.getValue());
            case "$lte" -> value != null && number(value) <= number(operator.getValue());
            case "$ne" -> !operator.getValue().equals(value);
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
