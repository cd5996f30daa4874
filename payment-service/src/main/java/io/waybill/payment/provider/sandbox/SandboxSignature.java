package io.waybill.payment.provider.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.payment.provider.PaymentProvider.Notice;
import io.waybill.payment.provider.PaymentProvider.UntrustedWebhook;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Signs the sandbox's messages and reads signed ones. The header is {@code t=<seconds since 1970>,v1=<hex>}, of which
 * the last is HMAC-SHA256 over {@code <t>.<body>}.
 */
final class SandboxSignature {

    static final String HEADER = "Sandbox-Signature";

    /** Clocks differ and messages are delayed; what is older may have been recorded and sent again by somebody. */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static final Pattern FORM = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");
    private static final JsonMapper JSON = new JsonMapper();

    private final SecretKeySpec key;

    SandboxSignature(String secret) {
        key = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
    }

    String sign(byte[] body, Instant now) {
        long seconds = now.getEpochSecond();
        return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(hmac(seconds, body));
    }

    static byte[] write(Notice notice) {
        return JSON.writeValueAsBytes(notice);
    }

    Notice read(@Nullable String header, byte[] body, Instant now) {
        Matcher parts = FORM.matcher(header == null ? "" : header);
        if (!parts.matches()) {
            throw new UntrustedWebhook("The header " + HEADER + " is missing or malformed.");
        }
        long seconds = Long.parseLong(parts.group(1));
        if (!MessageDigest.isEqual(hmac(seconds, body), HexFormat.of().parseHex(parts.group(2)))) {
            throw new UntrustedWebhook("The message is not signed by the sandbox.");
        }
        if (Duration.between(Instant.ofEpochSecond(seconds), now).abs().compareTo(WINDOW) > 0) {
            throw new UntrustedWebhook("The message is older or newer than can be believed.");
        }
        try {
            return JSON.readValue(body, Notice.class);
        } catch (JacksonException e) {
            throw new UntrustedWebhook("The message is signed, but not one of the sandbox's.");
        }
    }

    private byte[] hmac(long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update((seconds + ".").getBytes(UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }
}
