package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.systemtests.ApiDescription.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * Sends the examples of the description as they stand, in the order in which a shop comes to them. The client holds
 * each answer against the description.
 */
@ExtendWith(WaybillExtension.class)
class ApiExamplesTest {

    private static final ApiDescription API = ApiDescription.read(Path.of(".."));
    private static final String UNKNOWN_ID = "00000000-0000-0000-0000-000000000000";

    private final WaybillClient waybill;
    private final Set<String> asked = new HashSet<>();
    /** What stands for the variables in the paths. */
    private final Map<String, String> here = new HashMap<>();

    ApiExamplesTest(WaybillClient waybill) {
        this.waybill = waybill;
    }

    @Test
    void eachExampleIsARequestThatIsTaken() {
        fillTheShop();
        order();
        amend();
        ship();
        takeBack();
        exchange();
        cancelTheRest();
        report();
        audit();
        rebuild();
        operate();

        assertThat(ask("getOpenApi").expect(200).json().at("/openapi").asString())
                .startsWith("3.1");
        assertThat(asked)
                .containsExactlyInAnyOrderElementsOf(
                        API.operations().stream().map(Operation::id).toList());
    }

    private void fillTheShop() {
        for (String sku : new String[] {"MUG", "BLANKET"}) {
            here.put("sku", sku);
            assertThat(ask("putProduct").status()).isIn(200, 201);
            ask("receiveStock").expect(202);
        }
        here.put("sku", "MUG");
        ask("adjustStock").expect(202);
        ask("countStock").expect(202);
        int counted = example("countStock").path("counted").asInt();
        waybill.awaitJson(
                "/stock/MUG", "the count of MUG", stock -> stock.path("onHand").asInt() == counted);
        ask("getStock").expect(200);
        ask("getStockChanges").expect(200);
        ask("listStock").expect(200);
        ask("getProduct").expect(200);
        ask("listProducts").expect(200);
    }

    private void order() {
        String key = UUID.randomUUID().toString();
        // The price list of the orders may not know the products yet; the key makes it safe to ask again.
        Answer placed = await("an order of products just listed")
                .atMost(Duration.ofSeconds(60))
                .until(() -> ask("placeOrder", UnaryOperator.identity(), key), answer -> answer.status() != 422);
        String orderId = answered(placed, "orderId");
        here.put("orderId", orderId);
        waybill.awaitStatus(orderId, "CONFIRMED");
        ask("getTimeline").expect(200);
        ask("listOrders", path -> path + "?customerId=ada&status=CONFIRMED&limit=2", key)
                .expect(200);
        JsonNode payments = ask("listPayments", path -> path + "?orderId=" + orderId, key)
                .expect(200)
                .json();
        here.put("paymentId", payments.at("/items/0/paymentId").asString());
        ask("getPayment").expect(200);
        ask("getPaymentChanges").expect(200);
        ask("getOrderChanges").expect(200);
        follow("streamOrder");
        follow("streamOrders");
    }

    private void amend() {
        String etag = ask("getOrder").expect(200).etag().orElseThrow();
        var amendment = request(
                "amendOrder", UnaryOperator.identity(), UUID.randomUUID().toString());
        waybill.send(amendment.header("If-Match", etag)).expect(202);
        waybill.awaitOrder(
                orderId(),
                "the amendment",
                amended -> amended.at("/amendment/status").asString("").equals("ACCEPTED"));
        var late =
                request("shipOrder", UnaryOperator.identity(), UUID.randomUUID().toString());
        waybill.send(late.header("If-Match", etag)).expect(412);
    }

    private void ship() {
        ask("shipOrder").expect(202);
        waybill.awaitStatus(orderId(), "PARTIALLY_SHIPPED");
        ask("deliverOrder").expect(202);
        waybill.awaitOrder(
                orderId(),
                "its parcel delivered",
                order -> order.at("/shipments/0/status").asString("").equals("DELIVERED"));
    }

    private void takeBack() {
        here.put("returnId", answered(ask("returnGoods"), "returnId"));
        ask("receiveReturn").expect(202);
        ask("inspectReturn").expect(202);
        waybill.awaitOrder(
                orderId(),
                "its return completed",
                order -> order.at("/returns/0/status").asString("").equals("COMPLETED"));
        ask("refundPayment").expect(202);
        long refundedMinor = example("inspectReturn").at("/refund/minor").asLong()
                + example("refundPayment").at("/amount/minor").asLong();
        waybill.awaitJson(
                "/payments/" + here.get("paymentId"),
                "both refunds",
                payment -> payment.path("refundedMinor").asLong() == refundedMinor);
    }

    private void exchange() {
        String exchangeOrderId = answered(ask("exchangeGoods"), "exchangeOrderId");
        JsonNode order = waybill.awaitStatus(exchangeOrderId, "CONFIRMED");
        assertThat(order.path("exchangeFor").asString()).isEqualTo(orderId());
    }

