package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A service that is stopped while it is used drains: whoever asks gets an answer, or is told to come again. */
@ExtendWith(WaybillExtension.class)
class StopUnderLoadTest {

    private static final int MUGS = 1_000;
    private static final int BUYERS = 4;
    /** Few, because whoever is told to come again does so after some seconds. */
    private static final int SOME_ANSWERS = 12;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("rush");
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    StopUnderLoadTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @ParameterizedTest
    @EnumSource(
            value = Service.class,
            names = {"ORDER_COMMAND", "ORDER_QUERY", "INVENTORY_SAGA", "PAYMENT_SERVICE"})
    void answersWhoeverAsksOrTellsThemToComeAgainAndLosesNothing(Service service) {
        waybill.offer(mug, "Enamel mug", 1_490, MUGS);
        String known = waybill.placeUntilAccepted(NewOrder.of(Names.customer("first"), "tok_declined", line(mug, 1)));
        waybill.awaitStatus(known, "REJECTED");

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> buyers = begin(threads, known);
            try {
                awaitMoreAnswers();
                assertThat(system.process(service).stop()).as("stopped in time").isTrue();
                awaitMoreAnswers();
                system.start(service);
                awaitMoreAnswers();
            } finally {
                over.set(true);
            }
            buyers.forEach(CompletableFuture::join);
        }

        assertThat(answers).allSatisfy(StopUnderLoadTest::assertFair);
        List<JsonNode> orders =
                acknowledged.values().stream().map(waybill::awaitEnd).toList();
        // The list is another read model than the one in which the orders have ended.
        waybill.awaitEqual(
                "the acknowledged orders in the list, each once",
                acknowledged.values().stream().sorted().toList(),
                () -> waybill.ordersOf(customer).stream()
                        .map(order -> order.path("orderId").asString())
                        .sorted()
                        .toList());
        new Books(waybill).assertAddsUp(mug, MUGS + received.size(), orders);
    }

    private List<CompletableFuture<Void>> begin(ExecutorService threads, String known) {
        return Stream.generate(() -> CompletableFuture.runAsync(() -> buyAndLookAround(known), threads))
                .limit(BUYERS)
                .toList();
    }

    /** The same request again until it is taken, as a client should. */
    private void buyAndLookAround(String known) {
        while (!over.get()) {
            var order = NewOrder.of(customer, "tok_ok", line(mug, 1));
            Answer placed =
                    insist(waybill.request("POST", "/orders", order.json().toString()), order.idempotencyKey());
            acknowledged.put(
                    order.idempotencyKey(), placed.json().path("orderId").asString());
            String key = UUID.randomUUID().toString();
            insist(waybill.request("POST", "/stock/" + mug + "/receipts", "{\"quantity\": 1}"), key);
            received.add(key);
            for (String path : List.of("/orders/" + known, "/payments?orderId=" + known, "/stock/" + mug)) {
                answers.add(waybill.get(path));
            }
        }
    }

    private Answer insist(HttpRequest.Builder request, String key) {
        request.header("Idempotency-Key", key);
        Instant patience = Instant.now().plus(LIMIT);
        while (true) {
            Answer answer = waybill.send(request);
            answers.add(answer);
            if (answer.status() == 202) {
                return answer;
            }
            assertFair(answer);
            assertThat(Instant.now()).as("still %s", answer).isBefore(patience);
            try {
                TimeUnit.SECONDS.sleep(Long.parseLong(answer.retryAfter().orElseThrow()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting to come again", e);
            }
        }
    }

    private static void assertFair(Answer answer) {
        if (answer.status() != 200 && answer.status() != 202) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(503);
            assertThat(answer.retryAfter()).as("%s", answer).isPresent();
        }
    }

    private void awaitMoreAnswers() {
        int before = answers.size();
        await("more answers").atMost(LIMIT).until(() -> answers.size() >= before + SOME_ANSWERS);
    }
}
