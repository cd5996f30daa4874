package io.waybill.payment.provider.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.net.HttpClient;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends the requests of the SDK, each once and with one time limit for all of it. The client that comes with the SDK
 * repeats a request unasked when a kept connection breaks, waits anew with each byte that trickles in, and ends in a
 * {@link NullPointerException} on the empty answer of a gateway.
 */
final class StripeHttp extends HttpClient {

    private final java.net.http.HttpClient http;
    private final Duration timeLimit;

    StripeHttp(Duration connectTimeout, Duration timeLimit) {
        this.http = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .build();
        this.timeLimit = timeLimit;
    }

    /** An answer that is not Stripe's own word on the request is none. */
    @Override
    public StripeResponse request(StripeRequest request) throws ApiConnectionException {
        HttpResponse<String> response = send(toHttp(request));
        if (response.statusCode() >= 500 || response.body().isBlank()) {
            throw new ApiConnectionException("%s %s was answered with %d (request %s)"
                    .formatted(
                            request.method(),
                            response.uri().getPath(),
                            response.statusCode(),
                            response.headers().firstValue("Request-Id").orElse("unknown")));
        }
        return new StripeResponse(
                response.statusCode(), HttpHeaders.of(response.headers().map()), response.body());
    }

    private HttpResponse<String> send(HttpRequest request) throws ApiConnectionException {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, BodyHandlers.ofString());
        try {
            return answer.get(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new ApiConnectionException(
                    request.method() + " " + request.uri().getPath() + " failed", e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new ApiConnectionException(
                    request.method() + " " + request.uri().getPath() + " had no answer within " + timeLimit, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new ApiConnectionException("Interrupted while waiting for Stripe", e);
        }
    }

    private static HttpRequest toHttp(StripeRequest request) {
        var http = HttpRequest.newBuilder(URI.create(request.url().toString()))
                .header("User-Agent", buildUserAgentString(request))
                .header("X-Stripe-Client-User-Agent", buildXStripeClientUserAgentString());
        request.headers().map().forEach((name, values) -> values.forEach(value -> http.header(name, value)));
        if (request.content() == null) {
            return http.method(request.method().name(), BodyPublishers.noBody()).build();
        }
        return http.header("Content-Type", request.content().contentType())
                .method(
                        request.method().name(),
                        BodyPublishers.ofByteArray(request.content().byteArrayContent()))
                .build();
    }
}
