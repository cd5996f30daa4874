package io.waybill.orderview.orderdetails;

import io.waybill.chassis.messaging.History;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What orders were before. */
@Configuration(proxyBeanMethods = false)
class OrderHistory {

    @Bean
    History<OrderDetails> pastOrders(EventStore eventStore) {
        return new History<>(eventStore, OrderEvent.class, OrderDetailsFold::fold);
    }
}
