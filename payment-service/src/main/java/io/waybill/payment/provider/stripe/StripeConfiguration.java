package io.waybill.payment.provider.stripe;

import io.waybill.payment.provider.PaymentProvider;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stripe is there only where it is asked for, so that nobody else needs its settings. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "waybill.payment.provider", havingValue = StripeProvider.NAME)
@EnableConfigurationProperties(StripeSettings.class)
class StripeConfiguration {

    @Bean
    PaymentProvider stripeProvider(StripeSettings settings) {
        return new StripeProvider(settings, InstantSource.system());
    }
}
