package io.waybill.inventory.checkout;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import java.time.Instant;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.axonframework.common.AxonException;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.modelling.saga.EndSaga;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads an order from placed to confirmed and paid, or undoes what was arranged. It decides what comes next, never
 * whether it may: that is for stock, payment and order, who take a repeated or late command as a quiet no-op.
 *
 * <p>It may be given an event twice, even one it has long passed, so each step asks where it stands first.
 */
@Saga
@ProcessingGroup("checkout")
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public class CheckoutSaga {

    private enum Step {
        RESERVING,
        AUTHORIZING,
        CONFIRMING,
        CAPTURING,
        REJECTING,
        CANCELLING
    }

    private static final Logger LOG = LoggerFactory.getLogger(CheckoutSaga.class);

    private static final String ORDER = "orderId";

    private @Nullable OrderPlaced order;
    private Step step = Step.RESERVING;
    /** Not final, because Jackson leaves a final field as it is when the saga is read back. */
    private SortedSet<String> reservedSkus = new TreeSet<>();

    private boolean paymentAsked;

    private @Nullable ScheduleToken deadline;

    // The happy path.

    @StartSaga
    @SagaEventHandler(associationProperty = ORDER)
    void on(
            OrderPlaced placed,
            @Timestamp Instant placedAt,
            CheckoutProperties properties,
            EventScheduler scheduler,
            SagaCommands commands) {
        if (order != null) {
            return;
        }
        order = placed;
        for (OrderLine line : placed.lines()) {
            commands.send(new ReserveStock(
                    line.sku(),
                    DerivedId.reservation(placed.orderId(), line.sku()),
                    placed.orderId(),
                    line.quantity()));
        }
        // Only once they are answered, or each attempt of a batch that fails would leave a deadline behind.
        Instant deadlineAt = placedAt.plus(properties.deadline());
        var passed = GenericEventMessage.asEventMessage(new CheckoutDeadlinePassed(placed.orderId(), deadlineAt));
        commands.onceAnswered(() -> {
            if (step == Step.RESERVING) {
                deadline = scheduler.schedule(deadlineAt, passed);
            }
        });
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(StockReserved reserved, SagaCommands commands) {
        reservedSkus.add(reserved.sku());
        if (step == Step.RESERVING && reservedSkus.size() == order().lines().size()) {
            step = Step.AUTHORIZING;
            paymentAsked = true;
            commands.send(
                    new AuthorizePayment(paymentId(), order().orderId(), order().total(), order().paymentToken()));
        }
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(PaymentAuthorized authorized, SagaCommands commands) {
        if (step == Step.AUTHORIZING) {
            step = Step.CONFIRMING;
            commands.send(new ConfirmOrder(order().orderId()));
        }
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(OrderConfirmed confirmed, CheckoutProperties properties, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler);
        if (!properties.captureOnConfirmation()) {
            SagaLifecycle.end();
        } else if (step != Step.CAPTURING && step != Step.CANCELLING) {
            step = Step.CAPTURING;
            commands.send(new CapturePayment(paymentId()));
        }
    }

    @EndSaga
    @SagaEventHandler(associationProperty = ORDER)
    void on(PaymentCaptured captured) {}

    // Refusals, and what they undo, in reverse.

    @SagaEventHandler(associationProperty = ORDER)
    void on(StockReservationRefused refused, SagaCommands commands) {
        if (step == Step.RESERVING) {
            reject(refused.reason(), commands);
        }
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(PaymentDeclined declined, SagaCommands commands) {
        if (step == Step.AUTHORIZING) {
            reject(declined.reason(), commands);
        }
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(CheckoutDeadlinePassed passed, SagaCommands commands) {
        if (step == Step.RESERVING || step == Step.AUTHORIZING) {
            reject("CHECKOUT_TIMED_OUT", commands);
        }
    }

    @SagaEventHandler(associationProperty = ORDER)
    void on(CaptureRefused refused, SagaCommands commands) {
        if (step == Step.CAPTURING) {
            step = Step.CANCELLING;
            commands.send(new CancelOrder(order().orderId(), refused.reason()));
        }
    }

    @EndSaga
    @SagaEventHandler(associationProperty = ORDER)
    void on(OrderRejected rejected, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler);
        undo(commands);
    }

    /** What was cancelled after its confirmation is undone by {@link Cancellation}. */
    @EndSaga
    @SagaEventHandler(associationProperty = ORDER)
    void on(OrderCancelled cancelled, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler);
        if (cancelled.cancelledFrom() == OrderStatus.PLACED) {
            undo(commands);
        }
    }

    /** Whether the order is rejected is the order's decision; nothing is undone before it has made it. */
    private void reject(String reason, SagaCommands commands) {
        step = Step.REJECTING;
        commands.send(new RejectOrder(order().orderId(), reason));
    }

    /**
     * Asks to undo also what has not answered yet: stock and payment remember, and undo it when it comes. A payment
     * that was not asked for needs no undoing.
     */
    private void undo(SagaCommands commands) {
        if (paymentAsked) {
            commands.send(new CancelPayment(paymentId(), order().orderId()));
        }
        for (OrderLine line : order().lines()) {
            commands.send(new ReleaseStock(
                    line.sku(), DerivedId.reservation(order().orderId(), line.sku()), order().orderId()));
        }
    }

    /** Only to spare the event store an event that nobody waits for: one that comes all the same changes nothing. */
    private void cancelDeadline(EventScheduler scheduler) {
        if (deadline != null) {
            try {
                scheduler.cancelSchedule(deadline);
            } catch (AxonException e) {
                LOG.info("The deadline of order {} could not be taken back", order().orderId(), e);
            }
            deadline = null;
        }
    }

    private OrderPlaced order() {
        return Objects.requireNonNull(order, "the saga starts with an order");
    }

    private String paymentId() {
        return DerivedId.payment(order().orderId());
    }
}
