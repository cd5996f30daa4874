package io.waybill.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.gateway.Stub.Asked;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class GatewayTest {

    private static final Stub PAYMENTS = new Stub("payment-service");
    private static final List<Stub> SERVICES =
            List.of(new Stub("order-command"), new Stub("order-query"), new Stub("inventory-saga"), PAYMENTS);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();

    private final String address;

    GatewayTest(@LocalServerPort int port) {
        address = "http://127.0.0.1:" + port;
    }

    @DynamicPropertySource
    static void services(DynamicPropertyRegistry properties) {
        SERVICES.forEach(stub -> properties.add("waybill.services." + stub.name(), stub::uri));
    }

    @BeforeEach
    void forget() {
        SERVICES.forEach(stub -> {
            stub.asked().clear();
            stub.says(stub.name());
            stub.isOverloaded(false);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/orders,                          order-command",
        "POST, /api/orders/7/cancel,                 order-command",
        "GET,  /api/orders?customerId=a%20b&limit=5, order-query",
        "GET,  /api/orders/7,                        order-query",
        "GET,  /api/orders/7/timeline,               order-query",
        "GET,  /api/orders/%C3%A9%20%25+%252e%252e,  order-query",
        "GET,  /api/sales?from=2026-11-01&sku=MUG-1, order-query",
        "GET,  /api/products,                        inventory-saga",
        "PUT,  /api/products/TEA-500,                inventory-saga",
        "GET,  /api/stock/TEA-500,                   inventory-saga",
        "POST, /api/stock/TEA-500/receipts,          inventory-saga",
        "GET,  /api/payments?orderId=7,              payment-service",
        "POST, /api/payments/webhooks/sandbox,       payment-service",
        "POST, /api/orders/7/returns/1/inspections,  order-command",
        "POST, /api/stock/TEA-500/counts,            inventory-saga",
        "GET,  /api/ops/sagas,                       inventory-saga",
        "GET,  /api/ops/sagas?stalled=true,          inventory-saga",
        "POST, /api/ops/sagas/7/retry,               inventory-saga",
        "GET,  /api/ops/payments,                    payment-service",
        "POST, /api/ops/reconciliations,             payment-service",
        "GET,  /api/ops/reconciliations/7,           payment-service",
        "GET,  /api/ops/discrepancies,               payment-service",
        "POST, /api/ops/discrepancies/7/repair,      payment-service",
        "GET,  /api/ops/processors/order-command,    order-command",
        "GET,  /api/ops/dead-letters/order-query?limit=5, order-query",
        "POST, /api/ops/dead-letters/inventory-saga/stock-levels/7/retry, inventory-saga",
        "POST, /api/ops/dead-letters/payment-service/payment-pages/retry, payment-service",
        "GET,  /api/audit/replays/payment-service.payment-pages.3, payment-service",
        "GET,  /api/audit/replays/inventory-saga.stock-levels.3/stream, inventory-saga",
        "POST, /api/audit/replays/order-command.price-list.3/switch, order-command",
        "GET,  /api/audit/replays/order-query.timeline.3, order-query",
        "GET,  /api/audit/replays/unknown.timeline.3, order-query"
    })
    void eachRouteGoesToItsServiceAsItCame(String method, String uri, String service) throws Exception {
        HttpResponse<String> answer = send(method, uri);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo(service);
        assertThat(asked()).containsExactly(new Asked(method, uri, "key-1", method.equals("GET") ? "" : "{}"));
    }

    @Test
    void anAnswerPassesWithItsHeaders() throws Exception {
        assertThat(send("POST", "/api/orders").headers().firstValue("Location")).contains("/api/orders/7");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /",
        "GET,    /api",
        "GET,    /api/unknown",
        "GET,    /api/ordersandmore",
        "GET,    /API/orders",
        "GET,    /api/ops",
        "GET,    /api/ops/unknown",
        "GET,    /api/ops/processors/unknown",
        "POST,   /api/ops/dead-letters/unknown/view/retry",
        "GET,    /api/ops/paymentsandmore",
        "GET,    /sandbox",
        "GET,    /sandbox/ledger",
        "POST,   /sandbox/faults",
        "PUT,    /sandbox/faults",
        "GET,    /api/sandbox/ledger",
        "POST,   /index.html"
    })
    void whatIsNotListedIsNotPublic(String method, String uri) throws Exception {
        HttpResponse<String> answer = send(method, uri);

        assertThat(answer.statusCode()).isIn(404, 405);
        assertThat(problemCode(answer)).isEqualTo(answer.statusCode() == 404 ? "NOT_FOUND" : "METHOD_NOT_ALLOWED");
        if (answer.statusCode() == 404) {
            assertThat(answer.body()).contains("GET /api/openapi");
        }
        assertThat(asked()).isEmpty();
    }

    @Test
    void describesItself() throws Exception {
        HttpResponse<String> answer = send("GET", "/api/openapi");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode description = JSON.readTree(answer.body());
        assertThat(description.at("/openapi").asString()).startsWith("3.1.");
        assertThat(description.at("/paths/~1orders/post/operationId").asString())
                .isEqualTo("placeOrder");
        assertThat(asked()).isEmpty();
    }

    /** A comma in a text that is not quoted cuts it: what follows becomes a field of its own, which is null. */
    @Test
    void describesNothingByHalfASentence() throws Exception {
        JsonNode description = JSON.readTree(send("GET", "/api/openapi").body());

        assertThat(fields(description).filter(field -> field.getValue().isNull()))
                .isEmpty();
    }

    private static Stream<Map.Entry<String, JsonNode>> fields(JsonNode node) {
        return Stream.concat(node.properties().stream(), node.values().stream().flatMap(GatewayTest::fields));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/orders/../../actuator",
                "/api/orders/../../actuator/env",
                "/api/orders/%2e%2e/%2e%2e/actuator/env",
                "/api/orders/..;/..;/actuator/env",
                "/api/orders/..%2f..%2factuator/env",
                "/api/orders/%2e%2e%2f%2e%2e%2factuator/env",
                "/api/orders/..%5c..%5cactuator/env",
                "//actuator/env",
                "/api/orders/.%2e/.%2e/actuator/env",
                "/api/orders/..%00/../actuator/env",
                "/api/ops/payments/../../../sandbox/ledger",
                "/api/payments/%2e%2e/%2e%2e/sandbox/ledger",
                "/api/orders/./7",
                "/api/orders//7",
                "/api/orders;v=1/7"
            })
    void aPathThatMeansSomethingElseInsideIsRefused(String uri) throws Exception {
        HttpResponse<String> answer = send("GET", uri);

        assertThat(answer.statusCode()).isBetween(400, 499);
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/env",
                "/actuator/beans",
                "/actuator/configprops",
                "/actuator/heapdump",
                "/actuator/loggers",
                "/actuator/mappings",
                "/actuator/gateway/routes"
            })
    void showsNothingOfItsInside(String uri) throws Exception {
        HttpResponse<String> answer = send("GET", uri);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(problemCode(answer)).isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"})
    void tellsThatItIsWellAndNoMore(String uri) throws Exception {
        HttpResponse<String> answer = send("GET", uri);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\":\"UP\"").doesNotContain("details");
    }

    @Test
    void aServiceThatIsDownIsUnavailableForAWhile() throws Exception {
        PAYMENTS.stop();
        try {
            HttpResponse<String> answer = send("GET", "/api/payments/7");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(problemCode(answer)).isEqualTo("SERVICE_UNAVAILABLE");
            assertThat(answer.headers().firstValue("Retry-After"))
                    .hasValueSatisfying(
                            seconds -> assertThat(Integer.parseInt(seconds)).isBetween(2, 6));
        } finally {
            PAYMENTS.restart();
        }
        assertThat(send("GET", "/api/payments/7").statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/ops/processors,                      /api/ops/processors/%s",
        "/api/ops/dead-letters,                    /api/ops/dead-letters/%s",
        "/api/ops/dead-letters?processor=a%20%2Bb, /api/ops/dead-letters/%s?processor=a%20%2Bb"
    })
    void putsTogetherWhatAllServicesTellOfThemselves(String uri, String pattern) throws Exception {
        SERVICES.forEach(stub -> stub.says("{\"service\": \"" + stub.name() + "\"}"));

        JsonNode answer = JSON.readTree(send("GET", uri).body());

        assertThat(answer.at("/services").findValuesAsString("service"))
                .containsExactly("inventory-saga", "order-command", "order-query", "payment-service");
        assertThat(answer.at("/unanswered").isEmpty()).isTrue();
        assertThat(answer.at("/complete").asBoolean()).isTrue();
        assertThat(asked())
                .extracting(Asked::uri)
                .containsExactlyInAnyOrderElementsOf(SERVICES.stream()
                        .map(stub -> pattern.replace("%s", stub.name()))
                        .toList());
    }

    @Test
    void namesTheServicesThatDoNotTellOfThemselvesAndShowsTheOthers() throws Exception {
        SERVICES.forEach(stub -> stub.says("{\"service\": \"" + stub.name() + "\"}"));
        PAYMENTS.stop();
        try {
            JsonNode answer = JSON.readTree(send("GET", "/api/ops/dead-letters").body());

            assertThat(answer.at("/services").size()).isEqualTo(3);
            assertThat(answer.at("/unanswered/0").asString()).isEqualTo("payment-service");
            assertThat(answer.at("/complete").asBoolean()).isFalse();
        } finally {
            PAYMENTS.restart();
        }
    }

    @Test
    void handsBackWhenToAskAgainForARebuild() throws Exception {
        SERVICES.forEach(stub -> stub.says("{\"service\": \"" + stub.name() + "\"}"));
        PAYMENTS.says("""
                {"service": "payment-service", "readModels": [{"projection": "payment-pages"}]}""");
        PAYMENTS.isOverloaded(true);

        HttpResponse<String> answer = send("POST", "/api/audit/replays", "{\"projection\": \"payment-pages\"}");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("7");
    }

    @Test
    void namesTheProjectionsOfAllServicesToWhoeverMisspellsOne() throws Exception {
        SERVICES.forEach(stub -> stub.says("""
                {"service": "%1$s", "readModels": [{"projection": "all-of-%1$s"}]}""".formatted(stub.name())));

        HttpResponse<String> answer = send("POST", "/api/audit/replays", "{\"projection\": \"payments\"}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(problemCode(answer)).isEqualTo("PROJECTION_NOT_FOUND");
        assertThat(answer.body())
                .contains("payments; there are all-of-inventory-saga, all-of-order-command, all-of-order-query, "
                        + "all-of-payment-service.");
        assertThat(asked()).extracting(Asked::method).containsOnly("GET");
    }

    @Test
    void letsAServiceSayThatAProjectionIsMissing() throws Exception {
        SERVICES.forEach(stub -> stub.says("{\"service\": \"" + stub.name() + "\"}"));

        HttpResponse<String> answer = send("POST", "/api/audit/replays", "{}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Waybill-Correlation-Id")).contains("c-7");
        assertThat(asked()).extracting(Asked::method).containsOnlyOnce("POST");
    }

    private HttpResponse<String> send(String method, String uri) throws IOException, InterruptedException {
        return send(method, uri, "{}");
    }

    private HttpResponse<String> send(String method, String uri, String json) throws IOException, InterruptedException {
        var body = method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(json);
        var request = HttpRequest.newBuilder(URI.create(address + uri))
                .method(method, body)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "key-1")
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private static List<Asked> asked() {
        return SERVICES.stream().flatMap(stub -> stub.asked().stream()).toList();
    }

    private static String problemCode(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        return JSON.readTree(answer.body()).get("code").asString();
    }
}
