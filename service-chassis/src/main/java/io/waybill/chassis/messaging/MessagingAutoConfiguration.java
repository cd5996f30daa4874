package io.waybill.chassis.messaging;

import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.common.AxonThreadFactory;
import org.axonframework.config.Configuration;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.EventProcessingConfigurer;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.gateway.DefaultEventGateway;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.queryhandling.DefaultQueryGateway;
import org.axonframework.queryhandling.QueryBus;
import org.axonframework.queryhandling.QueryGateway;
import org.axonframework.serialization.RevisionResolver;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Axon's buses, gateways and event processors as a shop needs them. */
@AutoConfiguration(before = AxonAutoConfiguration.class)
public class MessagingAutoConfiguration {

    /** Enough to make one read, one write and one token of many events, small enough to be tried again as a whole. */
    private static final int EVENT_BATCH_SIZE = 100;
    /**
     * The most instances of one service that can share the work of a processor. Each segment is given all events and
     * keeps its share; that of a process even looks for a saga of each.
     */
    public static final int SEGMENTS = 2;

    @Bean
    @Primary
    Serializer serializer(RevisionResolver revisions) {
        return AllowListSerializer.create(revisions);
    }

    @Bean
    Correlation correlation(@Value("${spring.application.name}") String service) {
        return new Correlation(service);
    }

    /** For what is tried again after a while. It only starts things: whatever takes time runs elsewhere. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService retryThread() {
        return Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("retry"));
    }

    @Bean
    CommandGateway commandGateway(
            CommandBus commandBus, Correlation correlation, ScheduledExecutorService retryThread) {
        return DefaultCommandGateway.builder()
                .commandBus(commandBus)
                .retryScheduler(new JitteredRetries(retryThread, RandomGenerator.getDefault()))
                .dispatchInterceptors(List.of(correlation.atTheEdge()))
                .build();
    }

    @Bean
    QueryGateway queryGateway(QueryBus queryBus, Correlation correlation) {
        return DefaultQueryGateway.builder()
                .queryBus(queryBus)
                .dispatchInterceptors(List.of(correlation.atTheEdge()))
                .build();
    }

    @Bean
    SagaCommands sagaCommands(CommandGateway gateway, EventStore eventStore) {
        return new SagaCommands(gateway, eventStore);
    }

    @Bean
    Parking parking(SagaCommands commands) {
        return new Parking(commands);
    }

    @Bean
    RequestCommands requestCommands(CommandGateway gateway, EventStore eventStore) {
        return new RequestCommands(gateway, eventStore);
    }

    @Bean
    RequestEvents requestEvents(EventStore eventStore, Correlation correlation) {
        var gateway = DefaultEventGateway.builder()
                .eventBus(eventStore)
                .dispatchInterceptors(List.of(correlation.atTheEdge()))
                .build();
        return new RequestEvents(gateway, eventStore);
    }

    @Bean
    RequestQueries requestQueries(QueryGateway gateway) {
        return new RequestQueries(gateway);
    }

    /** Events stored in an earlier shape are read as what they are now; the shapes are known where the events are. */
    @Bean
    ConfigurerModule upcasters() {
        return configurer -> ServiceLoader.load(EventUpcaster.class)
                .forEach(upcaster -> configurer.registerEventUpcaster(configuration -> upcaster));
    }

    /**
     * All processors are pooled, read from the very first event (so that what happened before a service's first start
     * is not lost to its sagas), and stop at a failure instead of skipping the event.
     */
    @Bean
    ConfigurerModule eventProcessing(
            ScheduledExecutorService retryThread,
            Checkpoints checkpoints,
            ReadPositions positions,
            ListableBeanFactory beans,
            @Value("${waybill.look-interval}") Duration lookInterval) {
        Set<String> projections = CheckpointsAutoConfiguration.projections(beans);
        return configurer -> {
            EventProcessingConfigurer processing = configurer.eventProcessing();
            processing.usingPooledStreamingEventProcessors();
            processing.registerPooledStreamingEventProcessorConfiguration(
                    (configuration, builder) -> streaming(configuration, builder, positions, lookInterval));
            processing.registerDefaultErrorHandler(c -> PropagatingErrorHandler.instance());
            processing.registerDefaultListenerInvocationErrorHandler(c -> PropagatingErrorHandler.instance());
            configurer.registerComponent(
                    FailedBatches.class, c -> new FailedBatches(c.eventProcessingConfiguration(), retryThread));
            processing.registerDefaultHandlerInterceptor(
                    (c, processor) -> c.getComponent(FailedBatches.class).of(processor));
            processing.registerDefaultHandlerInterceptor(
                    (c, processor) -> new SagaCommands.Join(processor, checkpoints));
            processing.registerDefaultHandlerInterceptor((c, processor) -> projections.contains(processor)
                    ? (batch, chain) -> chain.proceed()
                    : new KeptClaim(tokenStoreOf(c, processor), processor));
        };
    }

    /** How all processors read. */
    public static PooledStreamingEventProcessor.Builder streaming(
            Configuration configuration,
            PooledStreamingEventProcessor.Builder builder,
            ReadPositions positions,
            Duration lookInterval) {
        return builder.initialToken(StreamableMessageSource::createTailToken)
                .initialSegmentCount(SEGMENTS)
                .batchSize(EVENT_BATCH_SIZE)
                .tokenClaimInterval(lookInterval.toMillis())
                // Whoever lost a token has noticed before anybody clears away what was left of a lost store.
                .claimExtensionThreshold(lookInterval.dividedBy(2).toMillis())
                // A batch may take longer than a claim lasts; without this another instance would take it.
                .enableCoordinatorClaimExtension()
                .workerExecutor(processor -> workerThreads(configuration, processor, positions));
    }

    private static WorkerThreads workerThreads(Configuration configuration, String processor, ReadPositions positions) {
        var threads = new WorkerThreads(processor, () -> positions.progressed(processor));
        configuration.onShutdown(threads::shutdown);
        return threads;
    }

    private static TokenStore tokenStoreOf(Configuration configuration, String processor) {
        return configuration.eventProcessingConfiguration().tokenStore(processor);
    }
}
