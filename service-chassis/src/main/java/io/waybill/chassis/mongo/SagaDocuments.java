package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import io.waybill.chassis.messaging.KeptClaim;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.annotation.MessageHandlingMember;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.SagaMethodMessageHandlingMember;
import org.axonframework.modelling.saga.metamodel.SagaMetaModelFactory;
import org.axonframework.modelling.saga.metamodel.SagaModel;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sagas as documents {@code {_id, version, type, revision, saga, associations: [{key, value}]}}, and a document
 * {@code {_id, saga}} for each association, which is found by its ID: the embedded server has no other index, and every
 * event looks for its saga. When a saga has ended, {@code {_id, ended}} stays behind for a day in place of the latter.
 *
 * <p>A processor that lost its claim while it was handling a batch must not bring an old saga back. So a saga is only
 * replaced at the version that was loaded, and an association leads to one saga: whoever comes second fails, and with
 * it its batch. One that has ended is not started again: what a saga was associated with is never another's.
 *
 * <p>The saga is written before the associations that lead to it, and deleted before them. What a crash leaves in between
 * is a saga that nothing leads to, which is never seen, or not all that should: whoever comes upon that one completes it; or
 * associations that lead to none, which is as good as ended.
 *
 * <p>The Mongo extension's own store cannot be loaded without XStream, which is kept off the class path.
 */
final class SagaDocuments implements SagaStore<Object>, LiveSagas {

    static final String SAGAS = "sagas";
    static final String SAGA_ASSOCIATIONS = "sagaAssociations";

    private static final String ID = "_id";
    private static final String VERSION = "version";
    private static final String TYPE = "type";
    private static final String REVISION = "revision";
    private static final String SAGA = "saga";
    private static final String ASSOCIATIONS = "associations";
    private static final String ENDED = "ended";

    private static final String FOUND_IN_BATCH = SagaDocuments.class.getName() + ".found";

    private static final Logger LOG = LoggerFactory.getLogger(SagaDocuments.class);

    /** Longer than any process is suspended that has not noticed yet that it lost its claim. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final Duration FORGET_INTERVAL = Duration.ofHours(1);

    private final MongoCollection<Document> sagas;
    private final MongoCollection<Document> associations;
    private final Serializer serializer;
    private final Clock clock;
    private final Supplier<SagaMetaModelFactory> models;
    private final AtomicReference<Instant> forgetDue = new AtomicReference<>(Instant.MIN);

    /** @param models knows the handlers of sagas; not asked before one is looked for */
    SagaDocuments(MongoDatabase database, Serializer serializer, Clock clock, Supplier<SagaMetaModelFactory> models) {
        this.sagas = database.getCollection(SAGAS).withWriteConcern(Databases.MADE_OF_EVENTS);
        this.associations = database.getCollection(SAGA_ASSOCIATIONS).withWriteConcern(Databases.MADE_OF_EVENTS);
        this.serializer = serializer;
        this.clock = clock;
        this.models = models;
    }

    /**
     * Looked for once in a batch, and for all of its events at once: one by one it is a quarter of the work when everything is
     * read again. What is changed meanwhile is changed by whoever took the claim, and then this batch fails with its token.
     */
    @Override
    public Set<String> findSagas(Class<?> sagaType, AssociationValue association) {
        if (!CurrentUnitOfWork.isStarted()) {
            return lookFor(sagaType, association);
        }
        String id = id(sagaType, association);
        Map<String, Set<String>> found = foundInBatch();
        if (!found.containsKey(id)) {
            Set<String> ids = idsOfBatch(sagaType);
            ids.add(id);
            ids.removeAll(found.keySet());
            found.putAll(lookFor(ids));
        }
        return found.getOrDefault(id, Set.of());
    }

    private Set<String> lookFor(Class<?> sagaType, AssociationValue association) {
        String id = id(sagaType, association);
        return lookFor(Set.of(id)).getOrDefault(id, Set.of());
    }

    private Map<String, Set<String>> lookFor(Set<String> ids) {
        Map<String, Set<String>> found = new HashMap<>();
        ids.forEach(id -> found.put(id, Set.of()));
        for (Document association : associations.find(in(ID, ids))) {
            if (!association.containsKey(ENDED)) {
                found.put(association.getString(ID), Set.of(association.getString(SAGA)));
            }
        }
        return found;
    }

    private Set<String> idsOfBatch(Class<?> sagaType) {
        Set<String> ids = new HashSet<>();
        if (CurrentUnitOfWork.get().root() instanceof BatchingUnitOfWork<?> batch) {
            SagaModel<?> model = models.get().modelOf(sagaType);
            for (Message<?> message : batch.getMessages()) {
                if (message instanceof EventMessage<?> event) {
                    ids.addAll(idsOf(sagaType, model, event));
                }
            }
        }
        return ids;
    }

