package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PAYMENT;
import static io.waybill.inventory.checkout.Samples.commit;
import static io.waybill.inventory.checkout.Samples.eur;
import static io.waybill.inventory.checkout.Samples.pieces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.chassis.messaging.RequestContext;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The processes on a node and a store of their own, with peers that do as they are told. */
@SpringBootTest(classes = ProcessControllerTest.ProcessesOnly.class)
@AutoConfigureMockMvc
@ContextConfiguration(initializers = ProcessControllerTest.OwnNode.class)
class ProcessControllerTest {

    /** Five attempts, with a second and a half between them at the most, and as long again. */
    private static final Duration PARKED = Duration.ofSeconds(20);

    private static final List<LineQuantity> LINES = List.of(pieces(2, "TEA"));

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private RequestEvents events;

    @Autowired
    private EventStore eventStore;

    @Autowired
    private Peers peers;

    @Test
    void aShipmentWhoseCaptureIsAMisuseWaitsForAnOperatorAndGoesOnWithARetry() {
        peers.misused.add("misused");
        happened("misused", requested("misused"));
        await().untilAsserted(() -> assertThat(one("misused"))
                .hasStatusOk()
                .bodyJson()
                .convertTo(ProcessView.class)
                .satisfies(view -> {
                    assertThat(view.waitsFor()).isEqualTo(WaitsFor.OPERATOR);
                    assertThat(view.stalled()).isTrue();
                    assertThat(view.lastError()).contains("CapturePayment", "PAYMENT_CANCELLED");
                }));
        assertThat(mvc.get().uri("/api/ops/sagas?stalled=true&orderId=" + ORDER))
                .bodyJson()
                .extractingPath("$.items[*].processId")
                .asArray()
                .contains("misused");

        peers.misused.clear();
        assertThat(mvc.post().uri("/api/ops/sagas/misused/retry")).hasStatus(202);
        await().untilAsserted(() -> assertThat(view("misused").waitsFor()).isEqualTo(WaitsFor.PAYMENT));
        happened("misused", new CaptureCompleted(PAYMENT, ORDER, "misused", eur(2500)));
        await().untilAsserted(() -> assertThat(peers.received).contains(new RecordShipment(ORDER, "misused")));
        happened("misused", new OrderShipped(ORDER, "misused", LINES, eur(2500), null, false));
        await().untilAsserted(() -> assertThat(peers.received).contains(commit("misused", "TEA", 2)));

        await().untilAsserted(() -> assertThat(one("misused")).hasStatus(404));
        assertThat(told("misused"))
                .extracting(EventMessage::getPayload)
                .hasExactlyElementsOfTypes(ProcessStalled.class, ProcessRetried.class);
        assertThat(told("misused").getFirst().getMetaData())
                .containsAllEntriesOf(
                        Map.of("correlationId", "request-misused", "actor", "customer", "service", "inventory-saga"));
        assertThat(told("misused").getLast().getMetaData()).containsEntry("actor", "anonymous");
    }

    @Test
    void allThatNeedSomebodyAreRetriedAtOnce() {
        List<String> both = List.of("misused-1", "misused-2");
        peers.misused.addAll(both);
        both.forEach(id -> happened(id, requested(id)));
        both.forEach(
                id -> await().untilAsserted(() -> assertThat(view(id).stalled()).isTrue()));

        peers.misused.removeAll(both);
        assertThat(mvc.post().uri("/api/ops/sagas/retry"))
                .hasStatus(202)
                .bodyJson()
                .extractingPath("$.retried")
                .asNumber()
                .satisfies(retried -> assertThat(retried.intValue()).isGreaterThanOrEqualTo(2));
        both.forEach(id ->
                await().untilAsserted(() -> assertThat(view(id).waitsFor()).isEqualTo(WaitsFor.PAYMENT)));
        both.forEach(id -> assertThat(told(id))
                .extracting(EventMessage::getPayload)
                .hasExactlyElementsOfTypes(ProcessStalled.class, ProcessRetried.class));
    }

