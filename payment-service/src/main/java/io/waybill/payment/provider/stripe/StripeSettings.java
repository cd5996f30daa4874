package io.waybill.payment.provider.stripe;

import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the Stripe account. What is missing or cannot work fails the start.
 *
 * @param apiKey secret or restricted key, {@code sk_...} or {@code rk_...}
 * @param webhookSecret signing secret of the webhook endpoint, {@code whsec_...}
 * @param returnUrl where Stripe sends customers back to when they have confirmed a payment
 * @param baseUrl where Stripe's API is; plain HTTP only on this machine, as the key goes with every call
 * @param connectTimeout until when a connection has to stand
 * @param readTimeout how long a call may take, to the end of its answer, before its outcome counts as unknown
 * @param webhookTolerance how far the time in a webhook's signature may be from ours, either way
 * @param searchLag how far Stripe's search may be behind; authorizations younger than that are looked for in the list
 */
@ConfigurationProperties("waybill.payment.stripe")
record StripeSettings(
        @DefaultValue("") String apiKey,
        @DefaultValue("") String webhookSecret,
        @DefaultValue("") String returnUrl,
        @DefaultValue("https://api.stripe.com") String baseUrl,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("8s") Duration readTimeout,
        @DefaultValue("5m") Duration webhookTolerance,
        @DefaultValue("1h") Duration searchLag) {

    private static final Pattern API_KEY = Pattern.compile("[sr]k_\\w+");
    private static final Pattern WEBHOOK_SECRET = Pattern.compile("whsec_\\S+");
    private static final Pattern WEB_ADDRESS = Pattern.compile("https?://[^/\\s]\\S*");
    private static final Pattern SAFE_ADDRESS =
            Pattern.compile("https://[^/\\s]+|http://(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

    /** Enough to tell a publishable key from a secret one, and no more than everybody may read in a log. */
    private static final int SECRET_CHARACTERS_SHOWN = 3;

    StripeSettings {
        check(
                API_KEY.matcher(apiKey).matches(),
                "api-key",
                hidden(apiKey),
                "Set STRIPE_API_KEY to a secret (sk_...) or restricted (rk_...) key of the account.");
        check(
                WEBHOOK_SECRET.matcher(webhookSecret).matches(),
                "webhook-secret",
                hidden(webhookSecret),
                "Set STRIPE_WEBHOOK_SECRET to the signing secret (whsec_...) of the webhook endpoint.");
        check(
                WEB_ADDRESS.matcher(returnUrl).matches(),
                "return-url",
                returnUrl,
                "Set STRIPE_RETURN_URL to the page of the shop that customers come back to, https://...");
        check(
                SAFE_ADDRESS.matcher(baseUrl).matches(),
                "base-url",
                baseUrl,
                "Set it to https://host without a path, or leave it out for https://api.stripe.com.");
        positive("connect-timeout", connectTimeout);
        positive("read-timeout", readTimeout);
        positive("webhook-tolerance", webhookTolerance);
        positive("search-lag", searchLag);
    }

    /** Settings are printed when they cannot be bound, and secrets are not for logs. */
    @Override
    public String toString() {
        return "StripeSettings[baseUrl=" + baseUrl + ", returnUrl=" + returnUrl + "]";
    }

    private static void positive(String property, Duration value) {
        check(value.isPositive(), property, value.toString(), "Set it to a duration with its unit, such as 5s.");
    }

    private static String hidden(String secret) {
        return secret.length() <= SECRET_CHARACTERS_SHOWN
                ? secret
                : secret.substring(0, SECRET_CHARACTERS_SHOWN) + "...";
    }

    private static void check(boolean good, String property, String value, String remedy) {
        if (!good) {
            throw new IllegalArgumentException(
                    "waybill.payment.stripe.%s is \"%s\". %s".formatted(property, value, remedy));
        }
    }
}
