package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.ShipmentSaga.Step.AWAITING_CAPTURE;
import static io.waybill.inventory.checkout.ShipmentSaga.Step.CAPTURING;
import static io.waybill.inventory.checkout.ShipmentSaga.Step.COMMITTING;
import static io.waybill.inventory.checkout.ShipmentSaga.Step.RECORDING;
import static io.waybill.inventory.checkout.ShipmentSaga.Step.REFUNDING;
import static io.waybill.inventory.checkout.ShipmentSaga.Step.REFUSING;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;

/**
 * Takes the money for a shipment, has the order record that it left the house, and takes the goods off the shelf. If the
 * money cannot be had the shipment does not take place.
 */
@Saga
@ProcessingGroup("shipment")
public class ShipmentSaga extends OrderProcess<ShipmentSaga.Step> {

    enum Step implements OrderProcess.Step {
        CAPTURING(WaitsFor.PAYMENT),
        RECORDING(WaitsFor.ORDER),
        COMMITTING(WaitsFor.NOBODY),
        REFUSING(WaitsFor.ORDER),
        /** The shipment was given up while its money was on the way: whatever comes of that goes back. */
        AWAITING_CAPTURE(WaitsFor.PAYMENT),
        REFUNDING(WaitsFor.NOBODY);

        private final WaitsFor waitsFor;

        Step(WaitsFor waitsFor) {
            this.waitsFor = waitsFor;
        }

        @Override
        public WaitsFor waitsFor() {
            return waitsFor;
        }
    }

    /** What is known of the money. */
    private enum Capture {
        ON_THE_WAY,
        TAKEN,
        NONE
    }

    static final String PROCESS = "shipment";
    static final String KEY = "shipmentId";

    private @Nullable ShipmentRequested shipment;
    private Capture capture = Capture.ON_THE_WAY;
    /** Whether nothing is left to be shipped after it. */
    private boolean complete;

    private @Nullable String refusal;

    // The happy path.

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(ShipmentRequested requested, @Timestamp Instant at, SagaCommands commands) {
        if (hasStarted()) {
            return;
        }
        shipment = requested;
        if (requested.amount().minor() > 0) {
            enter(CAPTURING, at, commands);
        } else {
            capture = Capture.NONE;
            enter(RECORDING, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = "captureId", keyName = KEY)
    void on(CaptureCompleted completed, @Timestamp Instant at, SagaCommands commands) {
        capture = Capture.TAKEN;
        if (isAt(CAPTURING)) {
            enter(RECORDING, at, commands);
        } else if (isAt(AWAITING_CAPTURE)) {
            enter(REFUNDING, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(OrderShipped shipped, @Timestamp Instant at, SagaCommands commands) {
        complete = shipped.complete();
        enter(COMMITTING, at, commands);
    }

    // Refusals, and what they undo.

    @SagaEventHandler(associationProperty = "captureId", keyName = KEY)
    void on(CaptureRefused refused, @Timestamp Instant at, SagaCommands commands) {
        capture = Capture.NONE;
        if (isAt(CAPTURING)) {
            refuse(refused.reason(), at, commands);
        } else if (isAt(AWAITING_CAPTURE)) {
            SagaLifecycle.end();
        }
    }

    @SagaEventHandler(associationProperty = "operationId", keyName = KEY)
    void on(OutcomeUnknown unknown) {
        if (isAt(CAPTURING, AWAITING_CAPTURE)) {
            note(unknown);
        }
    }

    private void refuse(String reason, Instant at, SagaCommands commands) {
        refusal = reason;
        enter(REFUSING, at, commands);
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(ShipmentRefused refused, @Timestamp Instant at, SagaCommands commands) {
        switch (capture) {
            case NONE -> SagaLifecycle.end();
            case ON_THE_WAY -> enter(AWAITING_CAPTURE, at, commands);
            case TAKEN -> enter(REFUNDING, at, commands);
        }
    }

    // What an operator decided.

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessRetried retried, SagaCommands commands) {
        retry(retried, commands);
    }

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessResolved resolved, @Timestamp Instant at, SagaCommands commands) {
        resolve(resolved, at, commands);
    }

    @Override
    boolean giveUp(String reason, Instant at, SagaCommands commands) {
        if (!isAt(CAPTURING, RECORDING)) {
            return false;
        }
        if (isMisused(CapturePayment.class)) {
            // Payment did not even try.
            capture = Capture.NONE;
        }
        refuse(reason, at, commands);
        return true;
    }

    @Override
    List<?> commands() {
        return switch (step()) {
            case CAPTURING ->
                List.of(new CapturePayment(
                        paymentId(), orderId(), processId(), shipment().amount()));
            case RECORDING -> List.of(new RecordShipment(orderId(), processId()));
            case COMMITTING -> committing();
            case REFUSING -> List.of(new RefuseShipment(orderId(), processId(), Objects.requireNonNull(refusal)));
            case AWAITING_CAPTURE -> List.of();
            case REFUNDING ->
                List.of(new RefundPayment(
                        paymentId(),
                        orderId(),
                        DerivedId.derive("refund", processId()),
                        shipment().amount(),
                        "SHIPMENT_REFUSED"));
        };
    }

    private List<?> committing() {
        Stream<Object> goods = shipment().lines().stream()
                .map(line -> new CommitStock(
                        line.sku(), reservationId(line.sku()), orderId(), processId(), line.quantity()));
        Stream<Object> money = complete ? Stream.of(new SettlePayment(paymentId(), orderId())) : Stream.empty();
        return Stream.concat(goods, money).toList();
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return shipment().shipmentId();
    }

    @Override
    String orderId() {
        return shipment().orderId();
    }

    private ShipmentRequested shipment() {
        return Objects.requireNonNull(shipment, "a shipment starts with a request");
    }
}
