package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.chassis.messaging.CheckpointReached;
import io.waybill.messages.DerivedId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * A service whose database is lost makes it again from the events, by itself: it says what it said before, goes on with
 * what was under way, and nothing happens twice.
 */
@ExtendWith(WaybillExtension.class)
class RebuildTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MUGS = 50;
    private static final int EVENTS_AT_ONCE = 100;
    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final Sandbox sandbox;
    private final String mug = Names.sku("mug");
    private final String lamp = Names.sku("lamp");
    private final String customer = Names.customer("memory");
    private final Map<String, Request> requests = new LinkedHashMap<>();
    /** The same whenever a test asks, also over midnight. */
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);

    private String shipped = "";
    private String rejected = "";
    private String cancelled = "";
    private String atTheBank = "";
    private String backordered = "";
    private String sentBack = "";
    private String returnId = "";

    /** One with a key, and what was answered to it. */
    private record Request(String path, String body, String key, Answer answer) {}

    RebuildTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
        this.sandbox = new Sandbox(system.url(Service.PAYMENT_SERVICE));
    }

    /** Some orders that have ended, and three that wait: for the bank, for goods, for an operator. */
    @BeforeEach
    void haveAHistory() {
        waybill.listProduct(mug, "Enamel mug", 1_490).expect(201);
        waybill.listBackorderable(lamp, "Storm lamp", 4_900).expect(201);
        ask("receipt", "/stock/" + mug + "/receipts", "{\"quantity\": %d}".formatted(MUGS));
        waybill.awaitAvailable(mug, MUGS);
        shipped = place(mug, "tok_ok");
        rejected = place(mug, "tok_declined");
        cancelled = place(mug, "tok_ok");
        atTheBank = place(mug, "tok_3ds");
        backordered = place(lamp, "tok_ok");
        sentBack = place(mug, "tok_ok");
        waybill.awaitTimeline(rejected, "StockReleased");
        waybill.awaitTimeline(rejected, "PaymentUndone");
        waybill.awaitPayment(atTheBank, "ACTION_REQUIRED");
        waybill.awaitStatus(backordered, "CONFIRMED");
        ship(shipped);
        ship(sentBack);
        cancel(cancelled);
        refuseTheRefundOf(sentBack);
    }

    @AfterEach
    void behaveAgain() {
        sandbox.behave();
    }

    @ParameterizedTest
    @EnumSource(
            value = Service.class,
            names = {"ORDER_COMMAND", "ORDER_QUERY", "INVENTORY_SAGA", "PAYMENT_SERVICE"})
    void saysAndDoesWhatItWouldHaveThoughADatabaseIsLost(Service victim) throws Exception {
        var said = everythingSaid();
        var happened = everythingThatHappened();
        var entered = enteredByTheProvider();

        system.stop(victim);
        system.loseDatabase(victim);
        // Looking more often for what is lost, it makes the second half of this faster.
        system.start(victim, "--waybill.look-interval=2s");
        awaitSaid(said);
        assertThat(everythingThatHappened()).isEqualTo(happened);

        system.loseDatabase(victim);
        awaitSaid(said);
        requests.forEach(this::assertAnsweredAsBefore);
        assertThat(everythingThatHappened()).isEqualTo(happened);
        assertThat(enteredByTheProvider()).isEqualTo(entered);

        everythingEndsWell();
    }

    /** The stock of a product knows the last 10,000 reservations that ended; a checkpoint is known for ever. */
    @Test
    void reservesNothingAgainThoughTheStockHasForgottenThatItDid() throws Exception {
        system.stop(Service.INVENTORY_SAGA);
        system.start(Service.INVENTORY_SAGA, "--waybill.look-interval=2s", "--waybill.checkpoint-interval=1s");
        long last = ours().getLast().position();
        waybill.awaitEnd(waybill.placeUntilAccepted(NewOrder.of(Names.customer("next"), "tok_ok", line(mug, 1))));
        // The others have nothing to do since the restart, but what they did before it counts too.
        await("checkpoints")
                .atMost(LIMIT)
                .until(() -> checkpoints().getOrDefault("checkout", -1L) >= last
                        && checkpoints().keySet().containsAll(processors()));
        reserveAndRelease(mug, 10_001);
        // The stock reads them all for its next command: beside everybody else who does, that may take longer than a
        // request.
        awaitEverythingRead();
        waybill.receive(mug, 1).expect(202);
        waybill.awaitJson(
                "/stock/" + mug,
                "the last change",
                stock -> stock.path("onHand").asInt() == MUGS - 1);
        var happened = everythingThatHappened();
        var said = everythingSaid();

        system.loseDatabase(Service.INVENTORY_SAGA);
        awaitSaid(said);
        awaitEverythingRead();

        assertThat(everythingThatHappened()).isEqualTo(happened);
    }

    private void awaitEverythingRead() throws Exception {
        long last = ours().getLast().position();
        waybill.awaitJson(
                "/ops/processors/inventory-saga",
                "everything read",
                service -> service.path("processors")
                        .valueStream()
                        .allMatch(each -> each.path("caughtUp").asBoolean()
                                && each.path("position").asLong() >= last));
    }

    /** Those of the service that have effects elsewhere. */
    private List<String> processors() {
        return waybill.get("/ops/processors/inventory-saga")
                .expect(200)
                .json()
                .path("processors")
                .valueStream()
                .filter(each -> !each.path("kind").asString().equals("PROJECTION"))
                .map(each -> each.path("processor").asString())
                .toList();
    }

    private Map<String, Long> checkpoints() throws Exception {
        Map<String, Long> latest = new HashMap<>();
        try (var log = new EventLog(system.axonServerAddress(), stored -> stored.startsWith("checkpoint/"))) {
            log.read().stream()
                    .map(entry -> (CheckpointReached) entry.payload())
                    .filter(reached -> reached.service().equals("inventory-saga"))
                    .forEach(reached -> latest.merge(reached.processor(), reached.position(), Math::max));
        }
        return latest;
    }

    /** As orders would that nobody knows, but all in a second. */
    private void reserveAndRelease(String sku, int times) throws Exception {
        var address = URI.create("grpc://" + system.axonServerAddress());
        var connections = AxonServerConnectionFactory.forClient("rush")
                .routingServers(new ServerAddress(address.getHost(), address.getPort()))
                .build();
        try {
            EventChannel channel = connections.connect("default").eventChannel();
            String stockId = "stock-" + sku;
            long next = channel.findHighestSequence(stockId).get(10, TimeUnit.SECONDS) + 1;
            for (int done = 0; done < times; done += EVENTS_AT_ONCE / 2) {
                var transaction = channel.startAppendEventsTransaction();
                for (int i = 0; i < EVENTS_AT_ONCE / 2; i++) {
                    String change = """
                            {"sku": "%s", "reservationId": "%s", "orderId": "%s", "quantity": 1, \
                            "allocations": [{"location": "main", "quantity": 1}]}""".formatted(sku, UUID.randomUUID(), UUID.randomUUID());
                    transaction.appendEvent(stockEvent(stockId, next++, "StockReserved", change));
                    transaction.appendEvent(stockEvent(stockId, next++, "StockReleased", change));
                }
                transaction.commit().get(10, TimeUnit.SECONDS);
            }
        } finally {
            connections.shutdown();
        }
    }

    private static Event stockEvent(String stockId, long sequenceNumber, String type, String json) {
        return Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setTimestamp(Instant.now().toEpochMilli())
                .setAggregateType("StockItem")
                .setAggregateIdentifier(stockId)
                .setAggregateSequenceNumber(sequenceNumber)
                .setPayload(SerializedObject.newBuilder()
                        .setType("io.waybill.messages.inventory.StockEvent$" + type)
                        .setRevision("1")
                        .setData(ByteString.copyFromUtf8(json)))
                .build();
    }

    private String place(String sku, String token) {
        var order = NewOrder.of(customer, token, line(sku, 2));
        waybill.placeUntilAccepted(order);
        var answer = waybill.place(order).expect(202);
        requests.put(
                sku + " for " + token + " as " + requests.size(),
                new Request("/orders", order.json().toString(), order.idempotencyKey(), answer));
        return answer.json().path("orderId").asString();
    }

    private void ship(String orderId) {
        waybill.awaitStatus(orderId, "CONFIRMED");
        ask("shipment of " + orderId, "/orders/" + orderId + "/shipments", "{}");
        waybill.awaitStatus(orderId, "SHIPPED");
        waybill.awaitTimeline(orderId, "StockCommitted");
        waybill.awaitPayment(orderId, "CAPTURED");
    }

    private void cancel(String orderId) {
        waybill.awaitStatus(orderId, "CONFIRMED");
        ask("cancellation", "/orders/" + orderId + "/cancel", "{\"reason\": \"Changed my mind\"}");
        waybill.awaitTimeline(orderId, "StockReleased");
        waybill.awaitTimeline(orderId, "PaymentUndone");
    }

    private void refuseTheRefundOf(String orderId) {
        sandbox.misbehave("refundRefused");
        String body = "{\"reason\": \"Chipped\", \"lines\": [{\"sku\": \"%s\", \"quantity\": 2}]}".formatted(mug);
        returnId = ask("return", "/orders/" + orderId + "/returns", body)
                .json()
                .path("returnId")
                .asString();
        waybill.inspectReturn(orderId, returnId, mug, 2, 0).expect(202);
        waybill.awaitTimeline(orderId, "ReturnRefundRefused");
        waybill.awaitJson(
                "/ops/sagas?stalled=true&orderId=" + orderId,
                "a return that waits for somebody",
                waiting -> waiting.at("/items/0/processId").asString("").equals(returnId));
        sandbox.behave();
    }

    private Answer ask(String what, String path, String body) {
        String key = UUID.randomUUID().toString();
        var answer = send(path, body, key).expect(202);
        requests.put(what, new Request(path, body, key, answer));
        return answer;
    }

    private Answer send(String path, String body, String key) {
        return waybill.send(waybill.request("POST", path, body).header("Idempotency-Key", key));
    }

    /** All but the position, which is one from which on the effect can be seen: by now, any. */
    private void assertAnsweredAsBefore(String what, Request request) {
        var again = send(request.path(), request.body(), request.key());
        assertThat(again.status()).as(what).isEqualTo(202);
        assertThat(again.location()).as(what).isEqualTo(request.answer().location());
        assertThat(withoutPosition(again)).as(what).isEqualTo(withoutPosition(request.answer()));
    }

    private static String withoutPosition(Answer answer) {
        return answer.body().replaceAll("\"position\":\\d+", "");
    }

    private List<String> orderIds() {
        return List.of(shipped, rejected, cancelled, atTheBank, backordered, sentBack);
    }

    /** Every view of what happened here, byte for byte. */
    private Map<String, String> everythingSaid() {
        var paths = new ArrayList<>(List.of("/orders?customerId=" + customer, "/ops/sagas/" + returnId));
        for (String sku : List.of(mug, lamp)) {
            paths.addAll(List.of("/products/" + sku, "/stock/" + sku, "/sales?sku=" + sku + days()));
        }
        for (String orderId : orderIds()) {
            paths.addAll(List.of(
                    "/orders/" + orderId,
                    "/orders/" + orderId + "/timeline",
                    "/payments?orderId=" + orderId,
                    "/payments/" + DerivedId.payment(orderId),
                    "/ops/sagas?orderId=" + orderId));
        }
        var said = new LinkedHashMap<String, String>();
        paths.forEach(path -> said.put(path, waybill.get(path).body()));
        return said;
    }

    /** That is seen when the price list is there too, without which nobody can order. */
    private void awaitSaid(Map<String, String> said) {
        waybill.awaitEqual("everything said as before", said, this::everythingSaid);
        waybill.awaitEnd(waybill.placeUntilAccepted(NewOrder.of(Names.customer("next"), "tok_declined", line(mug, 1))));
        waybill.awaitEqual("everything said as before", said, this::everythingSaid);
    }

    private List<String> everythingThatHappened() throws Exception {
        return ours().stream().map(EventLog.Entry::toString).toList();
    }

    private List<EventLog.Entry> ours() throws Exception {
        try (var log = new EventLog(system.axonServerAddress(), this::isOurs)) {
            return log.read();
        }
    }

    private List<String> enteredByTheProvider() {
        return sandbox.ledger()
                .orElseThrow()
                .path("items")
                .valueStream()
                .map(JsonNode::toString)
                .filter(this::isOurs)
                .toList();
    }

    private boolean isOurs(String text) {
        return orderIds().stream()
                .anyMatch(orderId -> text.contains(orderId) || text.contains(DerivedId.payment(orderId)));
    }

    private void everythingEndsWell() {
        sandbox.customerSays(DerivedId.payment(atTheBank), true);
        waybill.receive(lamp, 5).expect(202);
        waybill.post("/ops/sagas/" + returnId + "/retry", "").expect(202);
        waybill.awaitStatus(atTheBank, "CONFIRMED");
        waybill.awaitTimeline(backordered, "BackorderArrived");
        waybill.awaitTimeline(sentBack, "ReturnCompleted");
        var books = new Books(waybill);
        var orders = orderIds().stream()
                .map(orderId -> waybill.order(orderId).expect(200).json())
                .toList();
        books.assertAddsUp(mug, MUGS, orders);
        books.assertAddsUp(lamp, 5, orders);
    }

    private String days() {
        return "&from=%s&to=%s".formatted(today, today.plusDays(1));
    }
}
