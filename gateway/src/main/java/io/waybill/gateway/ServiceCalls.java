package io.waybill.gateway;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.cloud.gateway.server.mvc.common.MvcUtils;
import org.springframework.cloud.gateway.server.mvc.config.GatewayMvcProperties;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.cloud.gateway.server.mvc.handler.RestClientProxyExchange;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Calls the services, each with bulkheads and a breaker of its own, so that one that hangs or is away costs the others
 * nothing. Operators have places that no customer takes.
 */
@Component
class ServiceCalls implements ProxyExchange {

    /** More than a service lets in of reads or of writes, so that it is the service that says what it can do. */
    private static final int CONCURRENT_CALLS = 48;
    /** For the same reason more than a service lets in of operators. */
    private static final int CONCURRENT_OPERATOR_CALLS = 12;
    /** Enough calls to tell a service that is away from one that was restarted between two of them. */
    private static final int BREAKER_WINDOW_CALLS = 20;

    private static final int BREAKER_FAILURE_PERCENT = 75;
    private static final int BREAKER_TRIAL_CALLS = 2;
    /** Short, as a service that is back should be used at once. */
    private static final Duration BREAKER_WAIT = Duration.ofSeconds(1);

    private static final Duration STREAM_CONNECT_TIMEOUT = Duration.ofSeconds(2);
    /** What is asked for there has no end, or one that depends on how many events there are. */
    private static final List<String> WITHOUT_END = List.of("/stream", "/export");

    /** More is asked of a service than it has places for. */
    static final class Overloaded extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A service that is stopping did not answer itself. */
    static final class BrokeOff extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private record Service(Semaphore customers, Semaphore operators, CircuitBreaker breaker) {

        Service(String name) {
            this(
                    new Semaphore(CONCURRENT_CALLS),
                    new Semaphore(CONCURRENT_OPERATOR_CALLS),
                    CircuitBreaker.of(
                            name,
                            CircuitBreakerConfig.custom()
                                    .slidingWindowSize(BREAKER_WINDOW_CALLS)
                                    .minimumNumberOfCalls(BREAKER_WINDOW_CALLS)
                                    .failureRateThreshold(BREAKER_FAILURE_PERCENT)
                                    .waitDurationInOpenState(BREAKER_WAIT)
                                    .permittedNumberOfCallsInHalfOpenState(BREAKER_TRIAL_CALLS)
                                    .recordExceptions(ResourceAccessException.class, IOException.class)
                                    .build()));
        }
    }

    private final ProxyExchange calls;
    private final ProxyExchange streamCalls;
    private final RelayedStreams streams;
    private final Map<String, Service> services = new ConcurrentHashMap<>();

    @Autowired
    ServiceCalls(RestClient.Builder client, GatewayMvcProperties properties, RelayedStreams streams) {
        this(
                new RestClientProxyExchange(client.build(), properties),
                new RestClientProxyExchange(withoutReadTimeout(client), properties),
                streams);
    }

    ServiceCalls(ProxyExchange calls) {
        this(calls, calls, new RelayedStreams());
    }

    private ServiceCalls(ProxyExchange calls, ProxyExchange streamCalls, RelayedStreams streams) {
        this.calls = calls;
        this.streamCalls = streamCalls;
        this.streams = streams;
    }

    /** A stream lasts as long as its browser looks at it, and an export as long as it is long. */
    private static RestClient withoutReadTimeout(RestClient.Builder client) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(STREAM_CONNECT_TIMEOUT)
                .build();
        return client.clone()
                .requestFactory(new JdkClientHttpRequestFactory(http))
                .build();
    }

    /**
     * Relays one request.
     *
     * @throws Overloaded if as many as may are under way already
     * @throws BrokeOff if the service was stopping
     * @throws io.github.resilience4j.circuitbreaker.CallNotPermittedException if the service did not answer lately
     */
    @Override
    public ServerResponse exchange(Request request) {
        URI uri = Objects.requireNonNull(request.getUri(), "a route has an address");
        ProxyExchange way = WITHOUT_END.stream().anyMatch(uri.getPath()::endsWith) ? streamCalls : calls;
        return call(uri, () -> relay(way, request));
    }

    /**
     * Makes one call, of the gateway's own or for a client.
     *
     * @param uri of what is asked, by which its service is known
     * @throws Overloaded if as many as may are under way already
     * @throws io.github.resilience4j.circuitbreaker.CallNotPermittedException if the service did not answer lately
     */
    <T extends @Nullable Object> T call(URI uri, Supplier<T> call) {
        Service service = services.computeIfAbsent(uri.getAuthority(), Service::new);
        Semaphore bulkhead = uri.getPath().startsWith("/api/ops/") ? service.operators() : service.customers();
        if (!bulkhead.tryAcquire()) {
            throw new Overloaded();
        }
        try {
            return service.breaker().executeSupplier(call);
        } finally {
            bulkhead.release();
        }
    }

    /**
     * A service answers with JSON. The server below it, when it is asked over a connection from before while it stops, reads
     * no headers and calls the request bad for that, on a page for people.
     */
    private ServerResponse relay(ProxyExchange way, Request request) {
        ServerResponse answer = way.exchange(request);
        @Nullable MediaType type = answer.headers().getContentType();
        if (MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type)) {
            ClientHttpResponse stream = Objects.requireNonNull(received(request), "what is relayed was received");
            // Not the response: that would read what is left first, and there is no end to it.
            return streams.relay(answer, () -> stream.getBody().close());
        }
        if (MediaType.TEXT_HTML.isCompatibleWith(type)) {
            @Nullable ClientHttpResponse page = received(request);
            if (page != null) {
                page.close();
            }
            throw new BrokeOff();
        }
        return answer;
    }

    private static @Nullable ClientHttpResponse received(Request request) {
        return MvcUtils.getAttribute(request.getServerRequest(), MvcUtils.CLIENT_RESPONSE_ATTR);
    }
}
