package io.waybill.chassis.messaging;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** What makes it harmless to lose the service's store: events that come again change nothing elsewhere. */
@AutoConfiguration(before = AxonAutoConfiguration.class)
public class CheckpointsAutoConfiguration {

    @Bean
    Checkpoints checkpoints(
            @Value("${spring.application.name}") String service,
            ListableBeanFactory beans,
            ObjectProvider<EventStore> eventStore) {
        return new Checkpoints(service, projections(beans), eventStore::getObject);
    }

    /** Names of the processors that maintain read models and do nothing else, in either place. */
    public static Set<String> projections(ListableBeanFactory beans) {
        return projectionBeans(beans).keySet().stream()
                .flatMap(projection -> Arrays.stream(Slot.values()).map(slot -> slot.nameOf(projection)))
                .collect(Collectors.toSet());
    }

    /** The projections' names, each with that of its bean. */
    public static Map<String, String> projectionBeans(ListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanNamesForAnnotation(Projection.class))
                .collect(Collectors.toMap(
                        bean -> Objects.requireNonNull(
                                        beans.findAnnotationOnBean(bean, ProcessingGroup.class),
                                        "A projection needs a @ProcessingGroup: " + bean)
                                .value(),
                        bean -> bean));
    }

    @Bean(destroyMethod = "close")
    CheckpointKeeper checkpointKeeper(
            Checkpoints checkpoints,
            ReadProgress progress,
            ObjectProvider<EventProcessingConfiguration> processing,
            @Value("${waybill.checkpoint-interval:PT10S}") Duration interval) {
        return new CheckpointKeeper(
                checkpoints,
                progress,
                () -> processing.getObject().eventProcessors().keySet(),
                interval);
    }

    @Bean
    Rebuilds rebuilds(
            ReadProgress progress,
            ObjectProvider<EventProcessingConfiguration> processing,
            ObjectProvider<EventStore> eventStore,
            ObjectProvider<LiveSlots> slots) {
        return new Rebuilds(
                progress,
                processing::getObject,
                eventStore::getObject,
                projection -> slots.getObject().live(projection));
    }

    /** Every way out of a handler is closed during a replay. */
    @Bean
    static BeanPostProcessor replayGuard() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof CommandBus bus) {
                    var unused = bus.registerDispatchInterceptor(new ReplayGuard.OfMessages<>());
                }
                if (bean instanceof EventBus bus) {
                    var unused = bus.registerDispatchInterceptor(new ReplayGuard.OfMessages<>());
                }
                return bean instanceof EventScheduler scheduler ? new ReplayGuard.OfSchedules(scheduler) : bean;
            }
        };
    }
}
