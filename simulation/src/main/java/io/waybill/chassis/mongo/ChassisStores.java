package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.util.List;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.Serializer;

/** Opens to the simulation how services keep what they remember. */
public final class ChassisStores {

    /** Collections in which sagas are kept. */
    public static final List<String> OF_SAGAS = List.of(SagaDocuments.SAGAS, SagaDocuments.SAGA_ASSOCIATIONS);

    private ChassisStores() {}

    /** The store of sagas; it is {@link LiveSagas} too. */
    public static SagaStore<Object> sagas(MongoDatabase database, Serializer serializer, Clock clock) {
        return new SagaDocuments(database, serializer, clock);
    }
}