    @Test
    void aMisuseHoldsUpNoOtherProcess() {
        peers.misused.add("held");
        happened("held", requested("held"));

        for (int n = 0; n < 8; n++) {
            String shipment = "unheld-" + n;
            happened(shipment, requested(shipment));
            await().untilAsserted(() -> assertThat(view(shipment).waitsFor()).isEqualTo(WaitsFor.PAYMENT));
        }
        assertThat(view("held").stalled()).isTrue();
    }

    @Test
    @NullUnmarked // no shipment goes without an amount: it can only be poison
    void anEventThatAShipmentCannotHandleHoldsUpThatShipmentOnlyUntilAnOperatorHasDecided() {
        happened("poisoned", new ShipmentRequested(ORDER, "poisoned", LINES, null, null));
        happened("poisoned", new CaptureCompleted(PAYMENT, ORDER, "poisoned", eur(2500)));

        for (int n = 0; n < 8; n++) {
            String shipment = "unpoisoned-" + n;
            happened(shipment, requested(shipment));
            await().atMost(PARKED)
                    .untilAsserted(() -> assertThat(view(shipment).waitsFor()).isEqualTo(WaitsFor.PAYMENT));
        }
        await().atMost(PARKED).untilAsserted(() -> {
            ProcessView view = view("poisoned");
            assertThat(view.stalled()).isTrue();
            assertThat(view.orderId()).isEqualTo(ORDER);
            assertThat(view.step()).isEqualTo("NOT_STARTED");
            assertThat(view.lastError()).contains("NullPointerException");
            assertThat(view.parked().type()).isEqualTo(ShipmentRequested.class.getName());
            assertThat(view.parked().waiting()).isEqualTo(1);
        });

        assertThat(mvc.post().uri("/api/ops/sagas/poisoned/retry")).hasStatus(202);
        await().atMost(PARKED)
                .untilAsserted(() -> assertThat(told("poisoned"))
                        .extracting(EventMessage::getPayload)
                        .hasExactlyElementsOfTypes(ProcessStalled.class, ProcessRetried.class, ProcessStalled.class));
        assertThat(view("poisoned").parked().waiting()).isEqualTo(1);

        assertThat(resolve("poisoned", "{\"reason\": \"never asked for\"}")).hasStatus(202);
        await().untilAsserted(() -> assertThat(one("poisoned")).hasStatus(404));
    }

    @Test
    void aResolvedShipmentIsRefusedForTheReasonGiven() {
        happened("resolved", requested("resolved"));
        await().untilAsserted(() -> assertThat(one("resolved")).hasStatusOk());

        assertThat(resolve("resolved", "{\"reason\": \"lost by the carrier\"}")).hasStatus(202);

        await().untilAsserted(() ->
                assertThat(peers.received).contains(new RefuseShipment(ORDER, "resolved", "lost by the carrier")));
        happened("resolved", new ShipmentRefused(ORDER, "resolved", "lost by the carrier"));
        await().untilAsserted(() -> assertThat(view("resolved").step()).isEqualTo("AWAITING_CAPTURE"));
        assertThat(told("resolved"))
                .<Object>extracting(EventMessage::getPayload)
                .containsExactly(new ProcessResolved(ORDER, "resolved", "shipment", "lost by the carrier"));
    }

    @Test
    void knowsNoProcessThatIsNotInProgress() {
        assertThat(one("nowhere"))
                .hasStatus(404)
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("PROCESS_NOT_FOUND");
        assertThat(mvc.post().uri("/api/ops/sagas/nowhere/retry")).hasStatus(404);
        assertThat(resolve("nowhere", "{\"reason\": \"gone\"}")).hasStatus(404);
    }

