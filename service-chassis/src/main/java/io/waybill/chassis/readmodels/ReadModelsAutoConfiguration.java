package io.waybill.chassis.readmodels;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.CheckpointsAutoConfiguration;
import io.waybill.chassis.messaging.MessagingAutoConfiguration;
import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.AxonStoresAutoConfiguration;
import io.waybill.chassis.mongo.Discards;
import io.waybill.chassis.mongo.StoreMarks;
import io.waybill.chassis.mongo.ViewStore;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.config.Configuration;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventProcessorSpanFactory;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Each projection has two places, and a processor for each. */
@AutoConfiguration(after = AxonStoresAutoConfiguration.class, before = AxonAutoConfiguration.class)
@Import(ReplayController.class)
public class ReadModelsAutoConfiguration {

    /** Several of one document are written once, so a rebuild is the faster the more of them are in a batch. */
    private static final int VIEW_BATCH_SIZE = 500;

    /** Closed by its watch. */
    @Bean(destroyMethod = "")
    ReadModels readModels(
            @Value("${spring.application.name}") String service,
            MongoDatabase database,
            MongoTemplate template,
            StoreMarks marks,
            Discards discards,
            ObjectProvider<EventProcessingConfiguration> processing,
            ObjectProvider<EventStore> eventStore,
            ObjectProvider<Rebuilds> rebuilds,
            @Value("${waybill.look-interval}") Duration lookInterval) {
        return new ReadModels(
                service,
                new ReadModelDocuments(database),
                new Leftovers(template, marks, discards),
                processing::getObject,
                eventStore::getObject,
                rebuilds::getObject,
                Clock.systemUTC(),
                lookInterval);
    }

    /** The read models of a projection are the view stores that it holds. */
    @Bean
    SmartInitializingSingleton viewsOfProjections(ReadModels models, ListableBeanFactory beans, StoreMarks marks) {
        return () -> {
            CheckpointsAutoConfiguration.projectionBeans(beans)
                    .forEach((projection, bean) -> models.add(projection, stores(beans.getBean(bean))));
            marks.keepIndexes(models::makeIndexes);
        };
    }

    @Bean
    ReadModelWatch readModelWatch(ReadModels models, @Value("${waybill.look-interval}") Duration interval) {
        return new ReadModelWatch(models, interval);
    }

    @Bean
    ConfigurerModule processorsOfPlaces(
            ReadModels models,
            ListableBeanFactory beans,
            ReadPositions positions,
            @Value("${waybill.look-interval}") Duration lookInterval) {
        return configurer -> CheckpointsAutoConfiguration.projectionBeans(beans).forEach((projection, bean) -> {
            var processing = configurer.eventProcessing();
            processing.registerEventHandler(
                    configuration -> new Beside(projection, beans.getBean(bean), configuration));
            processing.assignHandlerInstancesMatching(
                    Slot.SECOND.nameOf(projection),
                    handler -> handler instanceof Beside beside
                            && beside.projection().equals(projection));
            for (Slot slot : Slot.values()) {
                processing.registerEventProcessor(
                        slot.nameOf(projection),
                        (name, configuration, handlers) ->
                                processor(name, configuration, handlers, models, positions, lookInterval));
            }
        });
    }

    private static SlotProcessor processor(
            String name,
            Configuration configuration,
            EventHandlerInvoker handlers,
            ReadModels models,
            ReadPositions positions,
            Duration lookInterval) {
        PooledStreamingEventProcessor.Builder builder = PooledStreamingEventProcessor.builder()
                .name(name)
                .eventHandlerInvoker(handlers)
                .messageMonitor(configuration.messageMonitor(PooledStreamingEventProcessor.class, name))
                .spanFactory(configuration.getComponent(EventProcessorSpanFactory.class))
                .messageSource(configuration.eventStore())
                .tokenStore(configuration.eventProcessingConfiguration().tokenStore(name))
                .transactionManager(NoTransactionManager.instance())
                .coordinatorExecutor(processor -> coordinator(processor, configuration));
        return new SlotProcessor(
                MessagingAutoConfiguration.streaming(configuration, builder, positions, lookInterval)
                        .batchSize(VIEW_BATCH_SIZE),
                () -> models.isNeeded(name));
    }

    private static ScheduledExecutorService coordinator(String processor, Configuration configuration) {
        var thread = new CoordinatorThread(processor);
        configuration.onShutdown(thread::shutdown);
        return thread;
    }

    private static List<ViewStore<?>> stores(Object projection) {
        List<ViewStore<?>> stores = new ArrayList<>();
        for (Field field : projection.getClass().getDeclaredFields()) {
            if (field.getType() == ViewStore.class) {
                stores.add(value(field, projection));
            }
        }
        return List.copyOf(stores);
    }

    private static ViewStore<?> value(Field field, Object projection) {
        try {
            field.setAccessible(true);
            return (ViewStore<?>) field.get(projection);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("A view store that cannot be reached: " + field, e);
        }
    }
}
