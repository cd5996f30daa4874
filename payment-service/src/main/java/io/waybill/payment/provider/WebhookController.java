package io.waybill.payment.provider;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lt;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.payment.provider.PaymentProvider.Notice;
import io.waybill.payment.provider.PaymentProvider.UntrustedWebhook;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.bson.Document;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes the provider's messages. A message only says which authorization to look at; what became of it is asked of the
 * provider, so that messages that are repeated, late or out of order change nothing.
 */
@RestController
@RequestMapping("/api/payments/webhooks")
class WebhookController {

    /** Providers send again for some days; what comes again later is looked at once more, which is harmless. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private final PaymentProvider provider;
    private final ProviderOperations operations;
    private final MongoCollection<Document> seen;
    private final Clock clock = Clock.systemUTC();

    WebhookController(PaymentProvider provider, ProviderOperations operations, MongoDatabase database) {
        this.provider = provider;
        this.operations = operations;
        this.seen = database.getCollection("providerNotices");
    }

    @PostMapping("/{name}")
    ResponseEntity<Void> take(@PathVariable String name, @RequestHeader HttpHeaders headers, HttpServletRequest request)
            throws IOException {
        if (!name.equals(provider.name())) {
            throw RequestRefused.notFound("PROVIDER_NOT_FOUND", "No provider of this name is asked here.");
        }
        byte[] body = request.getInputStream().readAllBytes();
        Optional<Notice> notice;
        try {
            notice = provider.readWebhook(headers::getFirst, body);
        } catch (UntrustedWebhook e) {
            throw new RequestRefused(
                    HttpStatus.UNAUTHORIZED, "WEBHOOK_UNTRUSTED", "Sign the message, and send it without delay.");
        }
        notice.ifPresent(this::lookOnce);
        return ResponseEntity.ok().build();
    }

    private void lookOnce(Notice notice) {
        Instant now = clock.instant();
        String id = provider.name() + " " + notice.noticeId();
        if (seen.find(eq(id)).first() != null) {
            return;
        }
        operations.look(notice.paymentId(), notice.authorizationId(), now);
        // Remembered last: what is cut off in between is looked at again, and looking changes nothing.
        seen.replaceOne(eq(id), new Document("at", Date.from(now)), new ReplaceOptions().upsert(true));
        seen.deleteMany(lt("at", Date.from(now.minus(REMEMBERED))));
    }
}
