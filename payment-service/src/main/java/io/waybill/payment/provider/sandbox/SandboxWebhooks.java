package io.waybill.payment.provider.sandbox;

import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.Notice;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Tells the shop over HTTP that something about an authorization changed. What gets lost is not told again. */
@Component
@ConditionalOnProperty(name = "waybill.payment.provider", havingValue = "sandbox", matchIfMissing = true)
class SandboxWebhooks {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxWebhooks.class);
    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIME_LIMIT).build();
    private final URI url;
    private final SandboxSignature signature;
    private final SandboxProvider sandbox;
    private final Clock clock = Clock.systemUTC();

    SandboxWebhooks(SandboxProvider sandbox, SandboxSettings settings, @Value("${server.port}") int port) {
        this.sandbox = sandbox;
        this.signature = new SandboxSignature(settings.webhookSecret());
        this.url = settings.webhookUrl() != null
                ? settings.webhookUrl()
                : URI.create("http://127.0.0.1:" + port + "/api/payments/webhooks/" + SandboxProvider.NAME);
    }

    void tell(LedgerEntry entry) {
        Faults faults = sandbox.faults();
        var notice =
                new Notice(UUID.randomUUID().toString(), entry.authorizationId(), entry.paymentId(), entry.orderId());
        for (int i = faults.webhooksLost() ? 2 : faults.duplicateWebhooks() ? 0 : 1; i < 2; i++) {
            send(notice);
        }
    }

    private void send(Notice notice) {
        byte[] body = SandboxSignature.write(notice);
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(TIME_LIMIT)
                .header("Content-Type", "application/json")
                .header(SandboxSignature.HEADER, signature.sign(body, clock.instant()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        // The customer need not wait for it.
        Thread.ofVirtual().name("sandbox-webhook").start(() -> deliver(notice, request));
    }

    private void deliver(Notice notice, HttpRequest request) {
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status >= 300) {
                LOG.warn("The shop answered {} to message {}", status, notice.noticeId());
            }
        } catch (IOException e) {
            LOG.warn("The shop did not take message {}", notice.noticeId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
