package io.waybill.systemtests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The public REST API, one method per call, and the waiting that an asynchronous system asks of its clients. */
final class WaybillClient {

    /** Where a checkout comes to rest. */
    static final Set<String> ENDED = Set.of("CONFIRMED", "REJECTED", "CANCELLED");

    /** Far above what any step takes, so that only a hanging one exceeds it, and still short enough for a build. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** A gateway that has not answered by then never will. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final String api;
    private final BiConsumer<HttpRequest, Answer> witness;
    private final boolean insists;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** @param api where the API starts, such as {@code http://127.0.0.1:8080/api} */
    WaybillClient(String api) {
        this(api, (request, answer) -> {});
    }

    /** @param witness sees each answer, and throws if it is not to be */
    WaybillClient(String api, BiConsumer<HttpRequest, Answer> witness) {
        this(api, witness, false);
    }

    private WaybillClient(String api, BiConsumer<HttpRequest, Answer> witness, boolean insists) {
        this.api = api;
        this.witness = witness;
        this.insists = insists;
    }

    /** A client that does as it is told: it sends the same request again, with its key, while it is asked to do so. */
    WaybillClient insisting() {
        return new WaybillClient(api, witness, true);
    }

    Answer listProduct(String sku, String name, long unitPriceMinor) {
        return listProduct(sku, name, unitPriceMinor, "EUR");
    }

    Answer listProduct(String sku, String name, long unitPriceMinor, String currency) {
        return listProduct(sku, object().put("name", name), unitPriceMinor, currency);
    }

    /** Lists a product of which more can be ordered than is there. */
    Answer listBackorderable(String sku, String name, long unitPriceMinor) {
        return listProduct(sku, object().put("name", name).put("backorderable", true), unitPriceMinor, "EUR");
    }

    private Answer listProduct(String sku, ObjectNode product, long unitPriceMinor, String currency) {
        product.putObject("unitPrice").put("minor", unitPriceMinor).put("currency", currency);
        return send(request("PUT", "/products/" + sku, product.toString()));
    }

    Answer receive(String sku, int quantity) {
        return receive(sku, quantity, "main");
    }

    Answer receive(String sku, int quantity, String location) {
        var receipt = object().put("quantity", quantity).put("location", location);
        return send(keyed(request("POST", "/stock/" + sku + "/receipts", receipt.toString())));
    }

    Answer stock(String sku) {
        return get("/stock/" + sku);
    }

    Answer place(NewOrder order) {
        return send(
                request("POST", "/orders", order.json().toString()).header("Idempotency-Key", order.idempotencyKey()));
    }

    Answer cancel(String orderId, String reason) {
        return send(keyed(request(
                "POST",
                "/orders/" + orderId + "/cancel",
                object().put("reason", reason).toString())));
    }

    /** Asks for the order to have exactly these lines. */
    Answer amend(String orderId, NewOrder.Line... lines) {
        var body = object();
        body.set("lines", NewOrder.json(List.of(lines)));
        return change(orderId, "amend", body);
    }

    /** Sends lines off; none for all that can be sent. */
    Answer ship(String orderId, NewOrder.Line... lines) {
        var body = object().put("trackingCode", "JD-" + orderId.substring(0, 8));
        if (lines.length > 0) {
            body.set("lines", NewOrder.json(List.of(lines)));
        }
        return change(orderId, "shipments", body);
    }

    Answer deliver(String orderId) {
        return change(orderId, "deliveries", object());
    }

    Answer requestReturn(String orderId, String reason, NewOrder.Line... lines) {
        var body = object().put("reason", reason);
        body.set("lines", NewOrder.json(List.of(lines)));
        return change(orderId, "returns", body);
    }

    Answer receiveReturn(String orderId, String returnId) {
        return change(orderId, "returns/" + returnId + "/receipts", object());
    }

    /** Records what came back of one product; the full price is given back. */
    Answer inspectReturn(String orderId, String returnId, String sku, int restocked, int writtenOff) {
        return change(orderId, "returns/" + returnId + "/inspections", inspection(sku, restocked, writtenOff));
    }

