package io.waybill.chassis.messaging;

import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/** What lets a reader wait for what was written. */
@AutoConfiguration(before = AxonAutoConfiguration.class)
public class PositionsAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(PositionsAutoConfiguration.class);

    @Bean(destroyMethod = "close")
    ReadPositions readPositions(
            ObjectProvider<EventProcessingConfiguration> processing,
            ReadProgress stored,
            ObjectProvider<EventStore> eventStore,
            Rebuilds rebuilds,
            ObjectProvider<StuckProcessors> stuck,
            ObjectProvider<LiveSlots> slots) {
        return new ReadPositions(
                processing::getObject,
                stored,
                eventStore::getObject,
                rebuilds,
                stuck::getObject,
                projection -> slots.getObject().live(projection));
    }

    /** What a read model has once reached is news from then on, and no rebuild. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> beginningOfNews(Rebuilds rebuilds, ListableBeanFactory beans) {
        return ready -> {
            try {
                CheckpointsAutoConfiguration.projectionBeans(beans).keySet().forEach(rebuilds::isUnderWay);
            } catch (RuntimeException e) {
                LOG.debug("The event store is away; the first who waits begins", e);
            }
        };
    }
}
