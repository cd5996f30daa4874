package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Sagas as documents {@code {_id, type, saga, associations: [{key, value}]}}. The Mongo extension's own store cannot be
 * loaded without XStream, which is kept off the class path.
 */
final class SagaDocuments implements SagaStore<Object> {

    private static final String TYPE = "type";
    private static final String SAGA = "saga";
    private static final String ASSOCIATIONS = "associations";

    private final MongoCollection<Document> sagas;
    private final Serializer serializer;

    SagaDocuments(MongoDatabase database, Serializer serializer) {
        this.sagas = database.getCollection("sagas");
        this.serializer = serializer;
        sagas.createIndex(Indexes.ascending(ASSOCIATIONS + ".value", ASSOCIATIONS + ".key", TYPE));
    }

    @Override
    public Set<String> findSagas(Class<?> sagaType, AssociationValue association) {
        Set<String> found = new HashSet<>();
        sagas.find(and(eq(ASSOCIATIONS, document(association)), eq(TYPE, sagaType.getName())))
                .projection(Projections.include("_id"))
                .forEach(saga -> found.add(saga.getString("_id")));
        return found;
    }

    @Override
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String sagaIdentifier) {
        @Nullable Document document = sagas.find(eq(sagaIdentifier)).first();
        if (document == null) {
            return null;
        }
        S saga = serializer.deserialize(
                new SimpleSerializedObject<>(document.getString(SAGA), String.class, document.getString(TYPE), null));
        Set<AssociationValue> associations = new HashSet<>();
        for (Document association : document.getList(ASSOCIATIONS, Document.class)) {
            associations.add(new AssociationValue(association.getString("key"), association.getString("value")));
        }
        return new Entry<>() {
            @Override
            public Set<AssociationValue> associationValues() {
                return associations;
            }

            @Override
            public S saga() {
                return saga;
            }
        };
    }

    @Override
    public void insertSaga(Class<?> sagaType, String sagaIdentifier, Object saga, Set<AssociationValue> associations) {
        sagas.replaceOne(
                eq(sagaIdentifier),
                document(sagaType, sagaIdentifier, saga, associations),
                new ReplaceOptions().upsert(true));
    }

    @Override
    public void updateSaga(Class<?> sagaType, String sagaIdentifier, Object saga, AssociationValues associations) {
        sagas.replaceOne(eq(sagaIdentifier), document(sagaType, sagaIdentifier, saga, associations.asSet()));
    }

    @Override
    public void deleteSaga(Class<?> sagaType, String sagaIdentifier, Set<AssociationValue> associations) {
        sagas.deleteOne(eq(sagaIdentifier));
    }

    private Document document(
            Class<?> sagaType, String sagaIdentifier, Object saga, Set<AssociationValue> associations) {
        SerializedObject<String> serialized = serializer.serialize(saga, String.class);
        List<Document> values =
                associations.stream().map(SagaDocuments::document).toList();
        return new Document("_id", sagaIdentifier)
                .append(TYPE, sagaType.getName())
                .append(SAGA, serialized.getData())
                .append(ASSOCIATIONS, values);
    }

    private static Document document(AssociationValue association) {
        return new Document("key", association.getKey()).append("value", association.getValue());
    }
}
