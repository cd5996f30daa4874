package io.waybill.payment.provider.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers over HTTP as Stripe does: who may call, which parameters there are, idempotency keys, errors; and signs and
 * sends events. Its clock stands still until it is moved.
 */
final class StripeStub implements AutoCloseable {

    static final String API_KEY = "sk_test_stub";
    static final String WEBHOOK_SECRET = "whsec_stub";

    private static final Duration KEYS_KEPT = Duration.ofHours(24);
    private static final JsonMapper JSON = new JsonMapper();

    /** What goes wrong with requests to change something, until it is mended. */
    enum Fault {
        NONE,
        /** The request is on its way until the fault is mended; nobody hears of what comes of it. */
        LATE,
        /** The request is done, and the answer never comes. */
        SILENT,
        /** The request is done, and the connection breaks. */
        CUT,
        SERVER_ERROR,
        BAD_GATEWAY,
        GATEWAY_WITHOUT_WORDS,
        LOGIN_PAGE,
        TOO_MANY
    }

    /** A request as it came. */
    record Request(String method, String path, Map<String, String> form, String key) {}

    private record Kept(String request, int status, String body, Instant at) {}

    private final StripeAccount account = new StripeAccount();
    private final Map<String, Kept> kept = new HashMap<>();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private volatile Fault fault = Fault.NONE;
    private volatile CountDownLatch mended = new CountDownLatch(1);
    private volatile boolean struck;

    StripeStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    StripeAccount account() {
        return account;
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    void breakWith(Fault next) {
        mended = new CountDownLatch(1);
        struck = false;
        fault = next;
    }

    /** What comes now is not held up by what is on its way. */
    void letOthersPass() {
        fault = Fault.NONE;
    }

    /** What was on its way arrives now. */
    void mend() {
        fault = Fault.NONE;
        mended.countDown();
    }

    /**
     * Whether a change has met the fault: it is on its way, or done if the fault lets it be done. Whoever called may have
     * given up before.
     */
    boolean hasStruck() {
        return struck;
    }

    boolean isIdle() {
        return busy.get() == 0;
    }

    List<Request> requests() {
        return requests;
    }

    /** The last request that was to change something. */
    Request lastChange() {
        return requests.stream()
                .filter(request -> request.method().equals("POST"))
                .reduce((before, after) -> after)
                .orElseThrow();
    }

    /** An event about an object, as the body of a webhook. */
    byte[] event(String type, Map<String, Object> object) {
        return JSON.writeValueAsBytes(Map.of(
                "id",
                "evt_1",
                "object",
                "event",
                "created",
                now.getEpochSecond(),
                "type",
                type,
                "data",
                Map.of("object", object)));
    }

    /** The header of a body that is signed with each of the secrets. */
    static String signature(byte[] body, Instant at, String... secrets) {
        return Arrays.stream(secrets)
                .map(secret -> "v1=" + hmac(secret, at.getEpochSecond() + "." + new String(body, UTF_8)))
                .collect(Collectors.joining(",", "t=" + at.getEpochSecond() + ",", ""));
    }

    /** Sends a body to an endpoint, and returns the status that it answers. */
    static int post(URI endpoint, byte[] body, String signature) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(endpoint)
                    .header("Stripe-Signature", signature)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    @Override
    public void close() {
        mend();
        server.stop(0);
        threads.shutdown();
    }

    private static String hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        busy.incrementAndGet();
        try (exchange) {
            boolean change = exchange.getRequestMethod().equals("POST");
            meet(change ? fault : Fault.NONE, exchange);
        } finally {
            busy.decrementAndGet();
        }
    }

