package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.web.Idempotency;
import io.waybill.inventory.InventorySagaApplication;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockPolicyChanged;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Counts over REST on the running service, with a node of its own; and what only the whole service shows of stock. */
@SpringBootTest(classes = InventorySagaApplication.class)
@AutoConfigureMockMvc
@ContextConfiguration(initializers = StockApiTest.OwnNode.class)
class StockApiTest {

    private static final String COUNT = "{\"counted\": 7, \"reason\": \"yearly count\"}";

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private CommandGateway commands;

    @Autowired
    private EventStore events;

    @Autowired
    private JsonMapper json;

    @Autowired
    private AxonServerConnectionManager connections;

    private String sku = "";

    @BeforeEach
    void listAndReceive(TestInfo test) {
        sku = "TEA-" + Integer.toHexString(test.getDisplayName().hashCode());
        if (events.lastSequenceNumberFor(StockCommand.stockId(sku)).isEmpty()) {
            commands.sendAndWait(new ListProduct(sku, "Tea, 500 g", new Money(1250, "EUR"), false, 0));
            await().untilAsserted(() -> assertThat(history()).first().isInstanceOf(StockPolicyChanged.class));
            commands.sendAndWait(new ReceiveStock(sku, "receipt-1", 10, "main"));
        }
    }

    @Test
    void countsWhatLiesAtALocation() {
        MvcTestResult main = count("main", COUNT);
        MvcTestResult annex = count("annex", """
                {"counted": 2, "reason": "found", "location": "annex"}""");

        assertThat(main).hasStatus(202);
        assertThat(annex).hasStatus(202);
        JsonNode answer = body(main);
        assertThat(answer.get("sku").asString()).isEqualTo(sku);
        assertThat(answer.get("position").asLong()).isPositive();
        assertThat(counts())
                .extracting(StockCounted::location, StockCounted::counted, StockCounted::delta, StockCounted::reason)
                .containsExactly(tuple("main", 7, -3, "yearly count"), tuple("annex", 2, 2, "found"));
        await().untilAsserted(() -> assertThat(mvc.get().uri("/api/stock/" + sku))
                .bodyJson()
                .extractingPath("$.onHand")
                .isEqualTo(9));
    }

    @Test
    void aRepeatedCountIsAnsweredAsTheFirstOneWas() {
        JsonNode first = body(count("same", COUNT));
        commands.sendAndWait(new ReceiveStock(sku, "receipt-2", 5, "main"));

        assertThat(body(count("same", COUNT))).isEqualTo(first);
        assertThat(counts()).hasSize(1);
    }

    @Test
    void aKeyIsForOneCountOnly() {
        count("once", COUNT);

        refused(count("once", "{\"counted\": 8, \"reason\": \"yearly count\"}"), 422, "IDEMPOTENCY_KEY_REUSED");
        assertThat(counts()).hasSize(1);
    }

