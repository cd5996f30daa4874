package io.waybill.payment.reconciliation;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderQuery.FindOrder;
import io.waybill.payment.provider.PaymentProvider;
import java.time.Clock;
import java.time.Duration;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the parts of the reconciliation have in common. */
@Configuration
@EnableConfigurationProperties(ReconciliationConfiguration.Properties.class)
class ReconciliationConfiguration {

    /**
     * @param interval time from one scheduled reconciliation to the next; zero for none
     * @param grace for so long the provider may owe an answer, and an order and its payment be apart
     */
    @ConfigurationProperties("waybill.payment.reconciliation")
    record Properties(
            @DefaultValue("PT0S") Duration interval,
            @DefaultValue("PT5M") Duration grace) {

        Properties {
            requireNotNegative("interval", interval);
            requireNotNegative("grace", grace);
        }

        private static void requireNotNegative(String name, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("waybill.payment.reconciliation." + name + " is " + value
                        + "; use a duration such as PT5M, or PT0S.");
            }
        }
    }

    @Bean
    Examination examination(
            PaymentProvider.Calls calls, EventStore eventStore, RequestQueries queries, Properties properties) {
        return new Examination(
                calls,
                eventStore,
                orderId -> queries.ask(new FindOrder(orderId), OrderDetails.class),
                properties.grace(),
                Clock.systemUTC());
    }

    @Bean
    ReconciliationRuns reconciliationRuns(MongoDatabase database) {
        return new ReconciliationRuns(database, Clock.systemUTC());
    }
}
