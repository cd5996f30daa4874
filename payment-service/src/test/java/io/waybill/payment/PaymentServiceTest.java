package io.waybill.payment;

import static com.mongodb.client.model.Filters.eq;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.operations.ProviderEvent.ProviderRetryRequested;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service with its sandbox, over HTTP, on a node and a store of its own. */
@SpringBootTest(webEnvironment = WebEnvironment.DEFINED_PORT)
@ContextConfiguration(initializers = PaymentServiceTest.OwnNode.class)
class PaymentServiceTest {

    private static final JsonMapper JSON = new JsonMapper();

    static final class OwnNode implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try (var free = new ServerSocket(0)) {
                TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        context,
                        "server.port=" + free.getLocalPort(),
                        "axon.axonserver.servers="
                                + AxonServerNode.start(AxonServerOptions.embedded())
                                        .address(),
                        "waybill.mongodb.uri=",
                        "waybill.mongodb.data-folder=" + Files.createTempDirectory("payments"),
                        "waybill.payment.confirmation-deadline=2s",
                        "waybill.payment.provider.time-limit=500ms",
                        "waybill.payment.provider.longest-retry=200ms",
                        "waybill.payment.provider.breaker-wait=300ms");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final HttpClient client = HttpClient.newHttpClient();
    private final String order = UUID.randomUUID().toString();
    private final String payment = DerivedId.payment(order);

    @Autowired
    private CommandGateway gateway;

    @Autowired
    private EventStore events;

    @Autowired
    private Environment environment;

    @Autowired
    private EventProcessingConfiguration processing;

    @Autowired
    private MongoDatabase database;

    @AfterEach
    void mendTheSandbox() {
        faults("{}");
    }

    @Test
    void capturesParcelsAndVoidsTheRest() {
        authorized("tok_ok");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        send(new CapturePayment(payment, order, "s2", eur(300)));
        shows("capturedMinor", "900");
        shows("heldMinor", "100");

        send(new SettlePayment(payment, order));

        shows("heldMinor", "0");
        shows("status", "CAPTURED");
    }

    @Test
    void isShownAsItWas() {
        authorized("tok_ok");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        soon().until(() -> kinds().getLast().equals("CaptureCompleted"));
        shows("capturedMinor", "600");
        int last = kinds().size() - 1;
        int authorized = kinds().indexOf("PaymentAuthorized");

        soon().untilAsserted(() -> assertThat(past("version=" + last)).isEqualTo(payment()));
        assertThat(past("version=0").get("status").asString()).isEqualTo("REQUESTED");
        JsonNode before = past("version=" + authorized);
        assertThat(before.get("status").asString()).isEqualTo("AUTHORIZED");
        assertThat(before.get("heldMinor").asLong()).isEqualTo(1000);
        // What else may have happened in that millisecond takes nothing of what is held yet.
        assertThat(past("at=" + time(authorized)).get("heldMinor").asLong()).isEqualTo(1000);
        assertThat(past("at=" + time(last))).isEqualTo(payment());
    }

    @Test
    void undoesACancelledPayment() {
        authorized("tok_ok");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        shows("capturedMinor", "600");

        send(new CancelPayment(payment, order));

        shows("status", "REFUNDED");
        shows("heldMinor", "0");
        shows("refundedMinor", "600");
    }

    @Test
    void declineIsShown() {
        authorize("tok_insufficient_funds");

        shows("status", "DECLINED");
        assertThat(payment().get("reason").asString()).isEqualTo("INSUFFICIENT_FUNDS");
    }

    @Test
    void callThatTimesOutButGotThereHoldsTheMoneyOnce() {
        authorized("tok_timeout");
        shows("heldMinor", "1000");
    }

    @Test
    void callThatNeverGetsThereIsGivenUpWithinSeconds() {
        authorize("tok_timeout_lost");

        shows("status", "DECLINED");
        assertThat(payment().get("reason").asString()).isEqualTo("PROVIDER_UNREACHABLE");
    }

    @Test
    void refusedCaptureIsShown() {
        authorized("tok_capture_fails");
        send(new CapturePayment(payment, order, "s1", eur(600)));

        soon().untilAsserted(
                        () -> assertThat(payment().path("reason").asString("")).isEqualTo("CAPTURE_REFUSED"));
        shows("heldMinor", "1000");
    }

    @Test
    void whatExpiresIsHeldAnewAndCaptured() {
        authorized("tok_ok");

        post("/sandbox/authorizations/" + payment + "/expiries", "", 200);

        soon().until(() -> kinds().stream().filter("PaymentAuthorized"::equals).count() == 2);
        send(new CapturePayment(payment, order, "s1", eur(600)));
        shows("capturedMinor", "600");
        shows("heldMinor", "400");
    }

    @Test
    void expiryThatNobodyToldIsFoundOutByTheCapture() {
        faults("{\"webhooksLost\": true}");
        authorized("tok_ok");
        post("/sandbox/authorizations/" + payment + "/expiries", "", 200);

        send(new CapturePayment(payment, order, "s1", eur(600)));

        shows("capturedMinor", "600");
        assertThat(kinds()).contains("AuthorizationExpired").doesNotContain("CaptureRefused");
    }

