package io.waybill.gateway;

import io.waybill.gateway.AllServices.Answers;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/**
 * Has a read model rebuilt by the service that has it, whichever that is. Afterwards the ID of the rebuild begins with the
 * service's name, and routes lead there.
 */
@RestController
@RequestMapping("/api/audit/replays")
class ReplayController {

    private static final String OF_SERVICE = "/internal/replays";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    private static final String CORRELATION_ID = "Waybill-Correlation-Id";
    /** What tells of the request that this is a part of. */
    private static final List<String> HANDED_ON = List.of("traceparent", "tracestate", CORRELATION_ID);
    /** Beside what says of what kind the answer is and where the rebuild is. */
    private static final List<String> HANDED_BACK = List.of(HttpHeaders.RETRY_AFTER, CORRELATION_ID);

    /** No service has a projection of this name, and all were asked. */
    static final class NoSuchProjection extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NoSuchProjection(String projection, Stream<String> projections) {
            super("No projection is called %s; there are %s."
                    .formatted(projection, projections.sorted().collect(Collectors.joining(", "))));
        }
    }

    private final Services services;
    private final AllServices all;
    private final ServiceCalls calls;
    private final RestClient client;

    ReplayController(Services services, AllServices all, ServiceCalls calls) {
        this.services = services;
        this.all = all;
        this.calls = calls;
        var requests = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build());
        requests.setReadTimeout(ANSWER_TIMEOUT);
        client = RestClient.builder().requestFactory(requests).build();
    }

    /**
     * What is to be rebuilt.
     *
     * @param projection name of an event processor that is a projection; empty if there is none, which a service refuses
     * @param verify whether it is only to be compared with what is shown, and cleared away
     */
    record Rebuild(String projection, @Nullable Boolean verify) {

        Rebuild {
            projection = Objects.requireNonNullElse(projection, "");
        }
    }

    @GetMapping
    Answers list() {
        return all.ask(OF_SERVICE, Map.of());
    }

    @PostMapping
    ResponseEntity<byte[]> start(@RequestBody Rebuild rebuild, HttpServletRequest request) {
        Answers answers = list();
        Optional<String> owner = answers.services().stream()
                .filter(service -> projections(service).anyMatch(name -> name.equals(rebuild.projection())))
                .map(service -> service.path("service").stringValue())
                .findFirst();
        if (owner.isEmpty() && answers.complete() && !rebuild.projection().isBlank()) {
            throw new NoSuchProjection(
                    rebuild.projection(), answers.services().stream().flatMap(ReplayController::projections));
        }
        // Who has not answered may be the one; and any of them says what is wrong if none is named.
        String service =
                owner.or(() -> answers.unanswered().stream().findFirst()).orElseGet(this::anyService);
        return start(service, rebuild, request);
    }

    private static Stream<String> projections(JsonNode service) {
        return service.path("readModels")
                .valueStream()
                .map(model -> model.path("projection").stringValue(""));
    }

    private String anyService() {
        return services.services().keySet().stream().sorted().findFirst().orElseThrow();
    }

    private ResponseEntity<byte[]> start(String service, Rebuild rebuild, HttpServletRequest request) {
        URI uri = URI.create(services.addressOf(service) + OF_SERVICE);
        RestClient.RequestBodySpec call = client.post().uri(uri);
        HANDED_ON.forEach(name -> {
            if (request.getHeader(name) != null) {
                call.header(name, request.getHeader(name));
            }
        });
        return calls.call(
                uri, () -> call.body(rebuild).exchangeForRequiredValue((asked, answer) -> handedBack(answer)));
    }

    private static ResponseEntity<byte[]> handedBack(ClientHttpResponse answer) throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(answer.getHeaders().getContentType());
        headers.setLocation(answer.getHeaders().getLocation());
        HANDED_BACK.forEach(name -> headers.addAll(name, answer.getHeaders().getOrEmpty(name)));
        return new ResponseEntity<>(answer.getBody().readAllBytes(), headers, answer.getStatusCode());
    }
}
