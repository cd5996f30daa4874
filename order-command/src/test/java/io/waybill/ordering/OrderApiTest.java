package io.waybill.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.web.Idempotency;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.ordering.pricelist.PriceList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The REST API on the running service, with a node of its own; what the sagas would do is done by hand. */
@SpringBootTest(classes = OrderCommandApplication.class)
@AutoConfigureMockMvc
@ContextConfiguration(initializers = OrderApiTest.OwnNode.class)
class OrderApiTest {

    private static final Money TEA_PRICE = new Money(1250, "EUR");
    private static final Money CUP_PRICE = new Money(999, "EUR");

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private CheckoutBacklog backlog;

    @Autowired
    private CommandGateway sagas;

    @Autowired
    private EventStore events;

    @Autowired
    private PriceList priceList;

    @Autowired
    private MongoDatabase database;

    @Autowired
    private JsonMapper json;

    @BeforeEach
    void offerTeaAndCups() {
        if (priceList.unitPrice("CUP-1").isEmpty()) {
            publish(
                    new ProductListed("TEA-500", "Tea, 500 g", TEA_PRICE, false, 0),
                    new ProductListed("CUP-1", "Cup", CUP_PRICE, false, 0));
            await().until(() -> priceList.unitPrice("CUP-1").isPresent());
        }
    }

    /** As the products of the inventory service do. */
    private void publish(ProductEvent... happened) {
        for (ProductEvent event : happened) {
            long sequence = events.lastSequenceNumberFor(event.sku()).orElse(-1L) + 1;
            events.publish(new GenericDomainEventMessage<>("Product", event.sku(), sequence, event));
        }
    }

    @Test
    void takesNoOrdersWhileTooManyWaitForTheirCheckout() {
        List<String> waiting =
                IntStream.range(0, 1000).mapToObj(i -> "waiting-" + i).toList();
        waiting.forEach(orderId -> backlog.on(CheckoutBacklogTest.placed(orderId)));

        MvcTestResult refused = place("{\"sku\": \"TEA-500\", \"quantity\": 1}");

        assertThat(refused).hasStatus(503).containsHeader(HttpHeaders.RETRY_AFTER);
        assertThat(refused).bodyJson().extractingPath("$.code").isEqualTo("OVERLOADED");

        events.publish(waiting.stream()
                .map(orderId -> GenericEventMessage.asEventMessage(new OrderConfirmed(orderId, List.of())))
                .toList());
        await().untilAsserted(() ->
                assertThat(place("{\"sku\": \"TEA-500\", \"quantity\": 1}")).hasStatus(202));
    }

    @Test
    void takesNoOrderWhileThePricesAreReadAgain() {
        database.getCollection("tokens").deleteMany(new Document());

        assertThat(mvc.post()
                        .uri("/api/orders")
                        .header(Idempotency.HEADER, "while-prices-are-read")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("""
                                {"customerId": "customer-7", "lines": [{"sku": "TEA-500", "quantity": 1}],
                                 "shippingAddress": {"name": "A", "line1": "B 1", "postalCode": "1", "city": "C",
                                 "country": "DE"}, "paymentToken": "tok_ok"}"""))
                .hasStatus(503)
                .containsHeader("Retry-After")
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("PRICE_LIST_REBUILDING");
        await().atMost(Duration.ofSeconds(20)).until(() -> !priceList.isRebuilding());
    }

    @Test
    void cancels() {
        String orderId = placed();

        JsonNode answer = accepted(post(orderId, "/cancel", "{\"reason\": \"changed my mind\"}"));

        assertThat(answer.get("cancellationId").asString()).isNotEmpty();
        assertThat(last(orderId)).isInstanceOf(OrderCancelled.class);
    }

    @Test
    void amendsWithThePricesOfTheList() {
        String orderId = confirmed();

        JsonNode answer = accepted(post(orderId, "/amend", """
                {"lines": [{"sku": "TEA-500", "quantity": 2}, {"sku": "CUP-1", "quantity": 1}]}"""));

        assertThat(last(orderId)).isInstanceOfSatisfying(AmendmentRequested.class, asked -> {
            assertThat(asked.amendmentId()).isEqualTo(answer.get("amendmentId").asString());
            assertThat(asked.lines())
                    .containsExactly(new OrderLine("TEA-500", 2, TEA_PRICE), new OrderLine("CUP-1", 1, CUP_PRICE));
            assertThat(asked.increases()).containsExactly(new LineQuantity("CUP-1", 1));
        });
    }

