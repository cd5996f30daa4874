package io.waybill.ordering;

import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.messaging.StreamableMessageSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

/**
 * The orders that wait for their checkout. They are placed faster than checked out, so without a bound they would pile
 * up in the event store, and each would wait longer than the one before. An order that waits for its customer, its
 * provider or an operator is not one of them: to take fewer orders would not help it.
 *
 * <p>It is kept in memory, from the start of this instance on: a restart forgets who waited and lets in as many again.
 * If the checkout is away nothing leaves, so orders are taken up to the bound and wait for it.
 */
@Component
@ProcessingGroup(CheckoutBacklog.GROUP)
class CheckoutBacklog {

    static final String GROUP = "checkout-backlog";

    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final int maxWaiting;

    CheckoutBacklog(@Value("${waybill.checkout.max-waiting}") int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /** @throws RequestRefused 503 {@code OVERLOADED} if so many orders wait that another is not to be taken */
    void refuseIfFull() {
        if (waiting.size() >= maxWaiting) {
            throw RequestRefused.overloaded(
                    "More orders wait than can be checked out soon. Repeat the request unchanged after Retry-After.");
        }
    }

    @EventHandler
    void on(OrderRelated event) {
        switch (event) {
            case OrderPlaced placed -> waiting.add(placed.orderId());
            case OrderConfirmed confirmed -> waiting.remove(confirmed.orderId());
            case OrderRejected rejected -> waiting.remove(rejected.orderId());
            case OrderCancelled cancelled -> waiting.remove(cancelled.orderId());
            case CustomerActionRequired required -> waiting.remove(required.orderId());
            case OutcomeUnknown unknown -> waiting.remove(unknown.orderId());
            case ProcessStalled stalled -> waiting.remove(stalled.orderId());
            default -> {}
        }
    }

    /** Each instance follows all orders, from now on. */
    @Configuration(proxyBeanMethods = false)
    static class Following {

        @Bean
        ConfigurerModule checkoutBacklogProcessing() {
            return configurer -> configurer
                    .eventProcessing()
                    .registerTokenStore(GROUP, configuration -> new InMemoryTokenStore())
                    .registerPooledStreamingEventProcessorConfiguration(
                            GROUP,
                            (configuration, builder) -> builder.initialToken(StreamableMessageSource::createHeadToken)
                                    .initialSegmentCount(1));
        }
    }
}
