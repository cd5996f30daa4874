package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.size;
import static com.mongodb.client.model.Updates.addToSet;
import static com.mongodb.client.model.Updates.pull;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOptions;
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
 * Sagas as documents {@code {_id, saga, associations: [{key, value}]}}, and a document {@code {_id, sagas: [...]}}
 * for each association, which is found by its ID: the embedded server has no other index, and every event looks for
 * its sagas.
 *
 * <p>The saga is written before and deleted after the associations that lead to it. What a crash leaves in between is a
 * saga that nothing leads to, or associations of a saga that is there.
 *
 * <p>The Mongo extension's own store cannot be loaded without XStream, which is kept off the class path.
 */
final class SagaDocuments implements SagaStore<Object> {

    private static final String ID = "_id";
    private static final String SAGA = "saga";
    private static final String SAGAS = "sagas";
    private static final String ASSOCIATIONS = "associations";

    private final MongoCollection<Document> sagas;
    private final MongoCollection<Document> associations;
    private final Serializer serializer;

    SagaDocuments(MongoDatabase database, Serializer serializer) {
        this.sagas = database.getCollection("sagas");
        this.associations = database.getCollection("sagaAssociations");
        this.serializer = serializer;
    }

    @Override
    public Set<String> findSagas(Class<?> sagaType, AssociationValue association) {
        @Nullable
        Document found = associations.find(eq(ID, id(sagaType, association))).first();
        return found == null ? Set.of() : new HashSet<>(found.getList(SAGAS, String.class));
    }

    @Override
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String sagaIdentifier) {
        @Nullable Document document = sagas.find(eq(ID, sagaIdentifier)).first();
        if (document == null) {
            return null;
        }
        S saga = serializer.deserialize(
                new SimpleSerializedObject<>(document.getString(SAGA), String.class, sagaType.getName(), null));
        Set<AssociationValue> values = new HashSet<>();
        for (Document value : document.getList(ASSOCIATIONS, Document.class)) {
            values.add(new AssociationValue(value.getString("key"), value.getString("value")));
        }
        return new Entry<>() {
            @Override
            public Set<AssociationValue> associationValues() {
                return values;
            }

            @Override
            public S saga() {
                return saga;
            }
        };
    }

    @Override
    public void insertSaga(Class<?> sagaType, String sagaIdentifier, Object saga, Set<AssociationValue> values) {
        write(sagaIdentifier, saga, values);
        values.forEach(value -> associate(sagaType, sagaIdentifier, value));
    }

    @Override
    public void updateSaga(Class<?> sagaType, String sagaIdentifier, Object saga, AssociationValues values) {
        write(sagaIdentifier, saga, values.asSet());
        values.addedAssociations().forEach(value -> associate(sagaType, sagaIdentifier, value));
        values.removedAssociations().forEach(value -> dissociate(sagaType, sagaIdentifier, value));
    }

    @Override
    public void deleteSaga(Class<?> sagaType, String sagaIdentifier, Set<AssociationValue> values) {
        values.forEach(value -> dissociate(sagaType, sagaIdentifier, value));
        sagas.deleteOne(eq(ID, sagaIdentifier));
    }

    private void write(String sagaIdentifier, Object saga, Set<AssociationValue> values) {
        SerializedObject<String> serialized = serializer.serialize(saga, String.class);
        List<Document> written = values.stream()
                .map(value -> new Document("key", value.getKey()).append("value", value.getValue()))
                .toList();
        sagas.replaceOne(
                eq(ID, sagaIdentifier),
                new Document(ID, sagaIdentifier)
                        .append(SAGA, serialized.getData())
                        .append(ASSOCIATIONS, written),
                new ReplaceOptions().upsert(true));
    }

    private void associate(Class<?> sagaType, String sagaIdentifier, AssociationValue value) {
        associations.updateOne(
                eq(ID, id(sagaType, value)), addToSet(SAGAS, sagaIdentifier), new UpdateOptions().upsert(true));
    }

    private void dissociate(Class<?> sagaType, String sagaIdentifier, AssociationValue value) {
        String id = id(sagaType, value);
        associations.updateOne(eq(ID, id), pull(SAGAS, sagaIdentifier));
        associations.deleteOne(and(eq(ID, id), size(SAGAS, 0)));
    }

    private static String id(Class<?> sagaType, AssociationValue value) {
        return sagaType.getName() + " " + value.getKey() + "=" + value.getValue();
    }
}
