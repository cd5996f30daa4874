package io.waybill.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.messages.operations.DeadLetterEvent;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterDiscarded;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetried;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetryRequested;
import io.waybill.messages.operations.DeadLetterEvent.DeadLettersRetried;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * A product that was changed before it was listed: no view can show that. It is parked with all later news of this
 * product until somebody decides, and nothing else waits for it.
 */
@ExtendWith(WaybillExtension.class)
class DeadLetterTest {

    private static final String PRODUCTS = "/ops/dead-letters/inventory-saga/products";

    private final WaybillClient waybill;
    private final String address;
    private final AxonServerConnectionFactory connections;
    private final AxonServerConnection eventStore;
    private final String tea = Names.sku("tea");
    private final String poison = UUID.randomUUID().toString();
    private final String listing = UUID.randomUUID().toString();

    DeadLetterTest(WaybillSystem system, WaybillClient waybill) {
        this.waybill = waybill;
        this.address = system.axonServerAddress();
        var uri = URI.create("grpc://" + address);
        connections = AxonServerConnectionFactory.forClient("dead-letters")
                .routingServers(new ServerAddress(uri.getHost(), uri.getPort()))
                .build();
        eventStore = connections.connect("default");
    }

    @BeforeEach
    void storeAPoisonEventAndOneBehindIt() throws Exception {
        store(
                poison,
                0,
                "ProductChanged",
                "{\"sku\": \"%s\", \"name\": \"Tea\", \"backorderable\": false, \"lowStockThreshold\": 0}");
        store(
                listing,
                1,
                "ProductListed",
                "{\"sku\": \"%s\", \"name\": \"Tea\", \"unitPrice\": {\"minor\": 1250, \"currency\": \"EUR\"}, "
                        + "\"backorderable\": false, \"lowStockThreshold\": 0}");
        waybill.awaitJson(
                "/ops/dead-letters?processor=products",
                "both events parked",
                answer -> letters(answer)
                        .map(letter -> letter.path("letterId").asString())
                        .toList()
                        .containsAll(List.of(poison, listing)));
    }

    @AfterEach
    void leaveNothingParked() {
        waybill.get("/ops/dead-letters").expect(200).json().path("services").forEach(service -> {
            String name = service.path("service").asString();
            service.path("items").forEach(letter -> discard(name, letter));
        });
        connections.shutdown();
    }

    @Test
    void whatCannotBeShownIsParkedAndWaitsForAnOperatorWhileTheRestGoesOn() throws Exception {
        String healthy = Names.sku("healthy");
        waybill.offer(healthy, "Coffee", 900, 1);
        waybill.get("/products/" + healthy).expect(200);
        waybill.get("/products/" + tea).expect(404);
        JsonNode parked = waybill.get(PRODUCTS + "/" + poison).expect(200).json();
        assertThat(parked.at("/payload/sku").asString()).isEqualTo(tea);
        assertThat(parked.at("/letter/cause").asString()).isEqualTo("changed before it was listed");

        JsonNode retried = waybill.post(PRODUCTS + "/" + listing + "/retry", "")
                .expect(200)
                .json();
        assertThat(retried.path("handled").asBoolean()).isFalse();
        waybill.post(PRODUCTS + "/" + poison + "/discard", "{}").expect(400);
        waybill.post(PRODUCTS + "/" + poison + "/discard", "{\"reason\": \"never happened\"}")
                .expect(200);
        JsonNode all = waybill.post(PRODUCTS + "/retry", "").expect(200).json();

        assertThat(all.path("parked").asLong()).isZero();
        assertThat(waybill.get("/products/" + tea)
                        .expect(200)
                        .json()
                        .path("name")
                        .asString())
                .isEqualTo("Tea");
        waybill.get(PRODUCTS + "/" + poison).expect(404);
        assertThat(decisionsAbout("inventory-saga"))
                .containsSubsequence(
                        "asked for " + listing,
                        "retried " + listing,
                        "discarded " + poison + " never happened",
                        "asked for all",
                        "retried all");
    }

    @Test
    void operatorsSeeHowFarEachServiceIs() {
        JsonNode answer = waybill.awaitJson(
                "/ops/processors",
                "all services caught up",
                processors -> StreamSupport.stream(processors.path("services").spliterator(), false)
                        .flatMap(service ->
                                StreamSupport.stream(service.path("processors").spliterator(), false))
                        .allMatch(processor -> processor.path("caughtUp").asBoolean()));

        assertThat(answer.path("complete").asBoolean()).isTrue();
        assertThat(answer.path("services").findValuesAsString("service"))
                .containsExactly("inventory-saga", "order-command", "order-query", "payment-service");
        assertThat(answer.findValuesAsString("processor"))
                .contains("checkout", "products", "timeline", "price-list", "payment-pages");
    }

    private static Stream<JsonNode> letters(JsonNode answer) {
        return StreamSupport.stream(answer.path("services").spliterator(), false)
                .flatMap(service -> StreamSupport.stream(service.path("items").spliterator(), false));
    }

    private void discard(String service, JsonNode letter) {
        waybill.post(
                        "/ops/dead-letters/%s/%s/%s/discard"
                                .formatted(
                                        service,
                                        letter.path("processor").asString(),
                                        letter.path("letterId").asString()),
                        "{\"reason\": \"the test is over\"}")
                .expect(200);
    }

    /** What the event store has of the decisions about dead letters of a service. */
    private List<String> decisionsAbout(String service) throws Exception {
        // Others may be in a form of an earlier release, from another test.
        try (var log = new EventLog(address, event -> event.contains("\"processor\""))) {
            return log.read().stream()
                    .map(EventLog.Entry::payload)
                    .filter(DeadLetterEvent.class::isInstance)
                    .map(DeadLetterEvent.class::cast)
                    .filter(decision -> decision.service().equals(service))
                    .map(DeadLetterTest::summary)
                    .toList();
        }
    }

    private static String summary(DeadLetterEvent decision) {
        return switch (decision) {
            case DeadLetterRetryRequested asked -> "asked for " + (asked.letterId() == null ? "all" : asked.letterId());
            case DeadLetterRetried retried -> "retried " + retried.letterId();
            case DeadLettersRetried all -> "retried all";
            case DeadLetterDiscarded discarded -> "discarded " + discarded.letterId() + " " + discarded.reason();
        };
    }

    private void store(String eventId, long sequenceNumber, String type, String json) throws Exception {
        var event = Event.newBuilder()
                .setMessageIdentifier(eventId)
                .setTimestamp(Instant.now().toEpochMilli())
                .setAggregateType("Product")
                .setAggregateIdentifier(tea)
                .setAggregateSequenceNumber(sequenceNumber)
                .setPayload(SerializedObject.newBuilder()
                        .setType("io.waybill.messages.inventory.ProductEvent$" + type)
                        .setData(ByteString.copyFrom(json.formatted(tea), UTF_8)))
                .build();
        eventStore.eventChannel().appendEvents(event).get(10, TimeUnit.SECONDS);
    }
}
