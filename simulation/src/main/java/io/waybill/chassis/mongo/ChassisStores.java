package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.axonframework.modelling.saga.metamodel.SagaMetaModelFactory;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.Serializer;

/** Opens to the simulation how services keep what they remember. */
public final class ChassisStores {

    /** Collections in which sagas are kept. */
    public static final List<String> OF_SAGAS = List.of(SagaDocuments.SAGAS, SagaDocuments.SAGA_ASSOCIATIONS);

    private ChassisStores() {}

    /** Collection of the tokens of processors. */
    public static final String TOKENS = StoreMarks.TOKENS;

    /** What notices that a part of a store was lost, and has all of it made anew. */
    public static final class Marks {

        private final StoreMarks marks;

        /** Marks of a store. */
        public Marks(MongoDatabase database) {
            marks = new StoreMarks(database, Set.of());
        }

        /** To be done before anything is read. */
        public void firstLook() {
            marks.firstLook();
        }

        /** To be done every few seconds, while no batch is under way that had begun before the last time. */
        public void look() {
            marks.look();
        }

        /** Whether lost tokens may be made anew. */
        public boolean mayReadFromTheBeginning() {
            return marks.mayReadFromTheBeginning();
        }

        /** Names the state of the store; empty as long as a loss is not repaired. */
        public Optional<String> generation() {
            return marks.generation();
        }
    }

    /** The store of sagas; it is {@link LiveSagas} too. */
    public static SagaStore<Object> sagas(
            MongoDatabase database, Serializer serializer, Clock clock, Supplier<SagaMetaModelFactory> models) {
        return new SagaDocuments(database, serializer, clock, models);
    }
}
