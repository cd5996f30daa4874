package io.waybill.gateway;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.UriBuilderFactory;
import tools.jackson.databind.JsonNode;

/** Asks all services at once. One that does not answer is named, and keeps nobody from seeing the others. */
@Component
class AllServices {

    private static final Logger LOG = LoggerFactory.getLogger(AllServices.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    /** A service reads its own stores only; an operator had better see three services now than four later. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private static final UriBuilderFactory ADDRESSES = new DefaultUriBuilderFactory();

    private final Services services;
    private final ServiceCalls calls;
    private final RestClient client;
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();

    AllServices(Services services, ServiceCalls calls) {
        this.services = services;
        this.calls = calls;
        var requests = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build());
        requests.setReadTimeout(ANSWER_TIMEOUT);
        client = RestClient.builder().requestFactory(requests).build();
    }

    /**
     * @param services what each service answered
     * @param unanswered names of those that did not
     * @param complete whether all answered
     */
    record Answers(List<JsonNode> services, List<String> unanswered, boolean complete) {}

    private record Asked(String service, CompletableFuture<Optional<JsonNode>> answer) {}

    /** @param path in which {@code {service}} stands for the name of the one that is asked */
    Answers ask(String path, Map<String, String> parameters) {
        List<Asked> asked = services.services().keySet().stream()
                .sorted()
                .map(service -> new Asked(
                        service, CompletableFuture.supplyAsync(() -> answer(service, path, parameters), threads)))
                .toList();
        List<String> unanswered = asked.stream()
                .filter(one -> one.answer().join().isEmpty())
                .map(Asked::service)
                .toList();
        List<JsonNode> answers =
                asked.stream().flatMap(one -> one.answer().join().stream()).toList();
        return new Answers(answers, unanswered, unanswered.isEmpty());
    }

    private Optional<JsonNode> answer(String service, String path, Map<String, String> parameters) {
        Map<String, String> variables = new HashMap<>(parameters);
        variables.put("service", service);
        URI uri = ADDRESSES.expand(services.addressOf(service) + path, variables);
        try {
            return Optional.ofNullable(calls.<@Nullable JsonNode>call(
                    uri, () -> client.get().uri(uri).retrieve().body(JsonNode.class)));
        } catch (RestClientException | CallNotPermittedException | ServiceCalls.Overloaded e) {
            LOG.warn("{} does not tell of itself: {}", service, e.toString());
            return Optional.empty();
        }
    }
}
