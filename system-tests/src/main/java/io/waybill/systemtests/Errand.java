package io.waybill.systemtests;

import static org.awaitility.Awaitility.await;

import io.waybill.systemtests.Rendezvous.Gate;
import io.waybill.systemtests.Rendezvous.Point;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One order, with products of its own, that takes the course of a {@link Story}. It may be stopped at one point; and it
 * asks for nothing while a process is down, so that whatever goes wrong does so at that point.
 */
final class Errand {

    static final int MUGS = 10;
    static final int BLANKETS = 5;
    /** What is in the order and the books shows in the timeline very soon after whoever shows it is up. */
    private static final Duration EFFECTS_LIMIT = Duration.ofMinutes(1);

    private static final int MUG_MINOR = 1_490;
    private static final int BLANKET_MINOR = 7_900;

    final WaybillClient waybill;

    private final Sandbox sandbox;
    private final Rendezvous rendezvous;
    /** Held by whoever kills. */
    private final Lock allIsWell;

    private final @Nullable Point stop;
    private final AtomicReference<@Nullable Gate> gate = new AtomicReference<>();
    /** Nobody would open a gate that is shut after this. */
    private volatile boolean goesOn;

    private final List<String> orderIds = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();

    private final String run = UUID.randomUUID().toString().substring(24);
    final String mug = "MUG-" + run;
    final String blanket = "BLANKET-" + run;

    /** @param stop where it is held; null if nowhere */
    Errand(WaybillClient waybill, Sandbox sandbox, Rendezvous rendezvous, Lock allIsWell, @Nullable Point stop) {
        this.waybill = waybill;
        this.sandbox = sandbox;
        this.rendezvous = rendezvous;
        this.allIsWell = allIsWell;
        this.stop = stop;
    }

    String orderId() {
        return orderIds.getFirst();
    }

    boolean stands() {
        Gate shut = gate.get();
        return shut != null && shut.isReached();
    }

    /** Grows with each request that was answered and each point that it came to. */
    int progress() {
        return requests.get()
                + orderIds.stream()
                        .mapToInt(order -> rendezvous.reached(order).size())
                        .sum();
    }

    /** Is not stopped any more, or goes on. */
    void goOn() {
        goesOn = true;
        Gate shut = gate.get();
        if (shut != null) {
            shut.open();
        }
    }

    // What stories consist of.

    void offer() {
        ask(() -> waybill.listProduct(mug, "Enamel mug", MUG_MINOR), 201);
        ask(() -> waybill.receive(mug, MUGS), 202);
        ask(() -> waybill.listProduct(blanket, "Wool blanket", BLANKET_MINOR), 201);
        ask(() -> waybill.receive(blanket, BLANKETS), 202);
        waybill.awaitAvailable(mug, MUGS);
        waybill.awaitAvailable(blanket, BLANKETS);
    }

    void offerAhead() {
        ask(() -> waybill.listBackorderable(mug, "Copper kettle", MUG_MINOR), 201);
        waybill.awaitJson(
                "/stock/" + mug,
                "a stock that may be ordered ahead",
                stock -> stock.path("backorderable").asBoolean());
    }

    void place(String token, NewOrder.Line... lines) {
        var order = NewOrder.of("customer-" + run, token, lines);
        locked(() -> {
            String orderId = waybill.placeUntilAccepted(order);
            if (stop != null) {
                Gate shut = rendezvous.shut(stop, orderId);
                gate.set(shut);
                if (goesOn) {
                    shut.open();
                }
            }
            admit(orderId);
            return orderId;
        });
    }

    void admit(String orderId) {
        orderIds.add(orderId);
        rendezvous.admit(orderId);
    }

    /** Sends one request, which is expected to be accepted, at once or when it is sent again: everything is up. */
    String ask(Supplier<Answer> request, int status, String field) {
        return locked(request).expect(status).json().path(field).asString("");
    }

