package io.waybill.payment.view;

import io.waybill.chassis.messaging.History;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What payments were before. */
@Configuration(proxyBeanMethods = false)
class PaymentHistory {

    @Bean
    History<PaymentView> pastPayments(EventStore eventStore) {
        return new History<>(
                eventStore,
                PaymentEvent.class,
                (page, event, sequence, at) -> PaymentFold.fold(page, event, at),
                PaymentPage::view);
    }
}
