package io.waybill.inventory.stocklevels;

import io.waybill.chassis.messaging.History;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What stock was before. */
@Configuration(proxyBeanMethods = false)
class StockHistory {

    @Bean
    History<StockLevel> pastStock(EventStore eventStore) {
        return new History<>(
                eventStore, StockEvent.class, (level, event, sequence, at) -> StockLevelFold.fold(level, event));
    }
}
