package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValuesImpl;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.metamodel.AnnotationSagaMetaModelFactory;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null is a failure here
class SagaDocumentsTest {

    private static final AssociationValue PARCEL = new AssociationValue("parcel", "1");

    /** Written last of a saga's associations. */
    private static final AssociationValue ZEBRA = new AssociationValue("zebra", "1");

    @TempDir
    private Path folder;

    private Databases databases;
    private MongoDatabase database;
    private SagaDocuments sagas;
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");
    private final InstantSource clock = () -> now;

    public record Journey(int stage) {

        @SagaEventHandler(associationProperty = "parcel")
        void on(Sent sent) {}
    }

    public record Sent(String parcel) {}

    public record Stay(String town) {}

    @BeforeEach
    void open() {
        databases = new Databases("", folder);
        database = databases.open("sagas");
        var models = new AnnotationSagaMetaModelFactory();
        sagas = new SagaDocuments(
                database, Jackson3Serializer.builder().build(), clock.withZone(ZoneOffset.UTC), () -> models);
        inABatch(() -> sagas.insertSaga(Journey.class, "saga-1", new Journey(1), Set.of(PARCEL)));
    }

    @AfterEach
    void close() {
        databases.close();
    }

    @Test
    void isFoundByWhatItIsAssociatedWith() {
        assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-1");
        assertThat(sagas.findSagas(Journey.class, new AssociationValue("parcel", "2")))
                .isEmpty();
        assertThat(sagas.findSagas(Journey.class, new AssociationValue("other", "1")))
                .isEmpty();
        assertThat(sagas.findSagas(String.class, PARCEL)).isEmpty();
    }

    @Test
    void isLoadedAsItWasLastStored() {
        var associations = new AssociationValuesImpl(Set.of(PARCEL));
        associations.add(new AssociationValue("parcel", "2"));
        inABatch(() -> {
            load();
            sagas.updateSaga(Journey.class, "saga-1", new Journey(2), associations);
        });

        inABatch(() -> {
            assertThat(load().saga()).isEqualTo(new Journey(2));
            assertThat(load().associationValues()).hasSize(2);
        });
        assertThat(sagas.findSagas(Journey.class, new AssociationValue("parcel", "2")))
                .containsExactly("saga-1");
    }

    @Test
    void isNoLongerFoundByWhatItWasDissociatedFrom() {
        var associations = new AssociationValuesImpl(Set.of(PARCEL));
        associations.remove(PARCEL);
        inABatch(() -> {
            load();
            sagas.updateSaga(Journey.class, "saga-1", new Journey(2), associations);
        });

        assertThat(sagas.findSagas(Journey.class, PARCEL)).isEmpty();
        inABatch(() -> assertThat(load()).isNotNull());
    }

    @Test
    void isGoneOnceItEnded() {
        inABatch(() -> {
            load();
            sagas.deleteSaga(Journey.class, "saga-1", Set.of(PARCEL));
        });

        inABatch(() -> assertThat(load()).isNull());
        assertThat(sagas.findSagas(Journey.class, PARCEL)).isEmpty();
    }

