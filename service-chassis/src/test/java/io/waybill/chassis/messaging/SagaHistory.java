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
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.modelling.saga.repository.inmemory.InMemorySagaStore;

/** Gives sagas of one type their events, for the first time or again, and shows what is stored of them then. */
public final class SagaHistory<S> {

    private static final String PROCESSOR = "sagas";

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

    private List<String> run(List<? extends EventMessage<?>> events, Checkpoints checkpoints) {
        var gateway = DefaultCommandGateway.builder().commandBus(bus).build();
        List<Object> given = new ArrayList<>(resources);
        given.add(new SagaCommands(gateway, eventStore));
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
            var batch = new BatchingUnitOfWork<EventMessage<?>>(List.of(event));
            batch.registerCorrelationDataProvider(new Correlation("service"));
            var result = batch.executeWithResult(
                    () -> join.handle(batch, () -> {
                        manager.handle(event, Segment.ROOT_SEGMENT);
                        return null;
                    }),
                    RollbackConfigurationType.ANY_THROWABLE);
            if (result.isExceptional()) {
                throw new AssertionError("not handled: " + event, result.exceptionResult());
            }
        }
        return List.copyOf(stored.sagas.values());
    }

    /** Keeps beside each saga what would be written of it. */
    private static final class Stored extends InMemorySagaStore {

        private final Map<String, String> sagas = new HashMap<>();

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
            return AllowListSerializer.create().serialize(saga, String.class).getData();
        }
    }
}
