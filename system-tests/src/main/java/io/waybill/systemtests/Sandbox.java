package io.waybill.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plays the payment provider's staff and its customers at one instance of the payment service, past the shop. */
public final class Sandbox {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private static final JsonMapper JSON = new JsonMapper();

    private final String url;

    /** @param url of the payment service */
    public Sandbox(String url) {
        this.url = url;
    }

    /** Behaves badly in these ways, such as {@code unreachable}, and in no other. */
    void misbehave(String... faults) {
        var all = new HashMap<String, Object>();
        for (String fault : faults) {
            all.put(fault, true);
        }
        send("PUT", "/faults", all).expect(200);
    }

    /** Sets what goes wrong at this instance, if it is there. */
    public void tryToMisbehave(Map<String, ?> faults) {
        var unused = tryToSend("PUT", "/faults", faults);
    }

    void behave() {
        misbehave();
    }

    /** The customer agrees to a payment, or does not. */
    void customerSays(String authorizationId, boolean approved) {
        send("POST", confirmations(authorizationId), Map.of("approved", approved))
                .expect(200);
    }

    /** The customer agrees or does not; false if nobody asked, or this instance is away. */
    public boolean customerIsHeard(String authorizationId, boolean approved) {
        return tryToSend("POST", confirmations(authorizationId), Map.of("approved", approved))
                .filter(answer -> answer.status() == 200)
                .isPresent();
    }

    /** A hold runs out of time. */
    void expire(String authorizationId) {
        send("POST", "/authorizations/" + authorizationId + "/expiries", Map.of())
                .expect(200);
    }

    /** An amount is held that nobody asked for. */
    void hold(String authorizationId, String paymentId, String orderId, long minor) {
        var hold = Map.of(
                "authorizationId",
                authorizationId,
                "paymentId",
                paymentId,
                "orderId",
                orderId,
                "amount",
                Map.of("minor", minor, "currency", "EUR"));
        send("POST", "/authorizations", hold).expect(201);
    }

    /** All that the provider has done; empty if this instance is away. */
    public Optional<JsonNode> ledger() {
        return tryToSend("GET", "/ledger", Map.of())
                .filter(answer -> answer.status() == 200)
                .map(Answer::json);
    }

    private static String confirmations(String authorizationId) {
        return "/authorizations/" + authorizationId + "/confirmations";
    }

    private Optional<Answer> tryToSend(String method, String path, Map<String, ?> body) {
        try {
            return Optional.of(send(method, path, body));
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }

    /** @throws UncheckedIOException if there was no answer */
    private Answer send(String method, String path, Map<String, ?> body) {
        var request = HttpRequest.newBuilder(URI.create(url + "/sandbox" + path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        method.equals("GET")
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        try {
            return Answer.of(HTTP.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the sandbox", e);
        }
    }
}