    @Test
    void wantsAReasonAndASensibleLimit() {
        assertThat(resolve("nowhere", "{\"reason\": \" \"}")).hasStatus(400);
        assertThat(mvc.get().uri("/api/ops/sagas?limit=0")).hasStatus(400);
        assertThat(mvc.get().uri("/api/ops/sagas?limit=501")).hasStatus(400);
        assertThat(mvc.get().uri("/api/ops/sagas?stalled=perhaps")).hasStatus(400);
    }

    @Test
    void listsNoMoreThanItIsAskedForAndSaysSo() {
        happened("listed-1", requested("listed-1", "order-9"));
        await().untilAsserted(() -> assertThat(one("listed-1")).hasStatusOk());
        happened("listed-2", requested("listed-2", "order-9"));
        await().untilAsserted(() -> assertThat(one("listed-2")).hasStatusOk());

        assertThat(mvc.get().uri("/api/ops/sagas?orderId=order-9&limit=1"))
                .bodyJson()
                .hasPathSatisfying(
                        "$.items[*].processId",
                        ids -> ids.assertThat().asArray().containsExactly("listed-1"))
                .hasPathSatisfying(
                        "$.complete", complete -> complete.assertThat().isEqualTo(false));
        assertThat(mvc.get().uri("/api/ops/sagas?orderId=order-9&stalled=false"))
                .bodyJson()
                .hasPathSatisfying(
                        "$.complete", complete -> complete.assertThat().isEqualTo(true));
    }

    private MvcTestResult one(String processId) {
        return mvc.get().uri("/api/ops/sagas/" + processId).exchange();
    }

    private MvcTestResult resolve(String processId, String body) {
        return mvc.post()
                .uri("/api/ops/sagas/" + processId + "/resolve")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private ProcessView view(String processId) {
        var view = new ProcessView[1];
        assertThat(one(processId))
                .hasStatusOk()
                .bodyJson()
                .convertTo(ProcessView.class)
                .satisfies(converted -> view[0] = converted);
        return view[0];
    }

    private void happened(String request, Object event) {
        new RequestContext("request-" + request, "customer", "00-11111111111111111111111111111111-2222222222222222-01")
                .enter();
        try {
            events.publish(event);
        } finally {
            RequestContext.leave();
        }
    }

    /** What was said about a process, as it was stored. */
    private List<EventMessage<?>> told(String processId) {
        long last = eventStore.createHeadToken().position().orElseThrow();
        List<EventMessage<?>> told = new ArrayList<>();
        try (var stored = eventStore.openStream(eventStore.createTailToken())) {
            for (long position = 0; position <= last; position++) {
                EventMessage<?> event = stored.nextAvailable();
                if (event.getPayload() instanceof ProcessEvent about
                        && about.processId().equals(processId)) {
                    told.add(event);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return told;
    }

    private static ShipmentRequested requested(String shipmentId) {
        return requested(shipmentId, ORDER);
    }

    private static ShipmentRequested requested(String shipmentId, String orderId) {
        return new ShipmentRequested(orderId, shipmentId, LINES, eur(2500), null);
    }

    @Configuration
    @EnableAutoConfiguration
    @ComponentScan
    @ConfigurationPropertiesScan
    static class ProcessesOnly {}

    @Component
    static class Peers {

        private final Set<String> misused = ConcurrentHashMap.newKeySet();
        private final List<Object> received = new CopyOnWriteArrayList<>();

        @CommandHandler
        void handle(CapturePayment capture) {
            if (misused.contains(capture.captureId())) {
                throw Misuse.conflict("PAYMENT_CANCELLED", "The payment is cancelled.");
            }
            received.add(capture);
        }

        @CommandHandler
        void handle(RecordShipment record) {
            received.add(record);
        }

        @CommandHandler
        void handle(RefuseShipment refuse) {
            received.add(refuse);
        }

        @CommandHandler
        void handle(CommitStock commit) {
            received.add(commit);
        }
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
                        "waybill.mongodb.data-folder=" + Files.createTempDirectory("processes"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
