package io.waybill.simulation;

import io.waybill.chassis.messaging.ChassisParts;
import io.waybill.chassis.messaging.Parking;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.mongo.ChassisStores;
import io.waybill.inventory.stock.StockByHand;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.ProviderByHand;
import java.lang.annotation.Annotation;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.Scope;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolver;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.metamodel.AnnotationSagaMetaModelFactory;
import org.axonframework.modelling.saga.metamodel.SagaMetaModelFactory;
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

    /** Two do to each other all that more would. */
    private static final int INSTANCES = 2;

    private static final String INVENTORY = "inventory";
    private static final String PAYMENT = "payment";

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private final Log log = new Log();
    private final EventStore events = new Events(log);
    private final List<SimpleCommandBus> instances = Stream.generate(
                    () -> SimpleCommandBus.builder().build())
            .limit(INSTANCES)
            .toList();
    private final Wire wire = new Wire(instances, this::sender);
    private final Timers timers = new Timers(this::now);
    private final Sagas sagas;
    private final List<Reader> processes = new ArrayList<>();
    private final Map<String, Store> stores = new TreeMap<>();
    private final List<Views> views = new ArrayList<>();
    private final List<StockByHand> stock = new ArrayList<>();
    private final ParameterResolverFactory parameters;
    private final SagaMetaModelFactory sagaModels;

    private final CommandGateway gateway;

    /** New in each history, because it remembers what was refused. */
    private SagaCommands commands;
    /** New with them. */
    private Parking parking;

    private Courier courier;

    private Instant now = START;
    private Runnable deliver = () -> {};
    /** Whether a saga is handling an event. */
    private boolean leading;

    private BiConsumer<Point, @Nullable String> points = (point, step) -> {};

    Services() {
        List<Object> resources = new ArrayList<>();
        gateway = DefaultCommandGateway.builder()
                .commandBus(wire)
                .dispatchInterceptors(List.of(ChassisParts.guard()))
                .build();
        commands = new SagaCommands(gateway, events);
        parking = new Parking(commands);
        resources.add(ChassisParts.guard(timers));
        resources.addAll(settings());
        parameters = MultiParameterResolverFactory.ordered(
                ClasspathParameterResolverFactory.forClass(Services.class),
                ofHistory(SagaCommands.class, () -> commands),
                ofHistory(Parking.class, () -> parking),
                new SimpleResourceParameterResolverFactory(resources));
        sagaModels = new AnnotationSagaMetaModelFactory(parameters);
        sagas = new Sagas(
                store(INVENTORY).documents(), ChassisParts.serializer(), clock(), () -> sagaModels, this::pass);
        for (CommandBus instance : instances) {
            found("io.waybill", Aggregate.class).stream()
                    .filter(type -> type != StockByHand.TYPE)
                    .forEach(type -> host(type, instance));
            stock.add(new StockByHand(events, parameters, instance));
        }
        sagaTypes().forEach(this::lead);
        found("io.waybill.inventory", ProcessingGroup.class).stream()
                .filter(type -> !type.isAnnotationPresent(Saga.class) && !type.isAnnotationPresent(Projection.class))
                .forEach(this::follow);
        courier = newCourier();
        processes.add(new Reader(
                store(PAYMENT),
                ProviderByHand.PROCESSOR,
                0,
                event -> event.getPayload() instanceof PaymentEvent,
                number -> {
                    Feed feed = feed(store(PAYMENT), ProviderByHand.PROCESSOR, handlers(courier.handler()));
                    return (events, claim) -> feed.handle(events, Segment.ROOT_SEGMENT, claim);
                },
                INSTANCES));
        found("io.waybill", Projection.class).stream()
                .collect(Collectors.groupingBy(Services::serviceOf, TreeMap::new, Collectors.toList()))
                .forEach((service, types) -> views.add(new Views(types, store(service), INSTANCES, parameters)));
    }

    private Courier newCourier() {
        return new Courier(store(PAYMENT), events, this::now);
    }

    /** Who carries to the bank what payments ask for. */
    Courier courier() {
        return courier;
    }

    /** What a service keeps. */
    Store store(String service) {
        return stores.computeIfAbsent(
                service, name -> new Store(name, new Documents(this::beforeWrite, this::afterWrite), () -> events));
    }

    List<Store> stores() {
        return List.copyOf(stores.values());
    }

    /** A part of handlers that is another one in each history. */
    private static <T> ParameterResolverFactory ofHistory(Class<T> type, Supplier<T> current) {
        return (executable, parameters, index) -> parameters[index].getType() != type
                ? null
                : new ParameterResolver<T>() {
                    @Override
                    public T resolveParameterValue(Message<?> message) {
                        return current.get();
                    }

                    @Override
                    public boolean matches(Message<?> message) {
                        return true;
                    }
                };
    }

    private void beforeWrite(String collection) {
        if (ChassisStores.OF_SAGAS.contains(collection)) {
            sagas.between();
        } else if (!collection.equals(ChassisStores.TOKENS)) {
            pass(Point.BEFORE_VIEW_WRITE, null);
        }
    }

    private void afterWrite(String collection) {
        if (!ChassisStores.OF_SAGAS.contains(collection) && !collection.equals(ChassisStores.TOKENS)) {
            pass(Point.AFTER_VIEW_WRITE, null);
        }
    }

    private void pass(Point point, @Nullable String step) {
        outside(() -> points.accept(point, step));
    }

    private static String serviceOf(Class<?> type) {
        return type.getPackageName().split("\\.", -1)[2];
    }

    /**
     * Forgets everything.
     *
     * @param watcher sees each event as soon as it is stored
     * @param deliverCommands is called when a process waits for what comes of its commands
     * @param newPoints is told which point is passed on behalf of which step, if any, and may throw
     */
    void reset(
            Consumer<EventMessage<?>> watcher,
            Runnable deliverCommands,
            BiConsumer<Point, @Nullable String> newPoints) {
        points = (point, step) -> {};
        GenericEventMessage.clock = clock();
        CountedIdentifiers.restart();
        log.clear(watcher, point -> pass(point, null));
        wire.take();
        timers.clear();
        sagas.clear();
        stock.forEach(StockByHand::forget);
        stores.values().forEach(Store::clear);
        courier = newCourier();
        commands = new SagaCommands(gateway, events);
        parking = new Parking(commands);
        now = START;
        deliver = deliverCommands;
        points = newPoints;
    }

    /** The step of the saga that is just sending a command. */
    private @Nullable String sender() {
        @Nullable String step = null;
        if (leading) {
            AnnotatedSaga<?> saga = Scope.getCurrentScope();
            step = sagas.note(saga.getSagaIdentifier(), saga.root());
        }
        pass(Point.BEFORE_DISPATCH, step);
        return step;
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

    /** Those who keep read models. */
    List<Reader> projections() {
        return views.stream().flatMap(view -> view.keepers().stream()).toList();
    }

    /** Checks that each read model is what the log says. */
    void checkViews() {
        views.forEach(view -> view.check(log));
    }

    Instant now() {
        return now;
    }

    void moveClockTo(Instant later) {
        now = later;
    }

    /** Publishes an event; what kept it from being told that it is stored is returned, or null if nothing did. */
    @Nullable
    Crash publish(EventMessage<?> event) {
        try {
            events.publish(event);
            return null;
        } catch (Crash crash) {
            return crash;
        }
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
        wire.deliver(new Wire.Sent<>(new GenericCommandMessage<>(command), callback, null));
        return outcome.get();
    }

    /** A process of the inventory whose events are handled in these segments, each by instances that share a position. */
    private void process(
            String name,
            MessageHandlerInterceptor<EventMessage<?>> around,
            Supplier<EventHandlerInvoker> handlers,
            List<Segment> segments) {
        List<Feed> feeds = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            Feed feed = feed(store(INVENTORY), name, handlers.get());
            feed.registerHandlerInterceptor(around);
            feeds.add(feed);
        }
        EventHandlerInvoker any = feeds.getFirst().eventHandlerInvoker();
        for (Segment segment : segments) {
            processes.add(new Reader(
                    store(INVENTORY),
                    name,
                    segment.getSegmentId(),
                    event -> any.canHandle(event, Segment.ROOT_SEGMENT),
                    number -> (events, claim) -> feeds.get(number).handle(events, segment, claim),
                    INSTANCES));
        }
    }

    private Feed feed(Store store, String name, EventHandlerInvoker handlers) {
        var feed = new Feed(name, handlers);
        feed.registerHandlerInterceptor(ChassisParts.correlate());
        feed.registerHandlerInterceptor(this::deliverFirst);
        feed.registerHandlerInterceptor(ChassisParts.join(name, store::checkpoints));
        feed.registerHandlerInterceptor(ChassisParts.keepClaim(Claim.OF_CURRENT_BATCH, name));
        return feed;
    }

    private <T> void host(Class<T> type, CommandBus instance) {
        var repository = EventSourcingRepository.builder(type)
                .eventStore(events)
                .parameterResolverFactory(parameters)
                .build();
        AggregateAnnotationCommandHandler.<T>builder()
                .aggregateType(type)
                .repository(repository)
                .parameterResolverFactory(parameters)
                .build()
                .subscribe(instance);
    }

    private <T> void lead(Class<T> type) {
        process(
                type.getSimpleName(),
                this::leading,
                () -> manager(type),
                Segment.splitBalanced(Segment.ROOT_SEGMENT, 1));
    }

    private <T> EventHandlerInvoker manager(Class<T> type) {
        var repository = AnnotatedSagaRepository.<T>builder()
                .sagaType(type)
                .sagaStore(sagas)
                .parameterResolverFactory(parameters)
                .build();
        return AnnotatedSagaManager.<T>builder()
                .sagaType(type)
                .sagaRepository(repository)
                .sagaModel(sagaModels.modelOf(type))
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
    }

    private void follow(Class<?> type) {
        process(
                type.getSimpleName(),
                (batch, chain) -> chain.proceed(),
                () -> handlers(BeanUtils.instantiateClass(type)),
                List.of(Segment.ROOT_SEGMENT));
    }

    private EventHandlerInvoker handlers(Object handler) {
        return SimpleEventHandlerInvoker.builder()
                .eventHandlers(handler)
                .parameterResolverFactory(parameters)
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
    }

    /** The commands of a batch are delivered once all of it is handled, and before anybody waits for the answers. */
    private Object deliverFirst(UnitOfWork<? extends EventMessage<?>> unitOfWork, InterceptorChain chain)
            throws Exception {
        unitOfWork.getOrComputeResource(Services.class.getName(), key -> {
            unitOfWork.onPrepareCommit(batch -> outside(deliver));
            return this;
        });
        return chain.proceed();
    }

    private Object leading(UnitOfWork<? extends EventMessage<?>> batch, InterceptorChain chain) throws Exception {
        leading = true;
        try {
            return chain.proceed();
        } finally {
            leading = false;
        }
    }

    /** Other services know nothing of what this one is in the midst of. */
    static void outside(Runnable others) {
        if (!CurrentUnitOfWork.isStarted()) {
            others.run();
            return;
        }
        UnitOfWork<?> own = CurrentUnitOfWork.get();
        CurrentUnitOfWork.clear(own);
        try {
            others.run();
        } finally {
            CurrentUnitOfWork.set(own);
        }
    }

    /** Processes that are found in the services. */
    static List<Class<?>> sagaTypes() {
        return found("io.waybill.inventory", Saga.class);
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
