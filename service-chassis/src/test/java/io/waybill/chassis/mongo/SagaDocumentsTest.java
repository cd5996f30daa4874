package io.waybill.chassis.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValuesImpl;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null is a failure here
class SagaDocumentsTest {

    private static final AssociationValue PARCEL = new AssociationValue("parcel", "1");

    @TempDir
    private Path folder;

    private Databases databases;
    private SagaDocuments sagas;

    public record Journey(int stage) {}

    @BeforeEach
    void open() {
        databases = new Databases("", folder);
        sagas = new SagaDocuments(
                databases.open("sagas"), Jackson3Serializer.builder().build());
        sagas.insertSaga(Journey.class, "saga-1", new Journey(1), Set.of(PARCEL));
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
        sagas.updateSaga(Journey.class, "saga-1", new Journey(2), associations);

        var entry = sagas.loadSaga(Journey.class, "saga-1");

        assertThat(entry.saga()).isEqualTo(new Journey(2));
        assertThat(entry.associationValues()).hasSize(2);
        assertThat(sagas.findSagas(Journey.class, new AssociationValue("parcel", "2")))
                .containsExactly("saga-1");
    }

    @Test
    void isNoLongerFoundByWhatItWasDissociatedFrom() {
        var associations = new AssociationValuesImpl(Set.of(PARCEL));
        associations.remove(PARCEL);
        sagas.updateSaga(Journey.class, "saga-1", new Journey(2), associations);

        assertThat(sagas.findSagas(Journey.class, PARCEL)).isEmpty();
        assertThat(sagas.loadSaga(Journey.class, "saga-1")).isNotNull();
    }

    @Test
    void sharesAnAssociationWithOthers() {
        sagas.insertSaga(Journey.class, "saga-2", new Journey(1), Set.of(PARCEL));
        sagas.deleteSaga(Journey.class, "saga-1", Set.of(PARCEL));

        assertThat(sagas.findSagas(Journey.class, PARCEL)).containsExactly("saga-2");
    }

    @Test
    void isGoneOnceItEnded() {
        sagas.deleteSaga(Journey.class, "saga-1", Set.of(PARCEL));

        assertThat(sagas.loadSaga(Journey.class, "saga-1")).isNull();
        assertThat(sagas.findSagas(Journey.class, PARCEL)).isEmpty();
    }
}