    private void meet(Fault current, HttpExchange exchange) throws IOException {
        CountDownLatch until = mended;
        switch (current) {
            case NONE -> answer(exchange, carryOut(exchange));
            case LATE -> {
                struck = true;
                await(until);
                carryOut(exchange);
            }
            case SILENT -> {
                carryOut(exchange);
                struck = true;
                await(until);
            }
            case CUT -> {
                carryOut(exchange);
                struck = true;
            }
            case SERVER_ERROR -> answer(exchange, fail(exchange));
            case BAD_GATEWAY -> answer(exchange, plain(502, "<html><h1>502 Bad Gateway</h1></html>"));
            case GATEWAY_WITHOUT_WORDS -> answer(exchange, plain(504, ""));
            case LOGIN_PAGE -> answer(exchange, plain(407, "<html>Please log in to the proxy</html>"));
            case TOO_MANY ->
                answer(
                        exchange,
                        json(StripeFault.outside(429, "invalid_request_error", "rate_limit", "Too many requests")));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Kept carryOut(HttpExchange exchange) {
        Request request = read(exchange);
        try {
            checkCaller(exchange);
            return request.key().isEmpty() ? execute(request) : once(request);
        } catch (StripeFault e) {
            return json(e);
        }
    }

    /** Stripe keeps what it answered when it failed as well. */
    private Kept fail(HttpExchange exchange) {
        Request request = read(exchange);
        Kept failure = json(StripeFault.server());
        keep(request, failure);
        return failure;
    }

    private Kept once(Request request) {
        synchronized (kept) {
            Kept before = kept.get(request.key());
            if (before != null && before.at().plus(KEYS_KEPT).isAfter(now)) {
                if (!before.request().equals(print(request))) {
                    throw StripeFault.outside(
                            400,
                            "idempotency_error",
                            null,
                            "Keys for idempotent requests can only be used with the same parameters they were first used"
                                    + " with.");
                }
                return before;
            }
        }
        if (!underWay.add(request.key())) {
            throw StripeFault.outside(
                    409, "invalid_request_error", "idempotency_key_in_use", "There is another request with this key.");
        }
        try {
            Kept answer = execute(request);
            keep(request, answer);
            return new Kept("", answer.status(), answer.body(), now);
        } catch (StripeFault e) {
            if (e.isExecuted()) {
                keep(request, json(e));
            }
            throw e;
        } finally {
            underWay.remove(request.key());
        }
    }

    private void keep(Request request, Kept answer) {
        synchronized (kept) {
            kept.put(request.key(), new Kept(print(request), answer.status(), answer.body(), now));
        }
    }

    private Kept execute(Request request) {
        StripeEndpoint.Match match = StripeEndpoint.match(request.method(), request.path())
                .orElseThrow(() -> StripeFault.outside(
                        404,
                        "invalid_request_error",
                        null,
                        "Unrecognized request URL (" + request.method() + ": " + request.path() + ")."));
        match.endpoint().check(request.form());
        return new Kept("", 200, JSON.writeValueAsString(account.answer(match, request.form(), now)), now);
    }

    private static void checkCaller(HttpExchange exchange) {
        if (!("Bearer " + API_KEY).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            throw StripeFault.outside(401, "invalid_request_error", null, "Invalid API Key provided: sk_test_****");
        }
        @Nullable String type = exchange.getRequestHeaders().getFirst("Content-Type");
        boolean change = exchange.getRequestMethod().equals("POST");
        if (change && (type == null || !type.startsWith("application/x-www-form-urlencoded"))) {
            throw StripeFault.outside(400, "invalid_request_error", null, "Send forms, not " + type);
        }
    }

    private Request read(HttpExchange exchange) {
        try {
            URI uri = exchange.getRequestURI();
            boolean change = exchange.getRequestMethod().equals("POST");
            String form = change ? new String(exchange.getRequestBody().readAllBytes(), UTF_8) : uri.getRawQuery();
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            var request = new Request(exchange.getRequestMethod(), uri.getPath(), parse(form), key == null ? "" : key);
            requests.add(request);
            return request;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> parse(@Nullable String form) {
        var fields = new TreeMap<String, String>();
        for (String field : form == null || form.isEmpty() ? new String[0] : form.split("&", -1)) {
            String[] parts = field.split("=", 2);
            fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
        }
        return fields;
    }

    private static String print(Request request) {
        return request.method() + request.path() + request.form();
    }

    private static Kept plain(int status, String body) {
        return new Kept("", status, body, Instant.EPOCH);
    }

    private static Kept json(StripeFault e) {
        return plain(e.status(), JSON.writeValueAsString(e.body()));
    }

    private static void answer(HttpExchange exchange, Kept answer) throws IOException {
        exchange.getResponseHeaders().set("Request-Id", "req_1");
        // What comes out of the store knows what it was the answer to.
        if (!answer.request().isEmpty()) {
            exchange.getResponseHeaders().set("Idempotent-Replayed", "true");
        }
        byte[] body = answer.body().getBytes(UTF_8);
        if (body.length == 0) {
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
