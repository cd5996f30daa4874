package io.waybill.payment.provider.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.payment.provider.PaymentProvider.Notice;
import io.waybill.payment.provider.PaymentProvider.UntrustedWebhook;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads Stripe's events. They are signed in the header {@code Stripe-Signature}: {@code t=<seconds>,v1=<HMAC-SHA256 of
 * "seconds.body" in hex>}, with a {@code v1} for each secret while one replaces another.
 *
 * <p>The SDK checks this as well, but believes what is signed for next year, ends in other exceptions than its own on
 * a header out of shape, and writes the seconds in the digits of the machine's language.
 *
 * <p>Only the ID, the type and the metadata of an event are read: they are the same in every version of the API, and
 * what became of the payment is asked for anyway.
 */
final class StripeWebhook {

    static final String SIGNATURE = "Stripe-Signature";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");
    private static final Pattern ABOUT_PAYMENTS =
            Pattern.compile("payment_intent\\..+|charge\\.refunded|charge\\.refund\\..+");

    private final SecretKeySpec secret;
    private final Duration tolerance;
    private final InstantSource clock;

    StripeWebhook(String secret, Duration tolerance, InstantSource clock) {
        this.secret = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
        this.tolerance = tolerance;
        this.clock = clock;
    }

    Optional<Notice> read(@Nullable String header, byte[] body) {
        verify(Signature.parse(header), body);
        JsonNode event = parse(body);
        JsonNode metadata = event.path("data").path("object").path("metadata");
        String authorizationId = metadata.path(StripeEntries.AUTHORIZATION_ID).asString("");
        boolean ours = ABOUT_PAYMENTS.matcher(event.path("type").asString("")).matches() && !authorizationId.isEmpty();
        return ours
                ? Optional.of(new Notice(
                        event.path("id").asString(),
                        authorizationId,
                        metadata.path(StripeEntries.PAYMENT_ID).asString(),
                        metadata.path(StripeEntries.ORDER_ID).asString()))
                : Optional.empty();
    }

    private void verify(Signature signature, byte[] body) {
        byte[] expected =
                HexFormat.of().formatHex(hmac(signature.seconds(), body)).getBytes(UTF_8);
        boolean signed = signature.v1().stream().anyMatch(v1 -> MessageDigest.isEqual(expected, v1.getBytes(UTF_8)));
        if (!signed) {
            throw new UntrustedWebhook("The message was not signed with waybill.payment.stripe.webhook-secret");
        }
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(signature.seconds()));
        if (Duration.between(signedAt, clock.instant()).abs().compareTo(tolerance) > 0) {
            throw new UntrustedWebhook(
                    "The message was signed at " + signedAt + ", more than " + tolerance + " from now");
        }
    }

    private byte[] hmac(String seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(secret.getAlgorithm());
            mac.init(secret);
            mac.update((seconds + ".").getBytes(UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HMAC-SHA256", e);
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new UntrustedWebhook("The message is signed, but is not JSON: " + e.getOriginalMessage());
        }
    }

    /** What the header says. Schemes other than {@code v1} are not looked at, so that none weaker can be slipped in. */
    private record Signature(String seconds, List<String> v1) {

        static Signature parse(@Nullable String header) {
            var seconds = new ArrayList<String>();
            var v1 = new ArrayList<String>();
            for (String element : header == null ? new String[0] : header.split(",", -1)) {
                int equals = element.indexOf('=');
                String value = element.substring(equals + 1).strip();
                switch (element.substring(0, Math.max(equals, 0)).strip()) {
                    case "t" -> seconds.add(value);
                    case "v1" -> v1.add(value);
                    default -> {}
                }
            }
            if (seconds.size() != 1 || !SECONDS.matcher(seconds.getFirst()).matches()) {
                throw new UntrustedWebhook("The message has no header " + SIGNATURE + " that says when it was signed");
            }
            return new Signature(seconds.getFirst(), v1);
        }
    }
}