    @Test
    void customerConfirmsAndTheProviderTellsByWebhookTwice() {
        faults("{\"duplicateWebhooks\": true}");
        authorize("tok_3ds");
        shows("status", "ACTION_REQUIRED");
        assertThat(payment().get("actionUrl").asString()).isNotEmpty();

        post("/sandbox/authorizations/" + payment + "/confirmations", "{\"approved\": true}", 200);

        shows("status", "AUTHORIZED");
        long authorizations = events.readEvents(payment)
                .asStream()
                .filter(event -> event.getPayloadType().getSimpleName().equals("PaymentAuthorized"))
                .count();
        assertThat(authorizations).isOne();
    }

    @Test
    void confirmationWhoseMessageIsLostIsFoundOutByAsking() {
        faults("{\"webhooksLost\": true}");
        authorize("tok_3ds");
        shows("status", "ACTION_REQUIRED");

        post("/sandbox/authorizations/" + payment + "/confirmations", "{\"approved\": true}", 200);

        shows("status", "AUTHORIZED");
    }

    @Test
    void confirmationIsWaitedForUntilItsDeadline() {
        authorize("tok_3ds");

        shows("status", "DECLINED");
        assertThat(payment().get("reason").asString()).isEqualTo("CONFIRMATION_TIMED_OUT");
        post("/sandbox/authorizations/" + payment + "/confirmations", "{\"approved\": true}", 404);
    }

    @Test
    void webhookThatNobodySignedIsRefused() {
        post("/api/payments/webhooks/sandbox", "{}", 401);
        post("/api/payments/webhooks/other", "{}", 404);
    }

    @Test
    void providerThatIsAwayDelaysAPaymentAndShowsIt() {
        authorized("tok_ok");
        faults("{\"unreachable\": true}");
        send(new CapturePayment(payment, order, "s1", eur(600)));

        soon().untilAsserted(() -> {
            JsonNode waiting = waiting("?unknown=true");
            assertThat(waiting.path("attempts").asInt(0)).isGreaterThanOrEqualTo(5);
            assertThat(waiting.path("lastError").asString("")).contains("unreachable");
            assertThat(waiting.path("operations").path(0).path("operation").asString(""))
                    .isEqualTo("CAPTURE");
        });
        soon().untilAsserted(() ->
                assertThat(payment().path("unknown").path(0).asString("")).isEqualTo("CAPTURE s1"));

        faults("{}");
        post("/api/ops/payments/" + payment + "/retry", "", 202);

        shows("capturedMinor", "600");
        assertThat(payment().get("unknown").isEmpty()).isTrue();
        soon().untilAsserted(() -> assertThat(waiting("").isMissingNode()).isTrue());
    }

    @Test
    void allThatWaitForTheProviderAreAskedForAtOnceAndThatIsTold() {
        authorized("tok_ok");
        faults("{\"unreachable\": true}");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        soon().untilAsserted(
                        () -> assertThat(waiting("").path("attempts").asInt(0)).isGreaterThanOrEqualTo(5));
        faults("{}");
        TrackingToken before = events.createHeadToken();

        JsonNode answer = request("POST", "/api/ops/payments/retry", "", "", 202);

        assertThat(answer.path("payments").asInt()).isGreaterThanOrEqualTo(1);
        shows("capturedMinor", "600");
        assertThat(firstAfter(before, ProviderRetryRequested.class)).isEqualTo(new ProviderRetryRequested(null));
    }

    @Test
    void captureWhoseAnswerWasLostIsMadeOnce() {
        authorized("tok_ok");
        faults("{\"answersLost\": true}");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        soon().untilAsserted(
                        () -> assertThat(waiting("").path("attempts").asInt(0)).isGreaterThan(0));

        faults("{}");

        shows("capturedMinor", "600");
        send(new CapturePayment(payment, order, "s2", eur(400)));
        shows("capturedMinor", "1000");
    }

    @Test
    void slowProviderIsNotWaitedForLongerThanTheLimit() {
        faults("{\"latencyMillis\": 700}");
        authorize("tok_ok");
        soon().untilAsserted(() ->
                assertThat(waiting("").path("lastError").asString("")).contains("No answer within"));

        faults("{}");

        shows("status", "AUTHORIZED");
    }

    @Test
    void givesBackOncePerKey() {
        authorized("tok_ok");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        shows("capturedMinor", "600");
        String refund = "{\"amount\": {\"minor\": 250, \"currency\": \"EUR\"}, \"reason\": \"goodwill\"}";

        JsonNode first = request("POST", "/api/payments/" + payment + "/refunds", refund, "key-" + payment, 202);
        JsonNode second = request("POST", "/api/payments/" + payment + "/refunds", refund, "key-" + payment, 202);

        assertThat(second).isEqualTo(first);
        assertThat(first.get("refundId").asString()).isNotEmpty();
        shows("refundedMinor", "250");
        shows("status", "PARTIALLY_REFUNDED");
        post("/api/payments/nobodys/refunds", refund, 404);
        post("/api/payments/" + payment + "/refunds", "{\"amount\": {\"minor\": 0, \"currency\": \"EUR\"}}", 400);
    }