    private static List<String> idsOf(Class<?> sagaType, SagaModel<?> model, EventMessage<?> event) {
        try {
            return model.findHandlerMethods(event).stream()
                    .flatMap(handler -> associationIn(event, handler).stream())
                    .map(association -> id(sagaType, association))
                    .toList();
        } catch (RuntimeException e) {
            // What cannot be read fails when its turn has come, and nothing before it.
            return List.of();
        }
    }

    private static Optional<AssociationValue> associationIn(EventMessage<?> event, MessageHandlingMember<?> handler) {
        return handler.unwrap(SagaMethodMessageHandlingMember.class)
                .map(member -> ((SagaMethodMessageHandlingMember<?>) member).getAssociationValue(event));
    }

    @Override
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String sagaIdentifier) {
        @Nullable Document document = sagas.find(eq(ID, sagaIdentifier)).first();
        if (document == null) {
            return null;
        }
        loadedVersions().put(sagaIdentifier, document.getInteger(VERSION));
        S saga = sagaType.cast(deserialize(document, sagaType.getName()));
        Set<AssociationValue> values = associationsOf(document);
        completeAssociations(sagaType, sagaIdentifier, values);
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

    /**
     * Stores a new saga, unless it is one that has ended: then whoever starts it again was overtaken by somebody who
     * went on with it.
     *
     * @throws MongoWriteException if an association leads to another saga already
     */
    @Override
    public void insertSaga(Class<?> sagaType, String sagaIdentifier, Object saga, Set<AssociationValue> values) {
        KeptClaim.renew();
        if (values.stream().anyMatch(value -> hasEnded(sagaType, value))) {
            LOG.info("A {} of {} has ended and is not started again", sagaType.getSimpleName(), values);
            return;
        }
        Document document = document(sagaType, sagaIdentifier, 0, saga, values);
        Object type = document.remove(TYPE);
        sagas.insertOne(document);
        // Always in the same order, so that of two that race it is the first association that decides.
        values.stream()
                .sorted(Comparator.comparing(AssociationValue::getKey).thenComparing(AssociationValue::getValue))
                .forEach(value -> associate(sagaType, sagaIdentifier, value));
        // In sight only now: one that nothing leads to waits for nobody.
        sagas.updateOne(and(eq(ID, sagaIdentifier), eq(VERSION, 0)), set(TYPE, type));
    }

    /** @throws ConcurrencyException if the saga has changed since it was loaded */
    @Override
    public void updateSaga(Class<?> sagaType, String sagaIdentifier, Object saga, AssociationValues values) {
        KeptClaim.renew();
        int loaded = loadedVersion(sagaIdentifier);
        boolean replaced = sagas.replaceOne(
                                and(eq(ID, sagaIdentifier), eq(VERSION, loaded)),
                                document(sagaType, sagaIdentifier, loaded + 1, saga, values.asSet()))
                        .getMatchedCount()
                == 1;
        if (!replaced) {
            throw changedMeanwhile(sagaIdentifier);
        }
        values.addedAssociations().forEach(value -> associate(sagaType, sagaIdentifier, value));
        values.removedAssociations().forEach(value -> dissociate(sagaType, value));
    }

    /** @throws ConcurrencyException if the saga has changed since it was loaded */
    @Override
    public void deleteSaga(Class<?> sagaType, String sagaIdentifier, Set<AssociationValue> values) {
        KeptClaim.renew();
        Bson unchanged = and(eq(ID, sagaIdentifier), eq(VERSION, loadedVersion(sagaIdentifier)));
        if (sagas.deleteOne(unchanged).getDeletedCount() == 0) {
            throw changedMeanwhile(sagaIdentifier);
        }
        values.forEach(value -> markEnded(sagaType, value));
        forgetLongEnded();
    }

    @Override
    public <S> Optional<S> find(Class<S> type, String key, String value) {
        return lookFor(type, new AssociationValue(key, value)).stream()
                .map(saga -> sagas.find(eq(ID, saga)).first())
                .filter(Objects::nonNull)
                .map(document -> type.cast(deserialize(document, type.getName())))
                .findFirst();
    }

    /** Sagas that were stored before their type was written beside them come into sight with their next event. */
    @Override
    public List<Object> scan(int limit) {
        List<Object> found = new ArrayList<>();
        for (Document document : sagas.find(exists(TYPE)).limit(limit)) {
            found.add(deserialize(document, document.getString(TYPE)));
        }
        return found;
    }

    private Object deserialize(Document document, String type) {
        return serializer.deserialize(new SimpleSerializedObject<>(
                document.getString(SAGA), String.class, type, document.getString(REVISION)));
    }

    private Document document(
            Class<?> sagaType, String sagaIdentifier, int version, Object saga, Set<AssociationValue> values) {
        SerializedObject<String> serialized = serializer.serialize(saga, String.class);
        List<Document> written = values.stream()
                .map(value -> new Document("key", value.getKey()).append("value", value.getValue()))
                .toList();
        return new Document(ID, sagaIdentifier)
                .append(VERSION, version)
                .append(TYPE, sagaType.getName())
                .append(REVISION, serialized.getType().getRevision())
                .append(SAGA, serialized.getData())
                .append(ASSOCIATIONS, written);
    }

    private void associate(Class<?> sagaType, String sagaIdentifier, AssociationValue value) {
        try {
            associations.insertOne(new Document(ID, id(sagaType, value)).append(SAGA, sagaIdentifier));
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
            Set<String> holders = lookFor(sagaType, value);
            if (!holders.contains(sagaIdentifier)) {
                // If a crash left that one half associated, it has to be found by the event that started it.
                holders.forEach(holder -> completeAssociations(sagaType, holder));
                throw e;
            }
        }
    }

    private void completeAssociations(Class<?> sagaType, String sagaIdentifier) {
        @Nullable Document document = sagas.find(eq(ID, sagaIdentifier)).first();
        if (document != null) {
            completeAssociations(sagaType, sagaIdentifier, associationsOf(document));
        }
    }

    /** A saga of a single association was found by it. */
    private void completeAssociations(Class<?> sagaType, String sagaIdentifier, Set<AssociationValue> values) {
        if (values.size() > 1) {
            values.stream()
                    .filter(value -> lookFor(sagaType, value).isEmpty())
                    .forEach(value -> associate(sagaType, sagaIdentifier, value));
        }
    }

    private static Set<AssociationValue> associationsOf(Document document) {
        return document.getList(ASSOCIATIONS, Document.class).stream()
                .map(value -> new AssociationValue(value.getString("key"), value.getString("value")))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private void dissociate(Class<?> sagaType, AssociationValue value) {
        associations.deleteOne(eq(ID, id(sagaType, value)));
    }

    /** What leads to a saga that is not there led to one whose end a crash cut short. */
    private boolean hasEnded(Class<?> sagaType, AssociationValue value) {
        @Nullable
        Document association = associations.find(eq(ID, id(sagaType, value))).first();
        return association != null
                && (association.containsKey(ENDED)
                        || sagas.find(eq(ID, association.getString(SAGA))).first() == null);
    }

    private void markEnded(Class<?> sagaType, AssociationValue value) {
        String id = id(sagaType, value);
        associations.replaceOne(
                eq(ID, id),
                new Document(ID, id).append(ENDED, Date.from(clock.instant())),
                new ReplaceOptions().upsert(true));
    }

    /** An index that expires documents would do, but the embedded store has none. */
    private void forgetLongEnded() {
        Instant now = clock.instant();
        Instant due = forgetDue.get();
        if (now.isAfter(due) && forgetDue.compareAndSet(due, now.plus(FORGET_INTERVAL))) {
            associations.deleteMany(lt(ENDED, Date.from(now.minus(KEPT))));
        }
    }

    private static int loadedVersion(String sagaIdentifier) {
        @Nullable Integer version = loadedVersions().get(sagaIdentifier);
        if (version == null) {
            throw new IllegalStateException("Saga " + sagaIdentifier + " was not loaded by this batch");
        }
        return version;
    }

    /** Sagas are loaded and stored within one batch of events, which remembers the versions. */
    private static Map<String, Integer> loadedVersions() {
        return CurrentUnitOfWork.get()
                .root()
                .getOrComputeResource(SagaDocuments.class.getName(), key -> new HashMap<>());
    }

    private static Map<String, Set<String>> foundInBatch() {
        return CurrentUnitOfWork.get().root().getOrComputeResource(FOUND_IN_BATCH, key -> new HashMap<>());
    }

    private static ConcurrencyException changedMeanwhile(String sagaIdentifier) {
        return new ConcurrencyException("Saga " + sagaIdentifier + " was changed by another processor meanwhile");
    }

    private static String id(Class<?> sagaType, AssociationValue value) {
        return sagaType.getName() + " " + value.getKey() + "=" + value.getValue();
    }
}
