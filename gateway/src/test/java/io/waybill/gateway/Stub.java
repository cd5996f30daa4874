package io.waybill.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a service: answers everything by 202, its name unless it is told something else, a location and a
 * correlation, and remembers what it was asked.
 */
final class Stub {

    /** One request as it came in. */
    record Asked(String method, String uri, @Nullable String idempotencyKey, String body) {}

    private final String name;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile String says;
    private volatile boolean overloaded;

    Stub(String name) {
        this.name = name;
        says = name;
        server = start(0);
    }

    String name() {
        return name;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        return asked;
    }

    void says(String json) {
        says = json;
    }

    /** Whether a POST is refused for now; what is asked by GET is answered as ever. */
    void isOverloaded(boolean is) {
        overloaded = is;
    }

    void stop() {
        server.stop(0);
    }

    void restart() {
        server = start(server.getAddress().getPort());
    }

    private HttpServer start(int port) {
        try {
            var started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            started.createContext("/", this::answer);
            started.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            byte[] body = says.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Location", "/api/orders/7");
            exchange.getResponseHeaders().set("Waybill-Correlation-Id", "c-7");
            boolean refuses = overloaded && exchange.getRequestMethod().equals("POST");
            if (refuses) {
                exchange.getResponseHeaders().set("Retry-After", "7");
            }
            exchange.sendResponseHeaders(refuses ? 503 : 202, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
