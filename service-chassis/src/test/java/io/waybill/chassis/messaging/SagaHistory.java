package io.waybill.chassis.messaging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.modelling.saga.repository.inmemory.InMemorySagaStore;
import org.axonframework.serialization.AnnotationRevisionResolver;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.jspecify.annotations.NullUnmarked;

/** Gives sagas of one type their events, for the first time or again, and shows what is stored of them then. */
@NullUnmarked // as Axon's saga stores are
public final class SagaHistory<S> {

    private static final String PROCESSOR = "sagas";
    /** What fails so often is not parked either. */
    private static final int ATTEMPTS = 10;

    private final Class<S> type;
    private final EventStore eventStore;
    private final CommandBus bus;
    private final List<Object> resources;

    /**
     * @param eventStore to which it is told that a command was refused, and which knows it afterwards
     * @param resources what handlers are given beside {@link SagaCommands}
     */
    public SagaHistory(Class<S> type, EventStore eventStore, CommandBus bus, Object... resources) {
        this.type = type;
        this.eventStore = eventStore;
        this.bus = bus;
        this.resources = List.of(resources);
        var unused = bus.registerDispatchInterceptor(new ReplayGuard.OfMessages<>());
    }

    /** The sagas after these events, as JSON, in no order. */
    public List<String> live(List<? extends EventMessage<?>> events) {
        return run(events, new Checkpoints("service", Set.of(), () -> eventStore));
    }

    /** The same after a loss, when all events lie before the checkpoint. */
    public List<String> restored(List<? extends EventMessage<?>> events) {
        return run(events, new Checkpoints("service", Set.of(PROCESSOR), () -> eventStore));
    }

    /** One of the sagas that were shown. */
    public S read(String saga) {
        return Stored.SERIALIZER.deserialize(
                new SimpleSerializedObject<>(saga, String.class, new SimpleSerializedType(type.getName(), null)));
    }

    private List<String> run(List<? extends EventMessage<?>> events, Checkpoints checkpoints) {
        var gateway = DefaultCommandGateway.builder().commandBus(bus).build();
        List<Object> given = new ArrayList<>(resources);
        var commands = new SagaCommands(gateway, eventStore);
        given.add(commands);
        given.add(new Parking(commands));
        var parameters = MultiParameterResolverFactory.ordered(
                ClasspathParameterResolverFactory.forClass(type), new SimpleResourceParameterResolverFactory(given));
        var stored = new Stored();
        var manager = AnnotatedSagaManager.<S>builder()
                .sagaType(type)
                .sagaRepository(AnnotatedSagaRepository.<S>builder()
                        .sagaType(type)
                        .sagaStore(stored)
                        .parameterResolverFactory(parameters)
                        .build())
                .parameterResolverFactory(parameters)
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
        var join = new SagaCommands.Join(PROCESSOR, checkpoints);
        for (int position = 0; position < events.size(); position++) {
            TrackedEventMessage<?> event =
                    new GenericTrackedEventMessage<>(new GlobalSequenceTrackingToken(position), events.get(position));
            handle(
                    event,
                    message -> join.handle(message, () -> {
                        manager.handle(event, Segment.ROOT_SEGMENT);
                        return null;
                    }));
        }
        return List.copyOf(stored.sagas.values());
    }

    private interface Handling {
        Object of(UnitOfWork<EventMessage<?>> batch) throws Exception;
    }

    /** Again and again, as a processor does. */
    private static void handle(EventMessage<?> event, Handling handling) {
        ResultMessage<?> result = null;
        for (int attempt = 0; attempt < ATTEMPTS && (result == null || result.isExceptional()); attempt++) {
            var batch = new BatchingUnitOfWork<EventMessage<?>>(List.of(event));
            batch.registerCorrelationDataProvider(new Correlation("service"));
            result = batch.executeWithResult(() -> handling.of(batch), RollbackConfigurationType.ANY_THROWABLE);
        }
        if (result == null || result.isExceptional()) {
            throw new AssertionError("not handled: " + event, result == null ? null : result.exceptionResult());
        }
    }

    /** Keeps each saga as it would be written, so that what a handler did to it that failed is lost. */
    private static final class Stored extends InMemorySagaStore {

        private static final Serializer SERIALIZER = AllowListSerializer.create(new AnnotationRevisionResolver());
        private final Map<String, String> sagas = new HashMap<>();

        @Override
        public <S> Entry<S> loadSaga(Class<S> sagaType, String id) {
            Entry<S> entry = super.loadSaga(sagaType, id);
            if (entry == null) {
                return null;
            }
            Set<AssociationValue> associations = entry.associationValues();
            S saga = SERIALIZER.deserialize(new SimpleSerializedObject<>(
                    sagas.get(id), String.class, new SimpleSerializedType(sagaType.getName(), null)));
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
        public void insertSaga(Class<?> sagaType, String id, Object saga, Set<AssociationValue> associations) {
            super.insertSaga(sagaType, id, saga, associations);
            sagas.put(id, json(saga));
        }

        @Override
        public void updateSaga(Class<?> sagaType, String id, Object saga, AssociationValues associations) {
            super.updateSaga(sagaType, id, saga, associations);
            sagas.put(id, json(saga));
        }

        @Override
        public void deleteSaga(Class<?> sagaType, String id, Set<AssociationValue> associations) {
            super.deleteSaga(sagaType, id, associations);
            sagas.remove(id);
        }

        private static String json(Object saga) {
            return SERIALIZER.serialize(saga, String.class).getData();
        }
    }
}
