package io.waybill.systemtests.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plays the provider's staff and its customers at one instance of the payment service, which may be away. */
record SandboxClient(String url) {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private static final JsonMapper JSON = new JsonMapper();

    /** The customer agrees or does not; false if nobody asked, or nobody heard. */
    boolean confirm(String authorizationId, boolean approved) {
        return send("POST", "/authorizations/" + authorizationId + "/confirmations", Map.of("approved", approved))
                .isPresent();
    }

    /** Sets what goes wrong at this instance; false if nobody heard. */
    boolean misbehave(Map<String, ?> faults) {
        return send("PUT", "/faults", faults).isPresent();
    }

    /** All that the provider has done; empty if nobody answers. */
    Optional<JsonNode> ledger() {
        return send("GET", "/ledger", Map.of());
    }

    private Optional<JsonNode> send(String method, String path, Map<String, ?> body) {
        var request = HttpRequest.newBuilder(URI.create(url + "/sandbox" + path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty() && method.equals("GET")
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            return answer.statusCode() / 100 == 2 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the sandbox", e);
        }
    }
}
