package io.waybill.simulation;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteError;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.FindIterable;
import com.mongodb.client.ListCollectionNamesIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.result.DeleteResult;
import com.mongodb.client.result.InsertOneResult;
import com.mongodb.client.result.UpdateResult;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDocumentReader;
import org.bson.BsonDocumentWriter;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The database of a service in memory, behind as much of the driver as the service's stores use, so that these run as
 * they are. Somebody is told before and after each write: there processes end, and others do something in between.
 */
final class Documents {

    private static final CodecRegistry CODECS = MongoClientSettings.getDefaultCodecRegistry();
    private static final String ID = "_id";
    private static final int DUPLICATE_KEY = 11000;

    private final Map<String, Map<BsonValue, BsonDocument>> collections = new TreeMap<>();
    private final Map<String, MongoCollection<?>> handles = new HashMap<>();
    private final MongoDatabase database = proxy(MongoDatabase.class, this::answer);
    private final Consumer<String> before;
    private final Consumer<String> after;

    /**
     * @param before is told which collection is about to be written to, and may throw
     * @param after is told which collection was written to, and may throw
     */
    Documents(Consumer<String> before, Consumer<String> after) {
        this.before = before;
        this.after = after;
    }

    MongoDatabase database() {
        return database;
    }

    /** What is in a collection, by ID. */
    Map<BsonValue, BsonDocument> in(String collection) {
        return collections.computeIfAbsent(collection, name -> new LinkedHashMap<>());
    }

    /** All collections by their names, of documents by their IDs. */
    Map<String, Map<BsonValue, BsonDocument>> collections() {
        return collections;
    }

    /** Loses everything. */
    void clear() {
        collections.clear();
    }

