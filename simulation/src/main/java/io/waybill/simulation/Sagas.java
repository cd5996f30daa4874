package io.waybill.simulation;

import io.waybill.chassis.mongo.ChassisStores;
import io.waybill.chassis.mongo.LiveSagas;
import io.waybill.inventory.checkout.ReturnSaga;
import io.waybill.inventory.checkout.Steps;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.metamodel.SagaMetaModelFactory;
import org.axonframework.modelling.saga.repository.SagaStore;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The services' store of sagas as it is; a crash may come before, after and between any two of its writes. */
final class Sagas implements SagaStore<Object> {

    /** More than there are in any history. */
    private static final int ALL = 10_000;

    private static final JsonMapper JSON = new JsonMapper();

    private final Serializer serializer;
    private final Supplier<SagaStore<Object>> stores;
    private final BiConsumer<Point, @Nullable String> points;
    /** By the ID of the saga: at which step it was when it last sent or stored something. */
    private final Map<String, String> steps = new HashMap<>();

    private SagaStore<Object> store;
    /** Null as long as no saga is being stored. */
    private @Nullable Write write;

    private static final class Write {
        private final @Nullable String step;
        private boolean begun;

        Write(@Nullable String step) {
            this.step = step;
        }
    }

    /**
     * @param documents where they are kept; it has to tell before each write to {@link #between}
     * @param models knows their handlers; not asked before one is looked for
     * @param points is told which point is passed on behalf of which step, and may throw
     */
    Sagas(
            Documents documents,
            Serializer serializer,
            Clock clock,
            Supplier<SagaMetaModelFactory> models,
            BiConsumer<Point, @Nullable String> points) {
        this.serializer = serializer;
        this.points = points;
        stores = () -> ChassisStores.sagas(documents.database(), serializer, clock, models);
        store = stores.get();
    }

    /** Forgets all, also what the store remembers besides its documents. */
    void clear() {
        store = stores.get();
        steps.clear();
    }

    /** Whether somebody is in the midst of storing one. */
    boolean isBeingStored() {
        return write != null;
    }

    /** To be called before each write to the documents of sagas. */
    void between() {
        @Nullable Write current = write;
        if (current != null && current.begun) {
            points.accept(Point.AMID_SAGA_WRITE, current.step);
        } else if (current != null) {
            current.begun = true;
        }
    }

    /** Notes at which step a saga is; null before it has started. */
    @Nullable
    String note(String id, Object saga) {
        Steps.of(saga).ifPresent(step -> steps.put(id, step));
        return steps.get(id);
    }

    /** At which steps those are that wait for what payment does about an order. */
    List<String> waitingForPayment(String orderId) {
        return all().stream()
                .filter(saga -> Steps.waitsForPayment(saga, orderId))
                .map(saga -> Steps.of(saga).orElseThrow())
                .toList();
    }

    /** Those that have not ended, as text. */
    List<String> live() {
        return all().stream()
                .map(saga -> saga.getClass().getSimpleName() + " "
                        + serializer.serialize(saga, String.class).getData())
                .toList();
    }

    /** Returns whose refund was refused, and about which somebody has to decide. */
    List<ReturnInspected> refusedReturns() {
        return all().stream()
                .filter(ReturnSaga.class::isInstance)
                .map(saga ->
                        JSON.readTree(serializer.serialize(saga, String.class).getData()))
                .filter(saga -> saga.path("step").asString().equals("REFUSED"))
                .map(saga -> JSON.treeToValue(saga.path("inspected"), ReturnInspected.class))
                .toList();
    }

    /** What operators ask for who have those try again of which a command was refused. */
    List<ProcessRetried> retries() {
        return all().stream().flatMap(saga -> Steps.retryOf(saga).stream()).toList();
    }

    private List<Object> all() {
        return ((LiveSagas) store).scan(ALL);
    }

    @Override
    public Set<String> findSagas(Class<?> sagaType, AssociationValue association) {
        return store.findSagas(sagaType, association);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // Axon wants null for a saga that is not there
    public <S> @Nullable Entry<S> loadSaga(Class<S> sagaType, String id) {
        return store.loadSaga(sagaType, id);
    }

    @Override
    public void insertSaga(Class<?> sagaType, String id, Object saga, Set<AssociationValue> associations) {
        write(note(id, saga), () -> store.insertSaga(sagaType, id, saga, associations));
    }

    @Override
    public void updateSaga(Class<?> sagaType, String id, Object saga, AssociationValues associations) {
        write(note(id, saga), () -> store.updateSaga(sagaType, id, saga, associations));
    }

    @Override
    public void deleteSaga(Class<?> sagaType, String id, Set<AssociationValue> associations) {
        write(steps.get(id), () -> store.deleteSaga(sagaType, id, associations));
    }

    private void write(@Nullable String step, Runnable action) {
        @Nullable Write outer = write;
        write = new Write(step);
        try {
            points.accept(Point.BEFORE_SAGA_WRITE, step);
            action.run();
        } finally {
            write = outer;
        }
        points.accept(Point.AFTER_SAGA_WRITE, step);
    }
}