    @Test
    void amendsWithTheOldPriceOfWhatIsInTheOrder() {
        publish(new ProductListed("POT-1", "Pot", new Money(100, "EUR"), false, 0));
        await().until(() -> priceList.unitPrice("POT-1").isPresent());
        String orderId = confirmed("{\"sku\": \"POT-1\", \"quantity\": 1}");
        publish(new ProductPriceChanged("POT-1", new Money(900, "EUR")));
        await().until(() -> priceList.unitPrice("POT-1").equals(Optional.of(new Money(900, "EUR"))));

        accepted(post(orderId, "/amend", "{\"lines\": [{\"sku\": \"POT-1\", \"quantity\": 2}]}"));

        assertThat(last(orderId))
                .isInstanceOfSatisfying(
                        AmendmentRequested.class,
                        asked -> assertThat(asked.total()).isEqualTo(new Money(200, "EUR")));
    }

    @Test
    void noChangeOfAProductReachesAnOrderThatWasPlaced() {
        publish(new ProductListed("MUG-1", "Mug", new Money(100, "EUR"), false, 0));
        await().until(() -> priceList.unitPrice("MUG-1").isPresent());
        String orderId = confirmed("{\"sku\": \"MUG-1\", \"quantity\": 2}");
        List<?> before = history(orderId);

        publish(
                new ProductChanged("MUG-1", "Big mug", true, 5),
                new ProductPriceChanged("MUG-1", new Money(900, "EUR")));
        await().until(() -> priceList.unitPrice("MUG-1").equals(Optional.of(new Money(900, "EUR"))));

        assertThat(history(orderId)).isEqualTo(before);
        accepted(post(orderId, "/shipments", "{}"));
        assertThat(last(orderId))
                .isInstanceOfSatisfying(
                        ShipmentRequested.class,
                        shipment -> assertThat(shipment.amount()).isEqualTo(new Money(200, "EUR")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}"})
    void shipsAndDeliversAllWithoutSayingWhat(String nothing) {
        String orderId = confirmed();

        String shipmentId =
                accepted(post(orderId, "/shipments", nothing)).get("shipmentId").asString();

        assertThat(last(orderId))
                .isEqualTo(new ShipmentRequested(
                        orderId, shipmentId, List.of(new LineQuantity("TEA-500", 2)), new Money(2500, "EUR"), null));
        sagas.sendAndWait(new RecordShipment(orderId, shipmentId));

        accepted(post(orderId, "/deliveries", nothing));

        assertThat(last(orderId)).isEqualTo(new ShipmentDelivered(orderId, shipmentId, true));
    }

    @Test
    void shipsAPartUnderATrackingCode() {
        String orderId = confirmed();

        String shipmentId =
                accepted(post(orderId, "/shipments", """
                        {"lines": [{"sku": "TEA-500", "quantity": 1}], "trackingCode": "JD0002"}""")).get("shipmentId").asString();

        assertThat(last(orderId))
                .isEqualTo(new ShipmentRequested(
                        orderId, shipmentId, List.of(new LineQuantity("TEA-500", 1)), TEA_PRICE, "JD0002"));
    }

    @Test
    void takesGoodsBack() {
        String orderId = shipped();

        String returnId =
                accepted(post(orderId, "/returns", """
                        {"lines": [{"sku": "TEA-500", "quantity": 2}], "reason": "too strong"}""")).get("returnId").asString();
        assertThat(last(orderId))
                .isEqualTo(new ReturnRequested(
                        orderId, returnId, List.of(new LineQuantity("TEA-500", 2)), "too strong", null));

        accepted(post(orderId, "/returns/" + returnId + "/receipts", ""));
        assertThat(last(orderId)).isEqualTo(new ReturnReceived(orderId, returnId));

        accepted(post(orderId, "/returns/" + returnId + "/inspections", """
                {"lines": [{"sku": "TEA-500", "restocked": 1, "writtenOff": 1}],
                 "refund": {"minor": 1300, "currency": "EUR"}}"""));
        assertThat(last(orderId))
                .isEqualTo(new ReturnInspected(
                        orderId, returnId, List.of(new InspectedLine("TEA-500", 1, 1)), new Money(1300, "EUR")));
    }

    @Test
    void exchangesGoodsForOthersAtThePricesOfTheList() {
        String orderId = shipped();

        JsonNode answer = accepted(post(orderId, "/exchanges", """
                {"lines": [{"sku": "TEA-500", "quantity": 1}], "reason": "rather a cup",
                 "wanted": [{"sku": "CUP-1", "quantity": 1}], "paymentToken": "tok_ok"}"""));

        assertThat(last(orderId)).isInstanceOfSatisfying(ExchangeRequested.class, exchange -> {
            assertThat(exchange.returnId()).isEqualTo(answer.get("returnId").asString());
            assertThat(exchange.exchangeOrderId())
                    .isEqualTo(answer.get("exchangeOrderId").asString());
            assertThat(exchange.lines()).containsExactly(new OrderLine("CUP-1", 1, CUP_PRICE));
        });
    }

    @Test
    void answersARepeatedRequestWithTheFirstAnswer() {
        String orderId = confirmed();

        JsonNode first = accepted(keyed(orderId, "/shipments", "parcel"));
        JsonNode second = accepted(keyed(orderId, "/shipments", "parcel"));

        assertThat(second).isEqualTo(first);
        assertThat(history(orderId)).hasSize(3);
    }

    @Test
    void theSameKeyForAnotherOrderIsAnotherRequest() {
        JsonNode one = accepted(keyed(confirmed(), "/shipments", "parcel-of-two"));
        JsonNode other = accepted(keyed(confirmed(), "/shipments", "parcel-of-two"));

        assertThat(other.get("shipmentId")).isNotEqualTo(one.get("shipmentId"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /cancel    | {"reason": "changed my mind"}
            /amend     | {"lines": [{"sku": "TEA-500", "quantity": 5}]}
            /shipments | {}
            """)
    void changesOnlyTheVersionThatTheSenderKnows(String path, String body) {
        String orderId = confirmed();

        refused(ifMatch(orderId, path, body, "\"0\""), 412, "VERSION_MISMATCH");
        refused(ifMatch(orderId, path, body, "1"), 400, "IF_MATCH_INVALID");
        accepted(ifMatch(orderId, path, body, "\"1\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /cancel    | {"reason": " "}                                                  | /reason NOT_BLANK
            /amend     | {"lines": []}                                                    | /lines NOT_EMPTY
            /amend     | {"lines": [{"sku": "TEA-500", "quantity": 0}, {"sku": "CUP-1"}]} | /lines/0/quantity MIN, /lines/1/quantity NOT_NULL
            /amend     | {"lines": [{"sku": "TEA-500", "quantity": 1, "price": 1}]}       | /lines/0/price UNKNOWN_FIELD
            /amend     | {"lines": [{"sku": "CUP-1", "quantity": 1}, {"sku": "CUP-1", "quantity": 1}]} | /lines/1/sku REPEATED_SKU
            /shipments | {"lines": []}                                                    | /lines SIZE
            /shipments | {"line": 1, "trackingCode": ""}                                  | /line UNKNOWN_FIELD, /trackingCode SIZE
            /shipments | {"lines": [{"sku": "CUP-1", "quantity": 1}, {"sku": "CUP-1", "quantity": 1}]} | /lines/1/sku REPEATED_SKU
            /deliveries | {"shipmentId": 7}                                               | /shipmentId WRONG_TYPE
            /returns   | {}                                                               | /lines NOT_EMPTY, /reason NOT_BLANK
            /returns   | {"lines": [null], "reason": "r"}                                 | /lines/0 NOT_NULL
            /returns/1/receipts | {"lines": []}                                           | /lines UNKNOWN_FIELD
            /returns/1/inspections | {"lines": [{"sku": "CUP-1", "restocked": -1}]}       | /lines/0/restocked MIN, /lines/0/writtenOff NOT_NULL
            /returns/1/inspections | {"lines": [{"sku": "CUP-1", "restocked": 1, "writtenOff": 0}, {"sku": "CUP-1", "restocked": 1, "writtenOff": 0}]} | /lines/1/sku REPEATED_SKU
            /returns/1/inspections | {"lines": [{"sku": "CUP-1", "restocked": 1, "writtenOff": 0}], "refund": {"minor": -1}} | /refund/currency NOT_BLANK, /refund/minor MIN
            /returns/1/inspections | {"lines": [{"sku": "CUP-1", "restocked": 1, "writtenOff": 0}], "refund": {"minor": 1, "currency": "EURO"}} | /refund/currency UNKNOWN_CURRENCY
            /exchanges | {"lines": [{"sku": "CUP-1", "quantity": 1}], "reason": "r", "wanted": [], "paymentToken": "4242424242424242"} | /paymentToken PATTERN, /wanted NOT_EMPTY
            /exchanges | {"lines": [{"sku": "CUP-1", "quantity": 1}], "reason": "r", "wanted": [{"sku": "CUP-1", "quantity": 1}, {"sku": "CUP-1", "quantity": 1}], "paymentToken": "tok_ok"} | /wanted/1/sku REPEATED_SKU
            """)
    void namesEveryFaultAndItsPlace(String path, String body, String faults) {
        JsonNode problem = refused(post("any-order", path, body), 400, "INVALID_REQUEST");

        assertThat(problem.get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString() + " "
                                + error.get("code").asString()))
                .containsExactlyInAnyOrder(faults.split(", "));
    }

    @Test
    void namesEveryProductThatIsNotKnown() {
        JsonNode problem = refused(
                post(placed(), "/amend", "{\"lines\": [{\"sku\": \"NONE\", \"quantity\": 1}]}"), 422, "UNKNOWN_SKU");

        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/lines/0/sku");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /cancel                | {"reason": "changed my mind"}
            /amend                 | {"lines": [{"sku": "TEA-500", "quantity": 5}]}
            /shipments             | {}
            /deliveries            | {}
            /returns               | {"lines": [{"sku": "TEA-500", "quantity": 1}], "reason": "r"}
            /returns/1/receipts    | {}
            /returns/1/inspections | {"lines": [{"sku": "TEA-500", "restocked": 1, "writtenOff": 0}]}
            """)
    void knowsNoOrderThatWasNotPlaced(String path, String body) {
        refused(post("no-such-order", path, body), 404, "ORDER_NOT_FOUND");
    }

    private String placed() {
        return placed("{\"sku\": \"TEA-500\", \"quantity\": 2}");
    }

    private String placed(String line) {
        MvcTestResult answer = place(line);
        return accepted(answer).get("orderId").asString();
    }

    private MvcTestResult place(String line) {
        return mvc.post()
                .uri("/api/orders")
                .header(Idempotency.HEADER, UUID.randomUUID().toString())
                .contentType(MediaType.APPLICATION_JSON)
                .content("""
                        {"customerId": "customer-7", "lines": [%s], "paymentToken": "tok_ok",
                         "shippingAddress": {"name": "Ada Lovelace", "line1": "12 St James's Square",
                                             "postalCode": "SW1Y 4JH", "city": "London", "country": "GB"}}""".formatted(line))
                .exchange();
    }

    private String confirmed() {
        return confirmed("{\"sku\": \"TEA-500\", \"quantity\": 2}");
    }

    private String confirmed(String line) {
        String orderId = placed(line);
        sagas.sendAndWait(new ConfirmOrder(orderId, List.of()));
        return orderId;
    }

    private String shipped() {
        String orderId = confirmed();
        String shipmentId =
                accepted(post(orderId, "/shipments", "{}")).get("shipmentId").asString();
        sagas.sendAndWait(new RecordShipment(orderId, shipmentId));
        return orderId;
    }

    private MvcTestResult post(String orderId, String path, String body) {
        return post(orderId, path, body, HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON_VALUE);
    }

    private MvcTestResult ifMatch(String orderId, String path, String body, String version) {
        return post(orderId, path, body, HttpHeaders.IF_MATCH, version);
    }

    private MvcTestResult keyed(String orderId, String path, String key) {
        return post(orderId, path, "{}", Idempotency.HEADER, key);
    }

    private MvcTestResult post(String orderId, String path, @Nullable String body, String header, String value) {
        var request = mvc.post().uri("/api/orders/" + orderId + path).header(header, value);
        return body == null || body.isEmpty()
                ? request.exchange()
                : request.contentType(MediaType.APPLICATION_JSON).content(body).exchange();
    }

    private JsonNode accepted(MvcTestResult answer) {
        assertThat(answer).hasStatus(202);
        JsonNode body = json.readTree(answer.getResponse().getContentAsByteArray());
        assertThat(body.get("orderId").asString()).isNotEmpty();
        assertThat(body.get("position").asLong()).isPositive();
        return body;
    }

    private JsonNode refused(MvcTestResult answer, int status, String code) {
        JsonNode problem = json.readTree(answer.getResponse().getContentAsByteArray());
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(answer).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return problem;
    }

    private Object last(String orderId) {
        return history(orderId).getLast();
    }

    private List<?> history(String orderId) {
        return events.readEvents(orderId)
                .asStream()
                .map(DomainEventMessage::getPayload)
                .toList();
    }

    static final class OwnNode implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                AxonServerNode node = AxonServerNode.start(AxonServerOptions.embedded());
                TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        context,
                        "axon.axonserver.servers=" + node.address(),
                        "waybill.mongodb.uri=",
                        "waybill.look-interval=2s",
                        "waybill.mongodb.data-folder=" + Files.createTempDirectory("orders"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