    private Object answer(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "getCodecRegistry" -> CODECS;
            case "withWriteConcern" -> proxy;
            case "getCollection" ->
                collection(
                        (String) argument(arguments, 0),
                        argumentsOf(arguments) == 1 ? Document.class : (Class<?>) argument(arguments, 1));
            case "listCollectionNames" -> proxy(ListCollectionNamesIterable.class, this::names);
            default -> throw new UnsupportedOperationException(method.toString());
        };
    }

    private Object names(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        if (!method.getName().equals("into")) {
            throw new UnsupportedOperationException(method.toString());
        }
        @SuppressWarnings("unchecked")
        var target = (Collection<String>) argument(arguments, 0);
        target.addAll(collections.keySet());
        return target;
    }

    private MongoCollection<?> collection(String name, Class<?> type) {
        return handles.computeIfAbsent(
                name + " " + type.getName(), key -> proxy(MongoCollection.class, new Handle<>(name, type)));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Documents.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static int argumentsOf(@Nullable Object @Nullable [] arguments) {
        return arguments == null ? 0 : arguments.length;
    }

    @SuppressWarnings("NullAway") // the driver is given no null
    private static Object argument(@Nullable Object @Nullable [] arguments, int index) {
        return arguments[index];
    }

    private static BsonDocument bson(Object given) {
        return ((Bson) given).toBsonDocument(Document.class, CODECS);
    }

    /** A collection whose documents are read and written as a type. */
    private final class Handle<T> implements InvocationHandler {

        private final String name;
        private final Class<T> type;
        private final Codec<T> codec;

        Handle(String name, Class<T> type) {
            this.name = name;
            this.type = type;
            codec = CODECS.get(type);
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
            Object first = argumentsOf(arguments) == 0 ? "nothing" : argument(arguments, 0);
            return switch (method.getName()) {
                case "find" -> proxy(FindIterable.class, new Found<>(matching(bson(first)), this::decode));
                case "withWriteConcern" -> proxy;
                // All are looked at anyway.
                case "createIndex" -> "index";
                case "insertOne" -> write(() -> insert(encode(first)));
                case "replaceOne" ->
                    write(() -> replace(bson(first), encode(argument(arguments, 1)), upserts(arguments)));
                case "bulkWrite" -> writeAll((List<?>) first);
                case "updateOne" -> write(() -> update(bson(first), bson(argument(arguments, 1))));
                case "findOneAndUpdate" ->
                    write(() -> claim(bson(first), bson(argument(arguments, 1)), (FindOneAndUpdateOptions)
                            argument(arguments, 2)));
                case "deleteOne" ->
                    write(() -> delete(matching(bson(first)).stream().limit(1).toList()));
                case "drop" -> write(() -> delete(matching(new BsonDocument())));
                case "deleteMany" -> write(() -> delete(matching(bson(first))));
                default -> throw new UnsupportedOperationException(method.toString());
            };
        }

        private static boolean upserts(@Nullable Object @Nullable [] arguments) {
            return argumentsOf(arguments) > 2 && ((ReplaceOptions) argument(arguments, 2)).isUpsert();
        }

        private <R extends @Nullable Object> R write(Supplier<R> write) {
            before.accept(name);
            R result = write.get();
            after.accept(name);
            return result;
        }

        private InsertOneResult insert(BsonDocument document) {
            BsonValue id = document.get(ID);
            if (in(name).putIfAbsent(id, document) != null) {
                throw new MongoWriteException(
                        new WriteError(DUPLICATE_KEY, "There is one of this ID: " + id, new BsonDocument()),
                        new ServerAddress(),
                        Set.of());
            }
            return InsertOneResult.acknowledged(id);
        }

        private UpdateResult replace(BsonDocument filter, BsonDocument document, boolean upsert) {
            List<BsonDocument> found = matching(filter);
            if (!found.isEmpty()) {
                in(name).put(document.get(ID), document);
            } else if (upsert) {
                insert(document);
            }
            return matched(found);
        }

        /** One after the other, whatever becomes of them: a process may end in between. */
        private BulkWriteResult writeAll(List<?> writes) {
            List<BulkWriteError> errors = new ArrayList<>();
            for (int i = 0; i < writes.size(); i++) {
                Object one = writes.get(i);
                try {
                    write(() -> write(one));
                } catch (MongoWriteException e) {
                    errors.add(new BulkWriteError(e.getCode(), e.getMessage(), new BsonDocument(), i));
                }
            }
            if (!errors.isEmpty()) {
                throw new MongoBulkWriteException(
                        BulkWriteResult.unacknowledged(), errors, null, new ServerAddress(), Set.of());
            }
            return BulkWriteResult.unacknowledged();
        }

        private Object write(Object one) {
            return switch (one) {
                case InsertOneModel<?> insertion -> insert(encode(insertion.getDocument()));
                case ReplaceOneModel<?> replacement ->
                    replace(
                            bson(replacement.getFilter()),
                            encode(replacement.getReplacement()),
                            replacement.getReplaceOptions().isUpsert());
                default -> throw new UnsupportedOperationException(one.toString());
            };
        }

        private UpdateResult update(BsonDocument filter, BsonDocument changes) {
            List<BsonDocument> found = matching(filter);
            found.stream().findFirst().ifPresent(document -> change(document, changes));
            return matched(found);
        }

        /** The first in an order, as it is after the change; null if there is none. */
        private @Nullable T claim(BsonDocument filter, BsonDocument changes, FindOneAndUpdateOptions options) {
            String first = bson(Objects.requireNonNull(options.getSort())).getFirstKey();
            return matching(filter).stream()
                    .min(Comparator.comparingLong(
                            document -> document.getDateTime(first).getValue()))
                    .map(document -> decode(change(document, changes)))
                    .orElse(null);
        }

        private BsonDocument change(BsonDocument document, BsonDocument changes) {
            BsonDocument changed = document.clone();
            changes.forEach((operator, fields) ->
                    fields.asDocument().forEach((field, value) -> change(changed, operator, field, value)));
            in(name).put(changed.get(ID), changed);
            return changed;
        }

        private static void change(BsonDocument document, String operator, String field, BsonValue value) {
            switch (operator) {
                case "$set" -> document.put(field, value);
                case "$inc" ->
                    document.put(
                            field,
                            new BsonInt32(document.getInt32(field).getValue()
                                    + value.asInt32().getValue()));
                case "$addToSet" -> {
                    BsonArray values = document.getArray(field);
                    if (!values.contains(value)) {
                        values.add(value);
                    }
                }
                default -> throw new UnsupportedOperationException(operator);
            }
        }

        private static UpdateResult matched(List<BsonDocument> found) {
            return UpdateResult.acknowledged(Math.min(1, found.size()), null, null);
        }

        private DeleteResult delete(List<BsonDocument> found) {
            found.forEach(document -> in(name).remove(document.get(ID)));
            return DeleteResult.acknowledged(found.size());
        }

        private List<BsonDocument> matching(BsonDocument filter) {
            return Filter.find(collections.getOrDefault(name, Map.of()), filter);
        }

        private BsonDocument encode(Object document) {
            if (document instanceof BsonDocument itself) {
                return itself;
            }
            var encoded = new BsonDocument();
            codec.encode(
                    new BsonDocumentWriter(encoded),
                    type.cast(document),
                    EncoderContext.builder().build());
            return encoded;
        }

        private T decode(BsonDocument document) {
            return type.isInstance(document)
                    ? type.cast(document)
                    : codec.decode(
                            new BsonDocumentReader(document),
                            DecoderContext.builder().build());
        }
    }

    /** What a search found, in the order in which it was first written. */
    private record Found<T>(List<BsonDocument> documents, Function<BsonDocument, T> decode)
            implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
            return switch (method.getName()) {
                case "first" -> documents.isEmpty() ? null : decode.apply(documents.getFirst());
                case "limit" -> proxy;
                case "iterator" -> proxy(MongoCursor.class, new Cursor<>(documents.iterator(), decode));
                default -> throw new UnsupportedOperationException(method.toString());
            };
        }
    }

    private record Cursor<T>(Iterator<BsonDocument> documents, Function<BsonDocument, T> decode)
            implements InvocationHandler {

        @Override
        public Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
            return switch (method.getName()) {
                case "hasNext" -> documents.hasNext();
                case "next" -> decode.apply(documents.next());
                default -> throw new UnsupportedOperationException(method.toString());
            };
        }
    }
}
