package io.waybill.messages.revision;

import static java.util.Map.entry;

import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import java.util.Map;
import java.util.function.Consumer;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.upcasting.event.IntermediateEventRepresentation;
import org.axonframework.serialization.upcasting.event.SingleEventUpcaster;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads events from before orders were shipped in parts: an order had one payment with one authorization, which was
 * captured once and refunded once, so each of these gets the payment's ID. Found by the services as an Axon upcaster
 * through {@link java.util.ServiceLoader}.
 */
public final class FirstRevisions extends SingleEventUpcaster {

    private static final String REVISION = "1";

    private static final Map<String, Consumer<ObjectNode>> CHANGES = Map.ofEntries(
            entry(OrderPlaced.class.getName(), order -> order.putNull("exchangeFor")),
            entry(OrderConfirmed.class.getName(), order -> order.putArray("backordered")),
            entry(StockReserved.class.getName(), stock -> stock.putNull("expiresAt")),
            entry(StockReleased.class.getName(), stock -> stock.putArray("allocations")),
            entry(StockCommitted.class.getName(), stock -> {
                stock.set("shipmentId", stock.get("reservationId"));
                stock.putArray("allocations");
            }),
            entry(AuthorizationRequested.class.getName(), named("authorizationId")),
            entry(PaymentAuthorized.class.getName(), named("authorizationId").andThen(p -> p.putNull("expiresAt"))),
            entry(PaymentDeclined.class.getName(), named("authorizationId")),
            entry(VoidRequested.class.getName(), named("authorizationId")),
            entry(PaymentVoided.class.getName(), named("authorizationId")),
            entry(CaptureRequested.class.getName(), named("captureId", "authorizationId")),
            entry(PaymentCaptured.class.getName(), named("captureId", "authorizationId")),
            entry(CaptureRefused.class.getName(), named("captureId")),
            entry(
                    RefundRequested.class.getName(),
                    named("refundId", "authorizationId").andThen(p -> p.put("reason", "CANCELLED"))),
            entry(PaymentRefunded.class.getName(), named("refundId", "authorizationId")));

    private static Consumer<ObjectNode> named(String... ids) {
        return payment -> {
            for (String id : ids) {
                payment.set(id, payment.get("paymentId"));
            }
        };
    }

    @Override
    protected boolean canUpcast(IntermediateEventRepresentation event) {
        return event.getType().getRevision() == null
                && CHANGES.containsKey(event.getType().getName());
    }

    @Override
    protected IntermediateEventRepresentation doUpcast(IntermediateEventRepresentation event) {
        String name = event.getType().getName();
        return event.upcastPayload(new SimpleSerializedType(name, REVISION), JsonNode.class, json -> {
            CHANGES.getOrDefault(name, payload -> {}).accept((ObjectNode) json);
            return json;
        });
    }
}
