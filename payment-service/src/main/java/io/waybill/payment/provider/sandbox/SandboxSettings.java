package io.waybill.payment.provider.sandbox;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the sandbox behaves.
 *
 * @param authorizationLifetime how long an amount is held
 * @param webhookUrl where confirmations are told; null for this service itself
 * @param webhookSecret that both sides know
 */
@ConfigurationProperties("waybill.payment.sandbox")
record SandboxSettings(
        @DefaultValue("7d") Duration authorizationLifetime,
        @Nullable URI webhookUrl,
        @DefaultValue("sandbox-secret-of-this-machine") String webhookSecret) {}
