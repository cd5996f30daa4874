package io.waybill.simulation;

import io.waybill.inventory.checkout.ReturnSaga;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Keeps sagas as JSON, so that what a process knew of one when it crashed is lost with it. */
final class Sagas implements SagaStore<Object> {

    private record Stored(Class<?> type, SerializedObject<byte[]> saga, Set<AssociationValue> associations) {}

    private static final JsonMapper JSON = new JsonMapper();

    private final Serializer serializer;
    private final Map<String, Stored> sagas = new LinkedHashMap<>();

    Sagas(Serializer serializer) {
        this.serializer = serializer;
    }

    void clear() {
        sagas.clear();
    }

    /** Those that have not ended, as text. */
    List<String> live() {
        return sagas.values().stream()
                .map(stored -> stored.type().getSimpleName() + " " + stored.associations() + " "
                        + new String(stored.saga().getData(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Returns whose refund was refused, and about which somebody has to decide. */
    List<ReturnInspected> refusedReturns() {
        return sagas.values().stream()
                .filter(stored -> stored.type() == ReturnSaga.class)
                .map(stored -> JSON.readTree(stored.saga().getData()))
                .filter(saga -> saga.path("step").asString().equals("REFUSED"))
                .map(saga -> JSON.treeToValue(saga.path("inspected"), ReturnInspected.class))
                .toList();
    }

    @Override
    public Set<String> findSagas(Class<?> sagaType, AssociationValue association) {
        Set<String> found = new LinkedHashSet<>();
        sagas.forEach((id, stored) -> {
            if (stored.type() == sagaType && stored.associations().contains(association)) {
                found.add(id);
            }
        });
        return found;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // Axon wants null for a saga that is not there
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String id) {
        @Nullable Stored stored = sagas.get(id);
        if (stored == null) {
            return null;
        }
        S saga = (S) serializer.deserialize(stored.saga());
        return new Entry<>() {
            @Override
            public Set<AssociationValue> associationValues() {
                return new HashSet<>(stored.associations());
            }

            @Override
            public S saga() {
                return saga;
            }
        };
    }

    @Override
    public void insertSaga(Class<?> sagaType, String id, Object saga, Set<AssociationValue> associations) {
        sagas.put(id, new Stored(sagaType, serializer.serialize(saga, byte[].class), Set.copyOf(associations)));
    }

    @Override
    public void updateSaga(Class<?> sagaType, String id, Object saga, AssociationValues associations) {
        insertSaga(sagaType, id, saga, associations.asSet());
    }

    @Override
    public void deleteSaga(Class<?> sagaType, String id, Set<AssociationValue> associations) {
        sagas.remove(id);
    }
}