    void ask(Supplier<Answer> request, int status) {
        locked(request).expect(status);
    }

    private <T> T locked(Supplier<T> request) {
        allIsWell.lock();
        try {
            T answer = request.get();
            requests.incrementAndGet();
            return answer;
        } finally {
            allIsWell.unlock();
        }
    }

    JsonNode awaitStatus(String status) {
        return waybill.awaitStatus(orderId(), status);
    }

    void awaitEvent(String type) {
        waybill.awaitTimeline(orderId(), type);
    }

    void awaitStep(String processId, String step) {
        waybill.awaitJson(
                "/ops/sagas/" + processId,
                "process " + processId + " at " + step,
                process -> process.path("step").asString("").equals(step));
    }

    /** Waits until the customer has something to do at the bank, and does it or refuses. */
    void customerSays(boolean approved) {
        String actionUrl = waybill.awaitJson(
                        "/payments?orderId=" + orderId(),
                        "a question to the customer of order " + orderId(),
                        payments -> payments.at("/items/0/actionUrl").isString())
                .at("/items/0/actionUrl")
                .asString();
        locked(() -> {
            sandbox.customerSays(actionUrl.substring(actionUrl.lastIndexOf('/') + 1), approved);
            return actionUrl;
        });
    }

    Gate holdProvider(String operation) {
        return rendezvous.shut(new Point("provider/" + operation, "before"), orderId());
    }

    // What has become of it.

    /** The points it came to, in that order, with what the step wanted when it first did. */
    Map<Point, String> reached() {
        return rendezvous.reached(orderId());
    }

    /** The point it came to last; empty before the first. */
    Optional<Point> lastReached() {
        return orderIds.stream()
                .flatMap(order -> rendezvous.reached(order).keySet().stream())
                .reduce((before, after) -> after);
    }

    /** How often each event happened to its orders. */
    Map<String, Integer> effects() {
        var effects = new TreeMap<String, Integer>();
        for (String orderId : orderIds) {
            waybill.timeline(orderId)
                    .expect(200)
                    .json()
                    .path("entries")
                    .findValuesAsString("type")
                    .forEach(type -> effects.merge(type, 1, Integer::sum));
        }
        // Whether somebody had to ask again is no effect.
        effects.remove("OutcomeUnknown");
        return effects;
    }

    /** Waits until everything has happened that should, and nothing more has. */
    void awaitEffects(Map<String, Integer> expected) {
        var last = new AtomicReference<Map<String, Integer>>(Map.of());
        try {
            await("the same events as ever").atMost(EFFECTS_LIMIT).until(() -> {
                last.set(effects());
                return last.get().equals(expected);
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not the events of an undisturbed order, " + difference(expected, last.get()), e);
        }
    }

    private static String difference(Map<String, Integer> expected, Map<String, Integer> actual) {
        var types = new TreeSet<>(expected.keySet());
        types.addAll(actual.keySet());
        return types.stream()
                .filter(type -> !Objects.equals(expected.get(type), actual.get(type)))
                .map(type ->
                        actual.getOrDefault(type, 0) + " x " + type + " instead of " + expected.getOrDefault(type, 0))
                .collect(Collectors.joining(", "));
    }

    /** Stock and money of its orders; waits for what is still on the way. */
    void assertAddsUp(int mugs, int blankets) {
        List<JsonNode> orders = orderIds.stream().map(this::orderAfterAll).toList();
        var books = new Books(waybill);
        books.assertAddsUp(mug, mugs, orders);
        if (blankets > 0) {
            books.assertAddsUp(blanket, blankets, orders);
        }
    }

    /** The order, not as it was before what its timeline shows. */
    private JsonNode orderAfterAll(String orderId) {
        JsonNode entries = waybill.timeline(orderId).expect(200).json().path("entries");
        long last = entries.get(entries.size() - 1).path("position").asLong();
        return waybill.orderAsOf(orderId, last).expect(200).json();
    }
}
