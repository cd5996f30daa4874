package io.waybill.payment.provider.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waybill.payment.provider.PaymentProvider.Notice;
import io.waybill.payment.provider.PaymentProvider.UntrustedWebhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class StripeWebhookTest {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final Map<String, Object> OURS = Map.of(
            "object",
            "payment_intent",
            "metadata",
            Map.of("authorizationId", "authorization-1", "paymentId", "payment-1", "orderId", "order-1"));
    private static final Notice NOTICE = new Notice("evt_1", "authorization-1", "payment-1", "order-1");

    private final StripeStub stub;
    private final StripeWebhook webhook;
    private final byte[] body;

    StripeWebhookTest() throws IOException {
        stub = new StripeStub();
        webhook = new StripeWebhook(StripeStub.WEBHOOK_SECRET, TOLERANCE, stub::now);
        body = stub.event("payment_intent.amount_capturable_updated", OURS);
    }

    @AfterEach
    void close() {
        stub.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payment_intent.succeeded",
                "payment_intent.payment_failed",
                "payment_intent.canceled",
                "payment_intent.requires_action",
                "charge.refunded",
                "charge.refund.updated"
            })
    void saysWhichAuthorizationToLookAt(String type) {
        assertThat(read(stub.event(type, OURS))).contains(NOTICE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"customer.created", "charge.dispute.created", "payment_intent_x.succeeded", ""})
    void passesOverOtherEvents(String type) {
        assertThat(read(stub.event(type, OURS))).isEmpty();
    }

    @Test
    void passesOverPaymentsThatAreNotOurs() {
        assertThat(read(stub.event("payment_intent.succeeded", Map.of("metadata", Map.of("cart", "17")))))
                .isEmpty();
        assertThat(read("{}".getBytes(UTF_8))).isEmpty();
    }

    @Test
    void believesASecondMessageOfTheSameEventAsWell() {
        assertThat(read(body)).isEqualTo(read(body));
    }

    @Test
    void doesNotBelieveAnAlteredMessage() {
        String signature = StripeStub.signature(body, stub.now(), StripeStub.WEBHOOK_SECRET);
        byte[] altered = new String(body, UTF_8).replace("order-1", "order-2").getBytes(UTF_8);

        assertThatThrownBy(() -> webhook.read(signature, altered)).isInstanceOf(UntrustedWebhook.class);
    }

    @Test
    void doesNotBelieveAMessageWithAnotherTimeThanWasSigned() {
        String signature = StripeStub.signature(body, stub.now(), StripeStub.WEBHOOK_SECRET);
        String seconds = Long.toString(stub.now().getEpochSecond());
        stub.pass(Duration.ofHours(1));
        String later = signature.replace(seconds, Long.toString(stub.now().getEpochSecond()));

        assertThatThrownBy(() -> webhook.read(later, body)).isInstanceOf(UntrustedWebhook.class);
    }

    @Test
    void doesNotBelieveASignatureByAnotherSecret() {
        String signature = StripeStub.signature(body, stub.now(), "whsec_other");

        assertThatThrownBy(() -> webhook.read(signature, body))
                .isInstanceOf(UntrustedWebhook.class)
                .hasMessageContaining("waybill.payment.stripe.webhook-secret");
    }

    @Test
    void believesOneOfSeveralSignaturesWhileSecretsChange() {
        String both = StripeStub.signature(body, stub.now(), "whsec_old", StripeStub.WEBHOOK_SECRET);
        String others = StripeStub.signature(body, stub.now(), "whsec_old", "whsec_older");

        assertThat(webhook.read(both, body)).contains(NOTICE);
        assertThatThrownBy(() -> webhook.read(others, body)).isInstanceOf(UntrustedWebhook.class);
    }

    @Test
    void believesNoOtherSchemeThanTheFirst() {
        String signature = StripeStub.signature(body, stub.now(), StripeStub.WEBHOOK_SECRET);

        assertThat(webhook.read(signature + ",v0=0123", body)).contains(NOTICE);
        assertThatThrownBy(() -> webhook.read(signature.replace("v1=", "v0="), body))
                .isInstanceOf(UntrustedWebhook.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-300, 0, 300})
    void believesWhatWasSignedWithinTheTolerance(long seconds) {
        assertThat(webhook.read(signedAt(stub.now().plusSeconds(seconds)), body))
                .contains(NOTICE);
    }

    @ParameterizedTest
    @ValueSource(longs = {-301, 301, -86400})
    void doesNotBelieveWhatWasSignedLongAgoOrWillBe(long seconds) {
        assertThatThrownBy(() -> webhook.read(signedAt(stub.now().plusSeconds(seconds)), body))
                .isInstanceOf(UntrustedWebhook.class)
                .hasMessageContaining("PT5M");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "t", "v1", "=", ",,,", "t=,v1=00", "t=now,v1=00", "t=1,t=2,v1=00", "t=99999999999999,v1=0"})
    void doesNotBelieveAHeaderOutOfShape(String header) {
        assertThatThrownBy(() -> webhook.read(header, body)).isInstanceOf(UntrustedWebhook.class);
    }

    @Test
    void doesNotBelieveWhatIsSignedAndNoJson() {
        byte[] garbage = "payment_intent".getBytes(UTF_8);

        assertThatThrownBy(() -> read(garbage))
                .isInstanceOf(UntrustedWebhook.class)
                .hasMessageContaining("JSON");
    }

    @Test
    void believesWhatIsSignedWhateverLanguageTheMachineSpeaks() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(read(stub.event("payment_intent.succeeded", OURS))).contains(NOTICE);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void comesOverHttpFromStripeAsItIsSigned() throws IOException, InterruptedException {
        var provider = new StripeProvider(
                new StripeSettings(
                        StripeStub.API_KEY,
                        StripeStub.WEBHOOK_SECRET,
                        "https://shop.example/paid",
                        stub.address().toString(),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(20),
                        TOLERANCE,
                        Duration.ofHours(1)),
                stub::now);
        List<Notice> notices = new CopyOnWriteArrayList<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> receive(exchange, provider, notices));
        receiver.start();
        try {
            URI endpoint =
                    URI.create("http://localhost:" + receiver.getAddress().getPort() + "/");

            assertThat(StripeStub.post(endpoint, body, signedAt(stub.now()))).isEqualTo(202);
            assertThat(StripeStub.post(endpoint, body, signedAt(stub.now().minus(Duration.ofHours(1)))))
                    .isEqualTo(400);
            assertThat(notices).containsExactly(NOTICE);
        } finally {
            receiver.stop(0);
        }
    }

    private static void receive(HttpExchange exchange, StripeProvider provider, List<Notice> notices)
            throws IOException {
        int status = 202;
        try {
            provider.readWebhook(
                            name -> exchange.getRequestHeaders().getFirst(name),
                            exchange.getRequestBody().readAllBytes())
                    .ifPresent(notices::add);
        } catch (UntrustedWebhook e) {
            status = 400;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private Optional<Notice> read(byte[] message) {
        return webhook.read(StripeStub.signature(message, stub.now(), StripeStub.WEBHOOK_SECRET), message);
    }

    private String signedAt(Instant time) {
        return StripeStub.signature(body, time, StripeStub.WEBHOOK_SECRET);
    }
}
