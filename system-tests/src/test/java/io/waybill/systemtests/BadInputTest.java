package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a request is the client's to know; what is inside the services is not. */
@ExtendWith(WaybillExtension.class)
class BadInputTest {

    /** Shared by all, so that one product is enough; nothing that is sent here may change it. */
    private static final String MUG = Names.sku("mug");

    private static final String UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057";

    /** Traces of the inside: stack frames, class names, the names of libraries and of Axon's errors. */
    private static final Pattern INSIDE = Pattern.compile(
            "\\bat [\\w.$]+\\(|\\b(java|jakarta|org|com|io|tools)\\.[a-z]+\\.|Exception|AXONIQ|Jackson|Mongo",
            Pattern.CASE_INSENSITIVE);

    private static final int ONE_MIB = 1 << 20;

    private final WaybillClient waybill;

    BadInputTest(WaybillClient waybill) {
        this.waybill = waybill;
    }

    /**
     * A request that must be refused.
     *
     * @param code the problem's stable code; empty where any will do
     * @param pointer where in the body a fault lies; empty where there is no such place
     */
    record Refused(String name, Request request, int status, String code, String pointer) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Builds the request for a customer, whose orders are counted afterwards. */
    interface Request {
        HttpRequest.Builder build(WaybillClient waybill, String customer);
    }

