package io.waybill.inventory.stock;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.annotation.HandlerDefinition;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.spring.eventsourcing.SpringAggregateSnapshotter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How stock items are stored. */
@Configuration(proxyBeanMethods = false)
class StockConfiguration {

    /** A snapshot that is not made, because the service stops, costs nothing: the events are there. */
    @Bean(destroyMethod = "shutdown")
    ThreadPoolExecutor snapshotThread() {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new AxonThreadFactory("snapshots"),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** As Axon's own, but with a thread of its own, so that no command waits for a snapshot. */
    @Bean
    Snapshotter snapshotter(
            org.axonframework.config.Configuration axon,
            HandlerDefinition handlers,
            ParameterResolverFactory parameters,
            EventStore eventStore,
            ThreadPoolExecutor snapshotThread) {
        return SpringAggregateSnapshotter.builder()
                .repositoryProvider(axon::repository)
                .handlerDefinition(handlers)
                .parameterResolverFactory(parameters)
                .eventStore(eventStore)
                .executor(snapshotThread)
                .build();
    }

    @Bean
    StockItems stockItems(org.axonframework.config.Configuration axon) {
        return StockItems.create(axon);
    }
}
