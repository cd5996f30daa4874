package io.waybill.systemtests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Plays the payment provider's staff and its customers, behind the back of the shop. */
final class Sandbox {

    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    Sandbox(WaybillSystem system) {
        this.address = system.url(Service.PAYMENT_SERVICE) + "/sandbox";
    }

    /** Behaves badly in these ways, such as {@code unreachable}, and in no other. */
    void misbehave(String... faults) {
        var body = object();
        for (String fault : faults) {
            body.put(fault, true);
        }
        send("PUT", "/faults", body);
    }

    void behave() {
        misbehave();
    }

    /** The customer agrees to a payment, or does not. */
    void customerSays(String authorizationId, boolean approved) {
        send("POST", "/authorizations/" + authorizationId + "/confirmations", object().put("approved", approved));
    }

    /** A hold runs out of time. */
    void expire(String authorizationId) {
        send("POST", "/authorizations/" + authorizationId + "/expiries", object());
    }

    /** An amount is held that nobody asked for. */
    void hold(String authorizationId, String paymentId, String orderId, long minor) {
        var body = object().put("authorizationId", authorizationId)
                .put("paymentId", paymentId)
                .put("orderId", orderId);
        body.putObject("amount").put("minor", minor).put("currency", "EUR");
        send("POST", "/authorizations", body);
    }

    private void send(String method, String path, ObjectNode body) {
        var request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.toString()))
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new AssertionError("the sandbox answered %d: %s".formatted(answer.statusCode(), answer.body()));
            }
        } catch (IOException e) {
            throw new AssertionError("the sandbox does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the sandbox", e);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