    static Stream<Refused> refused() {
        return Stream.of(
                order("unknown SKU", 422, "UNKNOWN_SKU", "", o -> setLine(o, "sku", "NO-SUCH-THING")),
                invalidOrder(
                        "zero quantity", "/lines/0/quantity", o -> firstLine(o).put("quantity", 0)),
                invalidOrder(
                        "negative quantity",
                        "/lines/0/quantity",
                        o -> firstLine(o).put("quantity", -1)),
                invalidOrder(
                        "huge quantity", "/lines/0/quantity", o -> firstLine(o).put("quantity", Integer.MAX_VALUE)),
                invalidOrder(
                        "quantity beyond any integer",
                        "/lines/0/quantity",
                        o -> firstLine(o).put("quantity", Long.MAX_VALUE)),
                invalidOrder(
                        "broken piece", "/lines/0/quantity", o -> firstLine(o).put("quantity", 1.5)),
                invalidOrder("quantity as text", "/lines/0/quantity", o -> setLine(o, "quantity", "two")),
                invalidOrder("number as text", "/lines/0/quantity", o -> setLine(o, "quantity", "2")),
                invalidOrder(
                        "no quantity", "/lines/0/quantity", o -> firstLine(o).remove("quantity")),
                invalidOrder("no SKU", "/lines/0/sku", o -> firstLine(o).remove("sku")),
                invalidOrder(
                        "same SKU twice",
                        "/lines",
                        o -> o.withArray("lines").addObject().put("sku", MUG).put("quantity", 1)),
                invalidOrder("empty lines", "/lines", o -> o.putArray("lines")),
                invalidOrder("no lines", "/lines", o -> o.remove("lines")),
                invalidOrder("lines not a list", "/lines", o -> o.put("lines", "all")),
                invalidOrder(
                        "line not an object",
                        "/lines/0",
                        o -> o.putArray("lines").add(7)),
                invalidOrder("no customer", "/customerId", o -> o.remove("customerId")),
                invalidOrder("blank customer", "/customerId", o -> o.put("customerId", " ")),
                invalidOrder("endless customer", "/customerId", o -> o.put("customerId", "x".repeat(5_000))),
                invalidOrder("customer not a text", "/customerId", o -> o.putObject("customerId")),
                invalidOrder("no address", "/shippingAddress", o -> o.remove("shippingAddress")),
                invalidOrder(
                        "no city",
                        "/shippingAddress/city",
                        o -> ((ObjectNode) o.get("shippingAddress")).remove("city")),
                invalidOrder("no payment token", "/paymentToken", o -> o.remove("paymentToken")),
                invalidOrder("unknown field", "/colour", o -> o.put("colour", "red")),
                invalidOrder(
                        "price from the client",
                        "/lines/0/unitPrice",
                        o -> firstLine(o).put("unitPrice", 1)),
                orderBody("broken JSON", "{\"customerId\": \"x\", ", 400, "MALFORMED_JSON"),
                orderBody("not JSON at all", "customerId=x", 400, "MALFORMED_JSON"),
                orderBody("two documents", "{} {}", 400, ""),
                orderBody("list instead of an object", "[]", 400, ""),
                orderBody("null", "null", 400, ""),
                orderBody("nested without end", "[".repeat(3_000), 400, "MALFORMED_JSON"),
                orderBody("number without end", "{\"customerId\": " + "1".repeat(1_500) + "}", 400, "MALFORMED_JSON"),
                orderBody(
                        "body over 1 MiB",
                        "{\"customerId\":\"%s\"}".formatted("x".repeat(ONE_MIB)),
                        413,
                        "BODY_TOO_LARGE"),
                new Refused(
                        "no body",
                        (w, c) -> keyed(w.request("POST", "/orders", "").header("Content-Type", "application/json")),
                        400,
                        "MALFORMED_JSON",
                        ""),
                new Refused(
                        "no idempotency key",
                        (w, c) -> w.request("POST", "/orders", good(c).toString()),
                        400,
                        "IDEMPOTENCY_KEY_MISSING",
                        ""),
                new Refused(
                        "endless idempotency key",
                        (w, c) -> w.request("POST", "/orders", good(c).toString())
                                .header("Idempotency-Key", "k".repeat(256)),
                        400,
                        "",
                        ""),
                new Refused(
                        "wrong content type",
                        (w, c) -> keyed(w.request("POST", "/orders", good(c).toString())
                                .setHeader("Content-Type", "text/plain")),
                        415,
                        "",
                        ""),
                new Refused("wrong method", (w, c) -> w.request("DELETE", "/products/" + MUG, ""), 405, "", ""),
                new Refused(
                        "method that no service takes",
                        (w, c) -> w.request("DELETE", "/orders", ""),
                        405,
                        "METHOD_NOT_ALLOWED",
                        ""),
                new Refused("wrong path", (w, c) -> w.request("GET", "/nothing/here", ""), 404, "NOT_FOUND", ""),
                new Refused(
                        "wrong path below a right one",
                        (w, c) -> w.request("GET", "/orders/" + UNKNOWN_ID + "/nothing", ""),
                        404,
                        "NOT_FOUND",
                        ""),
                get("unknown order", "/orders/" + UNKNOWN_ID, 404, "ORDER_NOT_FOUND"),
                get("order ID that is none", "/orders/nonsense", 404, "ORDER_NOT_FOUND"),
                get("timeline of an unknown order", "/orders/" + UNKNOWN_ID + "/timeline", 404, "ORDER_NOT_FOUND"),
                get("unknown product", "/products/NO-SUCH-THING", 404, "PRODUCT_NOT_FOUND"),
                get("stock of an unknown product", "/stock/NO-SUCH-THING", 404, "STOCK_NOT_FOUND"),
                get("unknown payment", "/payments/" + UNKNOWN_ID, 404, "PAYMENT_NOT_FOUND"),
                get("misspelt filter", "/audit/events?aggregateId=" + UNKNOWN_ID, 400, "INVALID_REQUEST"),
                get("page of nothing", "/orders?limit=0", 400, "INVALID_REQUEST"),
                get("endless page", "/orders?limit=1000000", 400, "INVALID_REQUEST"),
                get("page of a text", "/orders?limit=many", 400, "INVALID_REQUEST"),
                get("made-up cursor", "/orders?cursor=nonsense", 400, "INVALID_REQUEST"),
                get("day that is none", "/sales?from=2026-02-30", 400, "INVALID_REQUEST"),
                get("days in the wrong order", "/sales?from=2026-11-02&to=2026-11-01", 400, "INVALID_REQUEST"),
                get("too many days", "/sales?from=2020-01-01&to=2026-11-01", 400, "INVALID_REQUEST"),
                get("made-up cursor of sales", "/sales?cursor=nonsense", 400, "INVALID_REQUEST"),
                post(
                        "cancel an unknown order",
                        "/orders/" + UNKNOWN_ID + "/cancel",
                        "{\"reason\":\"x\"}",
                        404,
                        "ORDER_NOT_FOUND",
                        ""),
                post(
                        "receipt of what is not on sale",
                        "/stock/NO-SUCH-THING/receipts",
                        "{\"quantity\":1}",
                        404,
                        "PRODUCT_NOT_FOUND",
                        ""),
                post(
                        "receipt of nothing",
                        "/stock/" + MUG + "/receipts",
                        "{\"quantity\":0}",
                        400,
                        "INVALID_REQUEST",
                        "/quantity"),
                post(
                        "receipt of less than nothing",
                        "/stock/" + MUG + "/receipts",
                        "{\"quantity\":-5}",
                        400,
                        "INVALID_REQUEST",
                        "/quantity"),
                post(
                        "receipt of too much",
                        "/stock/" + MUG + "/receipts",
                        "{\"quantity\":2147483647}",
                        400,
                        "INVALID_REQUEST",
                        "/quantity"),
                post(
                        "adjustment without a reason",
                        "/stock/" + MUG + "/adjustments",
                        "{\"delta\":1}",
                        400,
                        "INVALID_REQUEST",
                        "/reason"),
                product(
                        "negative price",
                        "{\"name\":\"Mug\",\"unitPrice\":{\"minor\":-1,\"currency\":\"EUR\"}}",
                        "/unitPrice/minor"),
                product(
                        "currency that is none",
                        "{\"name\":\"Mug\",\"unitPrice\":{\"minor\":1,\"currency\":\"COIN\"}}",
                        "/unitPrice/currency"),
                product(
                        "price with a fraction",
                        "{\"name\":\"Mug\",\"unitPrice\":{\"minor\":1.5,\"currency\":\"EUR\"}}",
                        "/unitPrice/minor"),
                product("no name", "{\"unitPrice\":{\"minor\":1,\"currency\":\"EUR\"}}", "/name"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void saysWhatIsWrongAndNothingElse(Refused refused) {
        var answer = waybill.send(refused.request().build(waybill, Names.customer("mallory")));

        answer.expect(refused.status());
        assertThat(answer.contentType().orElse("")).startsWith("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(refused.status());
        assertThat(answer.code()).isNotBlank();
        if (!refused.code().isEmpty()) {
            assertThat(answer.code()).as(answer.body()).isEqualTo(refused.code());
        }
        if (!refused.pointer().isEmpty()) {
            assertThat(answer.json().path("errors").findValuesAsString("pointer"))
                    .as(answer.body())
                    .anyMatch(pointer -> pointer.startsWith(refused.pointer()));
            assertThat(answer.json().path("errors").findValuesAsString("code")).doesNotContain("");
        }
        assertThat(answer.body()).doesNotContainPattern(INSIDE);
    }

    @Test
    void namesEveryFaultAtOnce() {
        var order = good(Names.customer("mallory"));
        order.remove("customerId");
        order.put("colour", "red");
        firstLine(order).put("quantity", 0);

        var answer = waybill.send(keyed(waybill.request("POST", "/orders", order.toString())));

        assertThat(answer.expect(400).json().path("errors").findValuesAsString("pointer"))
                .contains("/customerId", "/colour", "/lines/0/quantity");
    }

    @Test
    void refusesLinesInDifferentCurrencies() {
        String euroMug = Names.sku("mug");
        String dollarMug = Names.sku("mug");
        waybill.offer(euroMug, "Enamel mug", 1_490, 1);
        waybill.listProduct(dollarMug, "Enamel mug", 1_690, "USD").expect(201);
        // The one order that passes shows that the price list knows both products; it reads them in their order.
        waybill.placeUntilAccepted(NewOrder.of(Names.customer("probe"), "tok_ok", line(dollarMug, 1)));

        var mixed = NewOrder.of(Names.customer("mallory"), "tok_ok", line(euroMug, 1), line(dollarMug, 1));

        assertThat(waybill.place(mixed).expect(422).code()).isEqualTo("MIXED_CURRENCIES");
    }

    @Test
    void storesNothingOfARefusedRequest() {
        String customer = Names.customer("mallory");
        waybill.offer(MUG, "Enamel mug", 1_490, 7);
        var statuses = new ArrayList<Integer>();
        refused()
                .forEach(refused -> statuses.add(
                        waybill.send(refused.request().build(waybill, customer)).status()));
        assertThat(statuses).allMatch(status -> status >= 400 && status < 500);

        // The views learn of orders in their order, so whatever was stored before this one would be seen with it.
        String accepted = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(MUG, 1)));
        waybill.awaitStatus(accepted, "CONFIRMED");
        assertThat(waybill.ordersOf(customer))
                .extracting(order -> order.path("orderId").asString())
                .containsExactly(accepted);
        waybill.awaitAvailable(MUG, 6);
    }

    private static Refused invalidOrder(String name, String pointer, Consumer<ObjectNode> spoil) {
        return order(name, 400, "INVALID_REQUEST", pointer, spoil);
    }

    private static Refused order(String name, int status, String code, String pointer, Consumer<ObjectNode> spoil) {
        return new Refused(
                name,
                (waybill, customer) -> {
                    var order = good(customer);
                    spoil.accept(order);
                    return keyed(waybill.request("POST", "/orders", order.toString()));
                },
                status,
                code,
                pointer);
    }

    private static Refused orderBody(String name, String body, int status, String code) {
        return post(name, "/orders", body, status, code, "");
    }

    private static Refused post(String name, String path, String body, int status, String code, String pointer) {
        return new Refused(
                name, (waybill, customer) -> keyed(waybill.request("POST", path, body)), status, code, pointer);
    }

    private static Refused product(String name, String body, String pointer) {
        return new Refused(
                name,
                (waybill, customer) -> waybill.request("PUT", "/products/" + Names.sku("mug"), body),
                400,
                "INVALID_REQUEST",
                pointer);
    }

    private static Refused get(String name, String path, int status, String code) {
        return new Refused(name, (waybill, customer) -> waybill.request("GET", path, ""), status, code, "");
    }

    private static ObjectNode good(String customer) {
        return NewOrder.of(customer, "tok_ok", line(MUG, 1)).json();
    }

    private static ObjectNode firstLine(ObjectNode order) {
        return (ObjectNode) order.at("/lines/0");
    }

    private static void setLine(ObjectNode order, String field, String value) {
        firstLine(order).put(field, value);
    }

    private static HttpRequest.Builder keyed(HttpRequest.Builder request) {
        return request.header("Idempotency-Key", UUID.randomUUID().toString());
    }
}