    @Test
    void isNotStartedAgainOnceItEndedByWhoeverWasOvertaken() {
        inABatch(() -> {
            load();
            sagas.deleteSaga(Journey.class, "saga-1", Set.of(PARCEL));
        });

        inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(PARCEL)));

        assertThat(sagas.findSagas(Journey.class, PARCEL)).isEmpty();
        assertThat(sagas.scan(10)).isEmpty();
    }

    @Test
    void isOverThoughACrashCutItsEndShort() {
        database.getCollection("sagas").deleteOne(eq("_id", "saga-1"));

        inABatch(() -> assertThat(load()).isNull());
        inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(PARCEL)));

        assertThat(sagas.scan(10)).isEmpty();
    }

    @Test
    void isForgottenADayAfterItEnded() {
        endAt("saga-1", PARCEL, "2026-11-01T12:00:00Z");
        inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(ZEBRA)));
        endAt("saga-2", ZEBRA, "2026-11-02T12:00:01Z");

        assertThat(database.getCollection("sagaAssociations")
                        .find(exists("ended"))
                        .map(ended -> ended.getString("_id"))
                        .into(new ArrayList<>()))
                .containsExactly(Journey.class.getName() + " zebra=1");
    }

    private void endAt(String saga, AssociationValue association, String instant) {
        now = Instant.parse(instant);
        inABatch(() -> {
            sagas.loadSaga(Journey.class, saga);
            sagas.deleteSaga(Journey.class, saga, Set.of(association));
        });
    }

    @Test
    void isNotBroughtBackByWhoeverLoadedItBeforeItChanged() {
        var associations = new AssociationValuesImpl(Set.of(PARCEL));
        inABatch(() -> {
            load();
            inABatch(() -> {
                load();
                sagas.updateSaga(Journey.class, "saga-1", new Journey(2), associations);
            });
            assertThatThrownBy(() -> sagas.updateSaga(Journey.class, "saga-1", new Journey(99), associations))
                    .isInstanceOf(ConcurrencyException.class);
            assertThatThrownBy(() -> sagas.deleteSaga(Journey.class, "saga-1", Set.of(PARCEL)))
                    .isInstanceOf(ConcurrencyException.class);
        });

        inABatch(() -> assertThat(load().saga()).isEqualTo(new Journey(2)));
        assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-1");
    }

    @Test
    void isTheOnlyOneOfItsAssociation() {
        assertThatThrownBy(
                        () -> inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(PARCEL))))
                .isInstanceOf(MongoWriteException.class);

        assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-1");
        assertThat(sagas.scan(10)).as("what can be seen").hasSize(1);
    }

    @Test
    void isFoundByAllItsAssociationsAgainIfACrashCameBetweenThem() {
        var other = new AssociationValue("ticket", "7");
        inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(other, ZEBRA)));
        forget(ZEBRA);

        inABatch(() -> sagas.loadSaga(Journey.class, "saga-2"));

        assertThat(sagas.findSagas(Journey.class, ZEBRA)).containsExactly("saga-2");
    }

    @Test
    void isTheOneToBeFoundIfACrashLeftItWithoutTheAssociationItStartsBy() {
        var other = new AssociationValue("ticket", "7");
        inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(other, ZEBRA)));
        forget(ZEBRA);

        assertThatThrownBy(() ->
                        inABatch(() -> sagas.insertSaga(Journey.class, "saga-3", new Journey(1), Set.of(other, ZEBRA))))
                .isInstanceOf(MongoWriteException.class);

        assertThat(sagas.findSagas(Journey.class, ZEBRA)).containsExactly("saga-2");
        assertThat(sagas.findSagas(Journey.class, other)).containsExactly("saga-2");
    }

    @Test
    void isShownAsItWasLastStoredToWhoeverOnlyLooks() {
        inABatch(() -> {
            load();
            sagas.updateSaga(Journey.class, "saga-1", new Journey(2), new AssociationValuesImpl(Set.of(PARCEL)));
        });

        assertThat(sagas.find(Journey.class, "parcel", "1")).contains(new Journey(2));
        assertThat(sagas.find(Journey.class, "parcel", "2")).isEmpty();
        assertThat(sagas.scan(10)).containsExactly(new Journey(2));
    }

    @Test
    void isShownAmongThoseOfOtherTypesUpToALimit() {
        inABatch(() -> sagas.insertSaga(Stay.class, "saga-2", new Stay("Rome"), Set.of(PARCEL)));

        assertThat(sagas.scan(10)).containsExactlyInAnyOrder(new Journey(1), new Stay("Rome"));
        assertThat(sagas.scan(1)).hasSize(1);
        assertThat(sagas.find(Stay.class, "parcel", "1")).contains(new Stay("Rome"));
    }

    /** Whoever took the claim meanwhile has handled all of the batch. */
    @Test
    void isLookedForOnceInABatch() {
        var other = new AssociationValue("parcel", "2");
        inABatch(() -> {
            assertThat(sagas.findSagas(Journey.class, other)).isEmpty();
            inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(other)));

            assertThat(sagas.findSagas(Journey.class, other)).isEmpty();
            assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-1");
        });
        inABatch(() -> assertThat(sagas.findSagas(Journey.class, other))
                .as("in another")
                .containsExactly("saga-2"));
    }

    @Test
    void isLookedForWithThoseOfAllEventsOfTheBatch() {
        var other = new AssociationValue("parcel", "2");
        EventMessage<Sent> unreadable = new GenericEventMessage<>(new Sent("3")) {
            @Override
            public Sent getPayload() {
                throw new SerializationException("nobody knows what it says");
            }
        };
        var events = List.of(unreadable, event(new Sent("2")), event(new Sent("1")), event("of another kind"));
        inABatch(new BatchingUnitOfWork<>(events), () -> {
            assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-1");
            inABatch(() -> sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(other)));

            assertThat(sagas.findSagas(Journey.class, other)).isEmpty();
        });
    }

    private static EventMessage<?> event(Object payload) {
        return GenericEventMessage.asEventMessage(payload);
    }

    private SagaStore.Entry<Journey> load() {
        return sagas.loadSaga(Journey.class, "saga-1");
    }

    /** As if there had been no time to write it. */
    private void forget(AssociationValue value) {
        String id = Journey.class.getName() + " " + value.getKey() + "=" + value.getValue();
        database.getCollection("sagaAssociations").deleteOne(Filters.eq(id));
    }

    private static void inABatch(Runnable work) {
        inABatch(new DefaultUnitOfWork<>(null), work);
    }

    private static void inABatch(UnitOfWork<?> batch, Runnable work) {
        // One batch within another stands for one of another process, which knows nothing of the first.
        UnitOfWork<?> outer = CurrentUnitOfWork.isStarted() ? CurrentUnitOfWork.get() : null;
        if (outer != null) {
            CurrentUnitOfWork.clear(outer);
        }
        batch.start();
        try {
            work.run();
        } finally {
            batch.rollback();
            if (outer != null) {
                CurrentUnitOfWork.set(outer);
            }
        }
    }
}