    @Test
    void whatFollowsFromARequestCarriesItsTrace() {
        authorized("tok_ok");

        Map<String, ?> asked =
                events.readEvents(payment).asStream().findFirst().orElseThrow().getMetaData();
        Map<String, ?> answered = events.readEvents(payment)
                .asStream()
                .skip(1)
                .findFirst()
                .orElseThrow()
                .getMetaData();
        assertThat(answered.get("correlationId")).isNotNull().isEqualTo(asked.get("correlationId"));
        assertThat(answered.get("service")).isEqualTo("payment-service");
    }

    @Test
    void documentsThatAreBehindOrLostAskForNothingThatIsAnswered() {
        authorized("tok_ok");
        faults("{\"unreachable\": true}");
        send(new CapturePayment(payment, order, "s1", eur(600)));
        soon().until(() -> waiting("").path("attempts").asInt(0) > 0);
        Document behind = only("outstandingPayments");
        faults("{}");
        shows("capturedMinor", "600");
        soon().untilAsserted(() -> assertThat(waiting("").isMissingNode()).isTrue());
        StreamingEventProcessor processor = processing
                .eventProcessor("provider-operations", StreamingEventProcessor.class)
                .orElseThrow();
        processor.shutDown();
        faults("{\"unreachable\": true}");

        database.getCollection("outstandingPayments").replaceOne(eq(payment), behind);
        Document due = new Document("_id", payment)
                .append("task", "CAPTURE s1 " + payment)
                .append("dueAt", Date.from(Instant.EPOCH))
                .append("claimedUntil", Date.from(Instant.EPOCH))
                .append("attempts", 0)
                .append("lost", 0);
        database.getCollection("providerWork").replaceOne(eq(payment), due, new ReplaceOptions().upsert(true));

        soon().until(() -> only("providerWork").getDate("dueAt").toInstant().isAfter(Instant.EPOCH));
        assertThat(only("providerWork").getInteger("attempts")).isZero();

        database.getCollection("outstandingPayments").drop();
        database.getCollection("providerWork").drop();
        processor.resetTokens();
        processor.start();
        faults("{}");
        send(new CancelPayment(payment, order));
        shows("status", "REFUNDED");
    }

    private Document only(String collection) {
        return Objects.requireNonNull(
                database.getCollection(collection).find(eq(payment)).first());
    }

    private List<String> kinds() {
        return events.readEvents(payment)
                .asStream()
                .map(event -> event.getPayloadType().getSimpleName())
                .toList();
    }

    /** The first event of a type after a place in the event store. */
    private Object firstAfter(TrackingToken place, Class<?> type) {
        try (var stream = events.openStream(place)) {
            while (stream.hasNextAvailable(10, TimeUnit.SECONDS)) {
                Object payload = stream.nextAvailable().getPayload();
                if (type.isInstance(payload)) {
                    return payload;
                }
            }
            throw new AssertionError("no " + type);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void authorize(String token) {
        send(new AuthorizePayment(payment, order, eur(1000), token));
    }

    private void authorized(String token) {
        authorize(token);
        shows("status", "AUTHORIZED");
    }

    private void send(PaymentCommand command) {
        gateway.sendAndWait(command);
    }

    private void faults(String faults) {
        request("PUT", "/sandbox/faults", faults, "", 200);
    }

    private JsonNode payment() {
        return request("GET", "/api/payments/" + payment, "", "", 200);
    }

    private JsonNode past(String wanted) {
        return request("GET", "/api/payments/" + payment + "?" + wanted, "", "", 200);
    }

    private Instant time(int version) {
        return events.readEvents(payment)
                .asStream()
                .skip(version)
                .findFirst()
                .orElseThrow()
                .getTimestamp();
    }

    private void shows(String field, String value) {
        soon().untilAsserted(() -> {
            HttpResponse<String> answer = exchange("GET", "/api/payments/" + payment, "", "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).get(field).asString()).isEqualTo(value);
        });
    }

    private JsonNode waiting(String query) {
        for (JsonNode item :
                request("GET", "/api/ops/payments" + query, "", "", 200).get("items")) {
            if (item.get("paymentId").asString().equals(payment)) {
                return item;
            }
        }
        return JSON.missingNode();
    }

    private void post(String path, String body, int status) {
        request("POST", path, body, "", status);
    }

    private JsonNode request(String method, String path, String body, String key, int status) {
        HttpResponse<String> answer = exchange(method, path, body, key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body().isEmpty() ? JSON.missingNode() : JSON.readTree(answer.body());
    }

    private HttpResponse<String> exchange(String method, String path, String body, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + environment.getRequiredProperty("server.port") + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body, UTF_8));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(50));
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }
}
