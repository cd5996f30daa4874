package io.waybill.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The stream of a customer's orders, as a browser would follow it, and which of them have ended. */
final class Board implements AutoCloseable {

    private static final String DATA = "data:";

    private final JsonMapper json = new JsonMapper();
    private final Map<String, CompletableFuture<Void>> ends = new ConcurrentHashMap<>();
    private final Stream<String> lines;

    private Board(Stream<String> lines) {
        this.lines = lines;
    }

    static Board open(WaybillClient client, HttpClient http, String customer) {
        try {
            HttpResponse<Stream<String>> answer = http.send(
                    client.request("GET", "/orders/stream?customerId=" + customer, "")
                            .build(),
                    BodyHandlers.ofLines());
            if (answer.statusCode() != 200) {
                throw new AssertionError("no stream, but " + answer.statusCode());
            }
            var board = new Board(answer.body());
            Thread.ofVirtual().start(board::follow);
            return board;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a stream was opened", e);
        }
    }

    /** Completed when the order has ended. */
    CompletableFuture<Void> end(String orderId) {
        return ends.computeIfAbsent(orderId, id -> new CompletableFuture<>());
    }

    private void follow() {
        try {
            lines.filter(line -> line.startsWith(DATA)).forEach(line -> {
                JsonNode order = json.readTree(line.substring(DATA.length()));
                if (WaybillClient.ENDED.contains(order.path("status").asString(""))) {
                    end(order.path("orderId").asString()).complete(null);
                }
            });
        } catch (UncheckedIOException e) {
            ends.values().forEach(open -> open.completeExceptionally(e));
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
