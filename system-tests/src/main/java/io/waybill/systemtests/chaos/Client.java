package io.waybill.systemtests.chaos;

import io.waybill.systemtests.chaos.Operation.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks and keeps a record of it. A request without an answer is repeated with the same key, which makes that safe. */
final class Client {

    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final String api;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
    private final Queue<Operation> record = new ConcurrentLinkedQueue<>();

    Client(String api) {
        this.api = api;
    }

    /** All that was ever asked for. */
    List<Operation> record() {
        return List.copyOf(record);
    }

    /**
     * Asks for a change until there is an answer that says what became of it.
     *
     * @param patience whether to go on asking
     */
    Operation post(String kind, String path, String key, Object body, BooleanSupplier patience) {
        return ask(kind, "POST", path, key, body, patience);
    }

    Operation put(String kind, String path, Object body, BooleanSupplier patience) {
        return ask(kind, "PUT", path, "", body, patience);
    }

    /** What is there; empty if it is not, or if nobody says so. */
    Optional<JsonNode> get(String path) {
        try {
            var answer = send("GET", path, "", "");
            return answer.statusCode() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Operation ask(String kind, String method, String path, String key, Object body, BooleanSupplier patience) {
        String json = JSON.writeValueAsString(body);
        long began = System.nanoTime();
        int attempts = 0;
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (true) {
            attempts++;
            int status = 0;
            String answer = "";
            try {
                var response = send(method, path, key, json);
                status = response.statusCode();
                answer = response.body();
            } catch (IOException e) {
                answer = e.toString();
            }
            Outcome outcome = outcome(status, answer);
            if (outcome != Outcome.UNKNOWN || !patience.getAsBoolean()) {
                long micros = (System.nanoTime() - began) / 1_000;
                var operation = new Operation(kind, path, key, outcome, status, answer, micros, attempts);
                record.add(operation);
                return operation;
            }
            pause(pauseMillis);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    /** An answer that another attempt may change says nothing yet. */
    private static Outcome outcome(int status, String answer) {
        if (status / 100 == 2) {
            return Outcome.OK;
        }
        boolean again = status < 400
                || status >= 500
                || status == 429
                || answer.contains("REQUEST_IN_PROGRESS")
                || answer.contains("UNKNOWN_SKU");
        return again ? Outcome.UNKNOWN : Outcome.REFUSED;
    }

    private HttpResponse<String> send(String method, String path, String key, String body) throws IOException {
        var request = HttpRequest.newBuilder(URI.create(api + path)).timeout(TIMEOUT);
        if (body.isEmpty()) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.method(method, BodyPublishers.ofString(body)).header("Content-Type", "application/json");
        }
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