    @Test
    void cannotCountFewerThanAreReserved() {
        commands.sendAndWait(new ReserveStock(sku, "r-1", "order-7", 8, Instant.parse("2026-11-01T12:15:00Z")));

        refused(count("below", COUNT), 409, "STOCK_BELOW_RESERVED");
        assertThat(counts()).isEmpty();

        assertThat(count("below", "{\"counted\": 8, \"reason\": \"yearly count\"}"))
                .as("a refusal does not use up the key")
                .hasStatus(202);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                | /counted NOT_NULL, /reason NOT_BLANK
            {"counted": -1, "reason": " "}                                    | /counted MIN, /reason NOT_BLANK
            {"counted": 1000001, "reason": "r", "location": "no place"}       | /counted MAX, /location PATTERN
            {"counted": "seven", "reason": "r"}                               | /counted WRONG_TYPE
            {"counted": 7, "reason": "r", "delta": 1}                         | /delta UNKNOWN_FIELD
            """)
    void namesEveryFaultAndItsPlace(String body, String faults) {
        JsonNode problem = refused(count("faulty", body), 400, "INVALID_REQUEST");

        assertThat(problem.get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString() + " "
                                + error.get("code").asString()))
                .containsExactlyInAnyOrder(faults.split(", "));
    }

    @Test
    void countsOnlyWhatIsListedAndOnlyWithAKey() {
        assertThat(mvc.post()
                        .uri("/api/stock/" + sku + "/counts")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(COUNT))
                .hasStatus(400);
        sku = "NOT-LISTED";

        refused(count("unlisted", COUNT), 404, "PRODUCT_NOT_FOUND");
    }

    /** Whether a snapshot can be made shows only where Spring and the node have their part in it. */
    @Test
    void anItemOfManyEventsGetsASnapshot() {
        for (int i = 0; i < 500; i++) {
            commands.sendAndWait(new ReceiveStock(sku, "many-" + i, 1, "main"));
        }

        await().untilAsserted(() -> assertThat(
                        events.readEvents(StockCommand.stockId(sku)).peek().getPayload())
                .isInstanceOf(StockItem.class));
        commands.sendAndWait(new ReserveStock(sku, "r-1", "order-7", 510, Instant.parse("2026-11-01T12:15:00Z")));
        assertThat(history()).last().isInstanceOf(StockReserved.class);
        assertThat(body(mvc.get().uri("/api/stock/{sku}?version=1", sku).exchange())
                        .get("onHand")
                        .asInt())
                .as("what was before the snapshot")
                .isEqualTo(10);
    }

    @Test
    void showsWhatThereWasAtATime() {
        Instant received = lastChanged();
        await("another millisecond").until(() -> Instant.now().isAfter(received.plusMillis(1)));
        commands.sendAndWait(new ReserveStock(sku, "r-1", "order-7", 4, Instant.parse("2026-11-01T12:15:00Z")));
        Instant reserved = lastChanged();

        assertAvailable(received, 10, 1);
        assertAvailable(reserved.minusMillis(1), 10, 1);
        assertAvailable(reserved, 6, 2);
    }

    private void assertAvailable(Instant at, int pieces, int version) {
        MvcTestResult past = mvc.get().uri("/api/stock/{sku}?at={at}", sku, at).exchange();
        assertThat(past).hasStatusOk().hasHeader("ETag", "\"" + version + "\"");
        assertThat(body(past).get("available").asInt()).isEqualTo(pieces);
    }

    private Instant lastChanged() {
        return events.readEvents(StockCommand.stockId(sku), 0)
                .asStream()
                .reduce((before, last) -> last)
                .orElseThrow()
                .getTimestamp();
    }

    @Test
    void showsWhatThereWasAndWhatChanged() {
        commands.sendAndWait(new ReserveStock(sku, "r-1", "order-7", 4, Instant.parse("2026-11-01T12:15:00Z")));
        JsonNode before = body(mvc.get().uri("/api/stock/{sku}?version=1", sku).exchange());
        MvcTestResult latest = mvc.get().uri("/api/stock/{sku}?version=2", sku).exchange();
        JsonNode changes =
                body(mvc.get().uri("/api/stock/{sku}/changes?from=1", sku).exchange());

        assertThat(before.get("available").asInt()).isEqualTo(10);
        assertThat(latest).hasStatusOk().hasHeader("ETag", "\"2\"");
        await().untilAsserted(() -> assertThat(
                        body(mvc.get().uri("/api/stock/{sku}", sku).exchange()))
                .isEqualTo(body(latest)));
        assertThat(changes.at("/versions/0/type").asString()).isEqualTo("StockReserved");
        assertThat(changes.at("/difference")
                        .valueStream()
                        .map(change -> change.get("pointer").asString()))
                .contains("/reserved", "/available", "/locations/0/reserved");
        refused(mvc.get().uri("/api/stock/{sku}?version=3", sku).exchange(), 404, "VERSION_NOT_FOUND");
        refused(mvc.get().uri("/api/stock/{sku}?version=first", sku).exchange(), 400, "INVALID_REQUEST");
        refused(mvc.get().uri("/api/stock/{sku}?at=yesterday", sku).exchange(), 400, "INVALID_REQUEST");
        refused(mvc.get().uri("/api/stock/{sku}/changes", sku + "-NONE").exchange(), 404, "STOCK_NOT_FOUND");
    }

    @Test
    void aSnapshotOfAnEarlierRevisionIsPassedOver() throws Exception {
        String stockId = StockCommand.stockId(sku + "-OLD");
        events.publish(new GenericDomainEventMessage<>(
                "StockItem", stockId, 0, new StockReceived(sku + "-OLD", "receipt-1", 7, "main")));
        var ofNothing = Event.newBuilder()
                .setMessageIdentifier(stockId)
                .setAggregateIdentifier(stockId)
                .setAggregateType("StockItem")
                .setSnapshot(true)
                .setPayload(SerializedObject.newBuilder()
                        .setType(StockItem.class.getName())
                        .setRevision("0")
                        .setData(ByteString.copyFromUtf8("{\"stockId\": \"" + stockId + "\"}")))
                .build();
        connections.getConnection().eventChannel().appendSnapshot(ofNothing).get(10, TimeUnit.SECONDS);

        commands.sendAndWait(
                new ReserveStock(sku + "-OLD", "r-1", "order-7", 7, Instant.parse("2026-11-01T12:15:00Z")));

        assertThat(events.readEvents(stockId, 0).asStream().map(DomainEventMessage::getPayload))
                .last()
                .isInstanceOf(StockReserved.class);
    }

    private MvcTestResult count(String key, String body) {
        return mvc.post()
                .uri("/api/stock/" + sku + "/counts")
                .header(Idempotency.HEADER, key)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private JsonNode body(MvcTestResult answer) {
        return json.readTree(answer.getResponse().getContentAsByteArray());
    }

    private JsonNode refused(MvcTestResult answer, int status, String code) {
        JsonNode problem = body(answer);
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(answer).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return problem;
    }

    private List<StockCounted> counts() {
        return history().stream()
                .filter(StockCounted.class::isInstance)
                .map(StockCounted.class::cast)
                .toList();
    }

    private List<?> history() {
        return events.readEvents(StockCommand.stockId(sku), 0)
                .asStream()
                .map(DomainEventMessage::getPayload)
                .toList();
    }

    static final class OwnNode implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        context,
                        "axon.axonserver.servers="
                                + AxonServerNode.start(AxonServerOptions.embedded())
                                        .address(),
                        "waybill.mongodb.uri=",
                        "waybill.mongodb.data-folder=" + Files.createTempDirectory("stock"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