    /** Records what came back of one product, and how much is given back for it. */
    Answer inspectReturn(String orderId, String returnId, String sku, int restocked, int writtenOff, long refundMinor) {
        var body = inspection(sku, restocked, writtenOff);
        body.putObject("refund").put("minor", refundMinor).put("currency", "EUR");
        return change(orderId, "returns/" + returnId + "/inspections", body);
    }

    private static ObjectNode inspection(String sku, int restocked, int writtenOff) {
        var body = object();
        body.putArray("lines")
                .addObject()
                .put("sku", sku)
                .put("restocked", restocked)
                .put("writtenOff", writtenOff);
        return body;
    }

    /** Sends one line back and asks for another in its place. */
    Answer exchange(String orderId, NewOrder.Line back, NewOrder.Line wanted, String paymentToken) {
        var body = object().put("reason", "wrong one").put("paymentToken", paymentToken);
        body.set("lines", NewOrder.json(List.of(back)));
        body.set("wanted", NewOrder.json(List.of(wanted)));
        return change(orderId, "exchanges", body);
    }

    Answer refund(String paymentId, long minor, String reason) {
        var body = object().put("reason", reason);
        body.putObject("amount").put("minor", minor).put("currency", "EUR");
        return send(keyed(request("POST", "/payments/" + paymentId + "/refunds", body.toString())));
    }

    private Answer change(String orderId, String what, ObjectNode body) {
        return send(keyed(request("POST", "/orders/" + orderId + "/" + what, body.toString())));
    }

    Answer order(String orderId) {
        return get("/orders/" + orderId);
    }

    /** The order once it shows what the event at the position did. */
    Answer orderAsOf(String orderId, long position) {
        return get("/orders/" + orderId + "?position=" + position);
    }

    Answer timeline(String orderId) {
        return get("/orders/" + orderId + "/timeline");
    }

    Answer payments(String orderId) {
        return get("/payments?orderId=" + orderId);
    }

    /** All orders of a customer, newest first, whatever number of pages it takes. */
    List<JsonNode> ordersOf(String customerId) {
        var orders = new ArrayList<JsonNode>();
        String query = "/orders?limit=100&customerId=" + customerId;
        var page = get(query).expect(200).json();
        page.path("items").forEach(orders::add);
        while (page.path("next").isString()) {
            page = get(query + "&cursor=" + page.path("next").asString())
                    .expect(200)
                    .json();
            page.path("items").forEach(orders::add);
        }
        return orders;
    }

    Answer post(String path, String body) {
        return send(request("POST", path, body));
    }

    Answer get(String path) {
        return send(request("GET", path, ""));
    }

