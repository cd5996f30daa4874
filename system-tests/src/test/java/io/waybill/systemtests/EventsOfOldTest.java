package io.waybill.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.messages.DerivedId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An order that was stored when money was taken on confirmation and a payment had one capture. Its events are the golden
 * files of that time, put into the event store as they were.
 */
@ExtendWith(WaybillExtension.class)
class EventsOfOldTest {

    private static final Path GOLDEN = Path.of("../shared-events/src/test/resources/golden");
    private static final String GOLDEN_ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String GOLDEN_SKU = "TEA-500";

    private final WaybillClient waybill;
    private final String tea = Names.sku("tea");
    private final String orderId = UUID.randomUUID().toString();
    private final AxonServerConnectionFactory connections;
    private final AxonServerConnection eventStore;

    EventsOfOldTest(WaybillSystem system, WaybillClient waybill) {
        this.waybill = waybill;
        var address = URI.create("grpc://" + system.axonServerAddress());
        connections = AxonServerConnectionFactory.forClient("events-of-old")
                .routingServers(new ServerAddress(address.getHost(), address.getPort()))
                .build();
        eventStore = connections.connect("default");
    }

    @BeforeEach
    void storeAConfirmedAndPaidOrderOfTwoPieces() throws Exception {
        waybill.offer(tea, "Tea, 500 g", 1_250, 10);
        String order = "order.OrderEvent$";
        String stock = "inventory.StockEvent$";
        String payment = "payment.PaymentEvent$";
        store("Order", orderId, order + "OrderPlaced");
        store("StockItem", "stock-" + tea, stock + "StockReserved");
        store("Payment", DerivedId.payment(orderId), payment + "AuthorizationRequested");
        store("Payment", DerivedId.payment(orderId), payment + "PaymentAuthorized");
        store("Order", orderId, order + "OrderConfirmed");
        store("Payment", DerivedId.payment(orderId), payment + "CaptureRequested");
        store("Payment", DerivedId.payment(orderId), payment + "PaymentCaptured");
        waybill.awaitPayment(orderId, "CAPTURED");
        waybill.awaitAvailable(tea, 8);
    }

    @AfterEach
    void disconnect() {
        connections.shutdown();
    }

    @Test
    void areShippedWithoutTakingTheMoneyAgain() {
        waybill.ship(orderId).expect(202);

        var order = waybill.awaitStatus(orderId, "SHIPPED");
        waybill.awaitTimeline(orderId, "StockCommitted");
        new Books(waybill).assertAddsUp(tea, 10, List.of(order));
        assertThat(waybill.payments(orderId).json().at("/items/0/capturedMinor").asLong())
                .isEqualTo(2 * 1_250);
        assertThat(waybill.timeline(orderId).json().path("entries").findValuesAsString("type"))
                .containsOnlyOnce("PaymentCaptured");
    }

    /** What the earlier release would have stored: no revision, and the amount of the whole order. */
    private void store(String aggregateType, String aggregateId, String golden) throws Exception {
        String name = "io.waybill.messages." + golden;
        var event = Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setTimestamp(Instant.now().toEpochMilli())
                .setAggregateType(aggregateType)
                .setAggregateIdentifier(aggregateId)
                .setAggregateSequenceNumber(nextSequenceNumber(aggregateId))
                .setPayload(SerializedObject.newBuilder().setType(name).setData(ByteString.copyFrom(read(name), UTF_8)))
                .build();
        eventStore.eventChannel().appendEvents(event).get(10, TimeUnit.SECONDS);
    }

    private long nextSequenceNumber(String aggregateId) throws Exception {
        return eventStore.eventChannel().findHighestSequence(aggregateId).get(10, TimeUnit.SECONDS) + 1;
    }

    private String read(String name) throws IOException {
        String json = Files.readString(GOLDEN.resolve(name + ".json"), UTF_8)
                .replace(DerivedId.payment(GOLDEN_ORDER), DerivedId.payment(orderId))
                .replace(DerivedId.reservation(GOLDEN_ORDER, GOLDEN_SKU), DerivedId.reservation(orderId, tea))
                .replace(GOLDEN_ORDER, orderId)
                .replace(GOLDEN_SKU, tea);
        return name.contains("PaymentEvent") ? json.replace("1250", "2500") : json;
    }
}