    /** What has left the house has arrived, so that with the rest of it cancelled the order is delivered. */
    private void cancelTheRest() {
        ask("cancelOrder").expect(202);
        waybill.awaitStatus(orderId(), "DELIVERED");
    }

    /** A mug came back. Yesterday is asked for too: midnight may have passed since. */
    private void report() {
        String yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1).toString();
        waybill.awaitJson(
                "/sales?sku=MUG&from=" + yesterday,
                "the returned mug",
                page -> page.path("items")
                        .valueStream()
                        .anyMatch(day -> day.at("/returned/pieces").asInt() > 0));
        ask("listSales", path -> path + "?limit=1", UUID.randomUUID().toString())
                .expect(200);
    }

    private void audit() {
        JsonNode found = waybill.awaitJson(
                "/audit/events?type=OrderPlaced&aggregate=" + orderId(),
                "the order in the audit",
                page -> page.path("items").size() == 1);
        here.put("position", found.at("/items/0/position").asString());
        here.put("correlationId", found.at("/items/0/correlationId").asString());
        for (String operationId : new String[] {
            "searchEvents", "getStoredEvent", "getCausalTree", "getAuditChain", "getAuditKey", "exportEvents"
        }) {
            ask(operationId).expect(200);
        }
        here.put("id", answered(ask("startVerification"), "verificationId"));
        ask("getVerification").expect(200);
    }

    private void rebuild() {
        ask("listReadModels").expect(200);
        here.put("id", answered(ask("startRebuild"), "id"));
        waybill.awaitJson(
                "/audit/replays/" + here.get("id"),
                "the rebuild to be ready",
                rebuild -> rebuild.path("state").asString("").equals("READY"));
        ask("getRebuild").expect(200);
        follow("streamRebuild");
        ask("switchToRebuild").expect(200);
        ask("rollBackRebuild").expect(200);
        here.put("id", answered(ask("startRebuild"), "id"));
        ask("discardRebuild").expect(200);
    }

    /** What needs a process that is stuck or books that disagree is asked for in vain. */
    private void operate() {
        ask("listProcesses").expect(200);
        ask("listWaitingPayments").expect(200);
        ask("retryPayments").expect(202);
        ask("retryProcesses").expect(202);
        ask("listDiscrepancies").expect(200);
        here.put("id", answered(ask("startReconciliation"), "reconciliationId"));
        waybill.awaitJson(
                "/ops/reconciliations/" + here.get("id"),
                "the reconciliation to end",
                run -> !run.path("state").asString("").equals("RUNNING"));
        ask("getReconciliation").expect(200);
        ask("getLatestReconciliation").expect(200);

        here.putAll(Map.of("service", "order-query", "processor", "order-details-2"));
        ask("listProcessors").expect(200);
        ask("listProcessorsOfService").expect(200);
        ask("listDeadLetters").expect(200);
        ask("listDeadLettersOfService").expect(200);
        ask("retryDeadLetters").expect(200);

        here.putAll(Map.of("processId", UNKNOWN_ID, "id", UNKNOWN_ID, "paymentId", UNKNOWN_ID, "name", "nobody"));
        here.put("letterId", UNKNOWN_ID);
        for (String operationId : new String[] {
            "getProcess",
            "retryProcess",
            "resolveProcess",
            "getDiscrepancy",
            "repairDiscrepancy",
            "dismissDiscrepancy",
            "retryPayment",
            "getDeadLetter",
            "retryDeadLetter",
            "discardDeadLetter",
            "takeWebhook"
        }) {
            ask(operationId).expect(404);
        }
    }

    private String orderId() {
        return Objects.requireNonNull(here.get("orderId"));
    }

    private Answer ask(String operationId) {
        return ask(operationId, UnaryOperator.identity(), UUID.randomUUID().toString());
    }

    private Answer ask(String operationId, UnaryOperator<String> path, String key) {
        return waybill.send(request(operationId, path, key));
    }

    /** A stream has no end, so only its beginning is looked at. */
    private void follow(String operationId) {
        HttpRequest request = request(
                        operationId, UnaryOperator.identity(), UUID.randomUUID().toString())
                .build();
        try (var http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream stream = answer.body()) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(stream.read()).isNotNegative();
            }
            http.shutdownNow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a stream", e);
        }
    }

    private HttpRequest.Builder request(String operationId, UnaryOperator<String> withQuery, String key) {
        Operation operation = API.operation(operationId);
        asked.add(operationId);
        String path = operation.path();
        for (var variable : here.entrySet()) {
            path = path.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        String body = API.exampleOf(operation).map(JsonNode::toString).orElse("");
        return waybill.request(operation.method(), withQuery.apply(path), body).header("Idempotency-Key", key);
    }

    private static JsonNode example(String operationId) {
        return API.exampleOf(API.operation(operationId)).orElseThrow();
    }

    private static String answered(Answer answer, String field) {
        return answer.expect(202).json().path(field).asString();
    }
}
