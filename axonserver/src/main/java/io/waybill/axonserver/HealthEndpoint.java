package io.waybill.axonserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Answers {@code GET /actuator/health} and {@code GET /health}, the two places where health is looked for. */
final class HealthEndpoint implements AutoCloseable {

    private static final int DEFAULT_BACKLOG = 0;

    private final HttpServer server;
    private final BooleanSupplier healthy;

    private HealthEndpoint(HttpServer server, BooleanSupplier healthy) {
        this.server = server;
        this.healthy = healthy;
    }

    static HealthEndpoint start(int port, BooleanSupplier healthy) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            HealthEndpoint endpoint = new HealthEndpoint(HttpServer.create(address, DEFAULT_BACKLOG), healthy);
            endpoint.server.createContext("/health", endpoint::answer);
            endpoint.server.createContext("/actuator/health", endpoint::answer);
            endpoint.server.start();
            return endpoint;
        } catch (BindException e) {
            throw new IOException(
                    "HTTP port %d cannot be opened: %s. Stop what listens there, or choose another with --http-port."
                            .formatted(port, e.getMessage()),
                    e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean up = healthy.getAsBoolean();
        byte[] body = (up ? "{\"status\":\"UP\"}" : "{\"status\":\"DOWN\"}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(up ? 200 : 503, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