    /** A request to be completed; a body that is not empty is declared to be JSON. */
    HttpRequest.Builder request(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(api + path)).timeout(REQUEST_TIMEOUT);
        if (body.isEmpty()) {
            return request.method(method, BodyPublishers.noBody());
        }
        return request.method(method, BodyPublishers.ofString(body)).header("Content-Type", "application/json");
    }

    /** @throws UncheckedIOException if there was no answer */
    Answer send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        return insists
                ? awaitSeen("an answer to " + request, () -> sendOnce(request), answer -> !answer.asksForAnotherTry())
                : sendOnce(request);
    }

    private Answer sendOnce(HttpRequest request) {
        try {
            Answer answer = Answer.of(http.send(request, BodyHandlers.ofString()));
            witness.accept(request, answer);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    /** Puts a product on sale and waits until an order for it would find its price and its stock. */
    void offer(String sku, String name, long unitPriceMinor, int quantity) {
        listProduct(sku, name, unitPriceMinor).expect(201);
        receive(sku, quantity).expect(202);
        await(sku + " in stock").atMost(PATIENCE).pollInterval(POLL_INTERVAL).until(() -> {
            var stock = stock(sku);
            return stock.status() == 200 && stock.json().path("available").asInt() == quantity;
        });
    }

    /**
     * Places an order whatever it takes and returns its ID: while the price list does not know the product yet, a
     * service is away or the connection breaks, the same request is sent again. The key makes that safe.
     */
    String placeUntilAccepted(NewOrder order) {
        var last = new Answer[1];
        try {
            await("order accepted")
                    .atMost(PATIENCE)
                    .pollInterval(POLL_INTERVAL)
                    .pollDelay(Duration.ZERO)
                    .ignoreException(UncheckedIOException.class)
                    .until(() -> {
                        last[0] = place(order);
                        return !isWorthRepeating(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no order within " + PATIENCE + ", but at last " + last[0], e);
        }
        return last[0].expect(202).json().path("orderId").asString();
    }

    private static boolean isWorthRepeating(Answer answer) {
        return answer.status() >= 502
                || Set.of("UNKNOWN_SKU", "REQUEST_IN_PROGRESS").contains(answer.code());
    }

    /** Waits until the order has ended and returns it. */
    JsonNode awaitEnd(String orderId) {
        return awaitStatus(orderId, ENDED);
    }

    JsonNode awaitStatus(String orderId, String status) {
        return awaitStatus(orderId, Set.of(status));
    }

    private JsonNode awaitStatus(String orderId, Set<String> statuses) {
        return awaitJson(
                "/orders/" + orderId,
                "order " + orderId + " to be " + statuses,
                order -> statuses.contains(order.path("status").asString("")));
    }

    /** Waits until an order meets a condition and returns it. */
    JsonNode awaitOrder(String orderId, String what, Predicate<JsonNode> wanted) {
        return awaitJson("/orders/" + orderId, "order " + orderId + " to have " + what, wanted);
    }

    /** Waits until the order's only payment has the status and returns it. */
    JsonNode awaitPayment(String orderId, String status) {
        return awaitJson(
                        "/payments?orderId=" + orderId,
                        "payment of order " + orderId + " to be " + status,
                        payments -> payments.path("items").size() == 1
                                && status.equals(payments.at("/items/0/status").asString("")))
                .at("/items/0");
    }

    /** Waits until the timeline of an order holds an event of the type and returns the timeline. */
    JsonNode awaitTimeline(String orderId, String type) {
        return awaitJson(
                "/orders/" + orderId + "/timeline",
                type + " in the timeline of order " + orderId,
                timeline -> timeline.path("entries").findValuesAsString("type").contains(type));
    }

    /** Waits until so many pieces are available and returns the stock. */
    JsonNode awaitAvailable(String sku, int available) {
        return awaitJson(
                "/stock/" + sku,
                available + " pieces of " + sku + " available",
                stock -> stock.path("available").asInt(-1) == available);
    }

    /** Waits until a resource answers with 200 and the wanted content; fails with what it answered last. */
    JsonNode awaitJson(String path, String what, Predicate<JsonNode> wanted) {
        return awaitSeen(what, () -> get(path), answer -> answer.status() == 200 && wanted.test(answer.json()))
                .json();
    }

    /** Waits until what is looked at is as expected; fails with the last difference. */
    <T> void awaitEqual(String what, T expected, Supplier<T> look) {
        T unusedBecauseEqual = awaitSeen("%s, which is%n%s%n".formatted(what, expected), look, expected::equals);
    }

    private static <T> T awaitSeen(String what, Supplier<T> look, Predicate<T> wanted) {
        var last = new AtomicReference<@Nullable T>();
        try {
            return await(what)
                    .atMost(PATIENCE)
                    .pollInterval(POLL_INTERVAL)
                    .pollDelay(Duration.ZERO)
                    .ignoreException(UncheckedIOException.class)
                    .until(
                            () -> {
                                T seen = look.get();
                                last.set(seen);
                                return seen;
                            },
                            wanted);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("waited " + PATIENCE + " for " + what + ", but at last " + last.get(), e);
        }
    }

    private static HttpRequest.Builder keyed(HttpRequest.Builder request) {
        return request.header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
