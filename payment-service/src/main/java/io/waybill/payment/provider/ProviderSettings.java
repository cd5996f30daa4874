package io.waybill.payment.provider;

import java.time.Duration;
import java.util.Set;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * How the provider is asked.
 *
 * @param threads that ask at the same time, in this instance
 * @param timeLimit for one call
 * @param claim how long an instance may take over one operation before another one takes it, as when it has died: two
 *     calls and a spare, and soon enough that what it had in hand is done within the half minute of any recovery
 * @param poll the longest time until work of another instance, or work that became due, is noticed
 * @param firstRetry after a call that failed; doubled with each further one
 * @param longestRetry at which that ends
 * @param unknownAfterAttempts that failed, an outcome counts as unknown and is shown to operators
 * @param breakerFailurePercent share of failed calls at which no more are made for a while
 * @param breakerWait how long
 */
@ConfigurationProperties("waybill.payment.provider")
record ProviderSettings(
        @DefaultValue("4") int threads,
        @DefaultValue("10s") Duration timeLimit,
        @DefaultValue("25s") Duration claim,
        @DefaultValue("200ms") Duration poll,
        @DefaultValue("100ms") Duration firstRetry,
        @DefaultValue("1m") Duration longestRetry,
        @DefaultValue("5") int unknownAfterAttempts,
        @DefaultValue("75") int breakerFailurePercent,
        @DefaultValue("2s") Duration breakerWait) {

    private static final String PROVIDER = "waybill.payment.provider";
    private static final Set<String> KNOWN = Set.of("sandbox", "stripe");

    /** Settings of payments whoever the provider is. */
    @Configuration
    @EnableConfigurationProperties(ProviderSettings.class)
    static class Wiring {

        /** Before any bean is made, so that a slip of the pen is not told as a missing bean. */
        @Bean
        static BeanFactoryPostProcessor theProviderIsKnown(Environment environment) {
            return beans -> requireKnown(environment.getProperty(PROVIDER, "sandbox"));
        }
    }

    static void requireKnown(String provider) {
        if (!KNOWN.contains(provider)) {
            throw new IllegalStateException(
                    PROVIDER + " is \"" + provider + "\", which is no provider. Set it to one of " + KNOWN + ".");
        }
    }
}
