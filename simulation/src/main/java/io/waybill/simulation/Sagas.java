package io.waybill.simulation;

import io.waybill.inventory.checkout.ReturnSaga;
import io.waybill.inventory.checkout.Steps;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps sagas as JSON, so that what a process knew of one when it crashed is lost with it, and otherwise as services do:
 * a saga is replaced only at the version that was loaded, an association leads to one saga, and a crash may come between
 * the two.
 */
final class Sagas implements SagaStore<Object> {

    private record Stored(
            Class<?> type, int version, SerializedObject<byte[]> saga, Set<AssociationValue> associations) {}

    private record Lead(Class<?> type, AssociationValue association) {}

    private static final JsonMapper JSON = new JsonMapper();

    private final Serializer serializer;
    private final Map<String, Stored> sagas = new LinkedHashMap<>();
    private final Map<Lead, String> leads = new HashMap<>();
    /** By the ID of the saga: at which step it was when it last sent or stored something. */
    private final Map<String, String> steps = new HashMap<>();

    private BiConsumer<Point, @Nullable String> points = (point, step) -> {};

    Sagas(Serializer serializer) {
        this.serializer = serializer;
    }

    /**
     * Forgets all.
     *
     * @param newPoints is told which point is passed on behalf of which step, and may throw
     */
    void clear(BiConsumer<Point, @Nullable String> newPoints) {
        sagas.clear();
        leads.clear();
        steps.clear();
        points = newPoints;
    }

    /** Notes at which step a saga is; null before it has started. */
    @Nullable
    String note(String id, Object saga) {
        Steps.of(saga).ifPresent(step -> steps.put(id, step));
        return steps.get(id);
    }

    /** At which steps those are that wait for what payment does about an order. */
    List<String> waitingForPayment(String orderId) {
        return sagas.values().stream()
                .<Object>map(stored -> serializer.deserialize(stored.saga()))
                .filter(saga -> Steps.waitsForPayment(saga, orderId))
                .map(saga -> Steps.of(saga).orElseThrow())
                .toList();
    }

    /** Those that have not ended, as text; not those that nothing leads to, which a crash left behind. */
    List<String> live() {
        return sagas.entrySet().stream()
                .filter(saga -> leads.containsValue(saga.getKey()))
                .map(Map.Entry::getValue)
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
        @Nullable String found = leads.get(new Lead(sagaType, association));
        return found == null ? Set.of() : Set.of(found);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // Axon wants null for a saga that is not there
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String id) {
        @Nullable Stored stored = sagas.get(id);
        if (stored == null) {
            return null;
        }
        loadedVersions().put(id, stored.version());
        S saga = (S) serializer.deserialize(stored.saga());
        completeAssociations(id, stored);
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
        @Nullable String step = note(id, saga);
        points.accept(Point.BEFORE_SAGA_WRITE, step);
        store(sagaType, id, 0, saga, associations);
        points.accept(Point.AMID_SAGA_WRITE, step);
        associations.stream()
                .sorted(Comparator.comparing(AssociationValue::getKey).thenComparing(AssociationValue::getValue))
                .forEach(value -> associate(sagaType, id, value));
        points.accept(Point.AFTER_SAGA_WRITE, step);
    }

    @Override
    public void updateSaga(Class<?> sagaType, String id, Object saga, AssociationValues associations) {
        @Nullable String step = note(id, saga);
        points.accept(Point.BEFORE_SAGA_WRITE, step);
        int loaded = checkVersion(id);
        store(sagaType, id, loaded + 1, saga, associations.asSet());
        points.accept(Point.AMID_SAGA_WRITE, step);
        associations.addedAssociations().forEach(value -> associate(sagaType, id, value));
        associations.removedAssociations().forEach(value -> leads.remove(new Lead(sagaType, value)));
        points.accept(Point.AFTER_SAGA_WRITE, step);
    }

    @Override
    public void deleteSaga(Class<?> sagaType, String id, Set<AssociationValue> associations) {
        @Nullable String step = steps.get(id);
        points.accept(Point.BEFORE_SAGA_WRITE, step);
        checkVersion(id);
        associations.forEach(value -> leads.remove(new Lead(sagaType, value)));
        points.accept(Point.AMID_SAGA_WRITE, step);
        sagas.remove(id);
        points.accept(Point.AFTER_SAGA_WRITE, step);
    }

    private void store(Class<?> type, String id, int version, Object saga, Set<AssociationValue> associations) {
        sagas.put(id, new Stored(type, version, serializer.serialize(saga, byte[].class), Set.copyOf(associations)));
    }

    private void associate(Class<?> type, String id, AssociationValue value) {
        @Nullable String holder = leads.putIfAbsent(new Lead(type, value), id);
        if (holder != null && !holder.equals(id)) {
            @Nullable Stored held = sagas.get(holder);
            if (held != null) {
                completeAssociations(holder, held);
            }
            throw new ConcurrencyException(value + " leads to another saga");
        }
    }

    private void completeAssociations(String id, Stored stored) {
        if (stored.associations().size() > 1) {
            stored.associations().forEach(value -> leads.putIfAbsent(new Lead(stored.type(), value), id));
        }
    }

    private int checkVersion(String id) {
        int loaded = Objects.requireNonNull(loadedVersions().get(id), "not loaded by this batch: " + id);
        @Nullable Stored stored = sagas.get(id);
        if (stored == null || stored.version() != loaded) {
            throw new ConcurrencyException("Saga " + id + " was changed by another processor meanwhile");
        }
        return loaded;
    }

    private static Map<String, Integer> loadedVersions() {
        return CurrentUnitOfWork.get().root().getOrComputeResource(Sagas.class.getName(), key -> new HashMap<>());
    }
}
