package io.waybill.simulation;

import io.waybill.chassis.messaging.ChassisParts;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.SagaCommands;
import java.lang.annotation.Annotation;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.SubscribingEventProcessor;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.spring.stereotype.Aggregate;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Every aggregate and every process that is found in the services, and what they need to run. They take long to set up,
 * so they are set up once and serve one history after the other.
 */
final class Services {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private final Log log = new Log();
    private final EventStore events =
            EmbeddedEventStore.builder().storageEngine(log).build();
    private final CommandBus aggregates = SimpleCommandBus.builder().build();
    private final Wire wire = new Wire(aggregates);
    private final Timers timers = new Timers(this::now);
    private final Sagas sagas = new Sagas(ChassisParts.serializer());
    private final List<Reader> processes = new ArrayList<>();
    private final ParameterResolverFactory parameters;

    private Instant now = START;
    private Runnable deliver = () -> {};

    Services() {
        List<Object> resources = new ArrayList<>();
        var gateway = DefaultCommandGateway.builder().commandBus(wire).build();
        resources.add(new SagaCommands(gateway, events));
        resources.add(timers);
        resources.addAll(settings());
        parameters = MultiParameterResolverFactory.ordered(
                ClasspathParameterResolverFactory.forClass(Services.class),
                new SimpleResourceParameterResolverFactory(resources));
        found("io.waybill", Aggregate.class).forEach(this::host);
        found("io.waybill.inventory", Saga.class).forEach(this::lead);
        found("io.waybill.inventory", ProcessingGroup.class).stream()
                .filter(type -> !type.isAnnotationPresent(Saga.class) && !type.isAnnotationPresent(Projection.class))
                .forEach(this::follow);
    }

    /**
     * Forgets everything.
     *
     * @param watcher sees each event as soon as it is stored
     * @param deliverCommands is called when a process waits for what comes of its commands
     */
    void reset(Consumer<EventMessage<?>> watcher, Runnable deliverCommands) {
        GenericEventMessage.clock = clock();
        log.clear(watcher);
        wire.take();
        timers.clear();
        sagas.clear();
        processes.forEach(Reader::rewind);
        now = START;
        deliver = deliverCommands;
    }

    Log log() {
        return log;
    }

    Wire wire() {
        return wire;
    }

    Timers timers() {
        return timers;
    }

    Sagas sagas() {
        return sagas;
    }

    List<Reader> processes() {
        return processes;
    }

    Instant now() {
        return now;
    }

    void moveClockTo(Instant later) {
        now = later;
    }

    void publish(EventMessage<?> event) {
        events.publish(event);
    }

    /** Has an aggregate handle a command; what it throws is returned, or null if it throws nothing. */
    @Nullable
    Throwable handle(Object command) {
        var outcome = new AtomicReference<@Nullable Throwable>();
        CommandCallback<Object, Object> callback = (sent, result) -> {
            if (result.isExceptional()) {
                outcome.set(result.exceptionResult());
            }
        };
        wire.deliver(new Wire.Sent<>(new GenericCommandMessage<>(command), callback));
        return outcome.get();
    }

    /** An event processor that is fed by hand. */
    private Reader process(String name, EventHandlerInvoker handlers) {
        var feed = new AtomicReference<Consumer<List<? extends EventMessage<?>>>>();
        var processor = SubscribingEventProcessor.builder()
                .name(name)
                .eventHandlerInvoker(handlers)
                .errorHandler(PropagatingErrorHandler.instance())
                .messageSource(consumer -> {
                    feed.set(consumer);
                    return () -> true;
                })
                .build();
        processor.registerHandlerInterceptor(this::deliverFirst);
        processor.registerHandlerInterceptor(ChassisParts.join());
        processor.start();
        return new Reader(name, event -> handlers.canHandle(event, Segment.ROOT_SEGMENT), feed.get());
    }

    private <T> void host(Class<T> type) {
        var repository = EventSourcingRepository.builder(type)
                .eventStore(events)
                .parameterResolverFactory(parameters)
                .build();
        AggregateAnnotationCommandHandler.<T>builder()
                .aggregateType(type)
                .repository(repository)
                .parameterResolverFactory(parameters)
                .build()
                .subscribe(aggregates);
    }

    private <T> void lead(Class<T> type) {
        var repository = AnnotatedSagaRepository.<T>builder()
                .sagaType(type)
                .sagaStore(sagas)
                .parameterResolverFactory(parameters)
                .build();
        var manager = AnnotatedSagaManager.<T>builder()
                .sagaType(type)
                .sagaRepository(repository)
                .parameterResolverFactory(parameters)
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
        processes.add(process(type.getSimpleName(), manager));
    }

    private void follow(Class<?> type) {
        var handlers = SimpleEventHandlerInvoker.builder()
                .eventHandlers(BeanUtils.instantiateClass(type))
                .parameterResolverFactory(parameters)
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
        processes.add(process(type.getSimpleName(), handlers));
    }

    /** The commands of a batch are delivered once all of it is handled, and before anybody waits for the answers. */
    private Object deliverFirst(UnitOfWork<? extends EventMessage<?>> unitOfWork, InterceptorChain chain)
            throws Exception {
        unitOfWork.getOrComputeResource(Services.class.getName(), key -> {
            unitOfWork.onPrepareCommit(batch -> meanwhile(batch, deliver));
            return this;
        });
        return chain.proceed();
    }

    /** Other services know nothing of the batch that this one is in the midst of. */
    private static void meanwhile(UnitOfWork<?> batch, Runnable others) {
        CurrentUnitOfWork.clear(batch);
        try {
            others.run();
        } finally {
            CurrentUnitOfWork.set(batch);
        }
    }

    private Clock clock() {
        InstantSource source = this::now;
        return source.withZone(ZoneOffset.UTC);
    }

    /** The settings of the services as they are if nothing else is said. */
    private static List<Object> settings() {
        var nothingElse = new Binder();
        return found("io.waybill.inventory", ConfigurationProperties.class).stream()
                .<Object>map(type -> nothingElse.bindOrCreate(
                        type.getAnnotation(ConfigurationProperties.class).value(), Bindable.of(type)))
                .toList();
    }

    private static List<Class<?>> found(String inPackage, Class<? extends Annotation> annotation) {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(annotation));
        return scanner.findCandidateComponents(inPackage).stream()
                .<Class<?>>map(bean -> ClassUtils.resolveClassName(className(bean), null))
                .toList();
    }

    private static String className(BeanDefinition bean) {
        return Objects.requireNonNull(bean.getBeanClassName());
    }
}
