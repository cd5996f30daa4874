package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.CheckoutSaga.Step.AUTHORIZING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.AWAITING_CUSTOMER;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.CANCELLING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.CAPTURING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.CONFIRMING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.REJECTING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.RESERVING;
import static io.waybill.inventory.checkout.CheckoutSaga.Step.UNDOING;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
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
 * Leads an order from placed to confirmed, or undoes what was arranged. It decides what comes next, never whether it
 * may: that is for stock, payment and order, who take a repeated or late command as a quiet no-op.
 */
@Saga
@ProcessingGroup("checkout")
public class CheckoutSaga extends OrderProcess<CheckoutSaga.Step> {

    enum Step implements OrderProcess.Step {
        RESERVING(WaitsFor.STOCK),
        AUTHORIZING(WaitsFor.PAYMENT),
        AWAITING_CUSTOMER(WaitsFor.CUSTOMER),
        CONFIRMING(WaitsFor.ORDER),
        REJECTING(WaitsFor.ORDER),
        UNDOING(WaitsFor.NOBODY),
        /** Only of sagas that the release before stored: the order is confirmed, and its money was asked for at once. */
        CAPTURING(WaitsFor.PAYMENT),
        /** Only of sagas that the release before stored: the money was refused, and the order is being cancelled. */
        CANCELLING(WaitsFor.ORDER);

        private final WaitsFor waitsFor;

        Step(WaitsFor waitsFor) {
            this.waitsFor = waitsFor;
        }

        @Override
        public WaitsFor waitsFor() {
            return waitsFor;
        }
    }

    static final String PROCESS = "checkout";
    static final String KEY = "orderId";

    private static final String TIMED_OUT = "CHECKOUT_TIMED_OUT";

    private static final Logger LOG = LoggerFactory.getLogger(CheckoutSaga.class);

    private @Nullable OrderPlaced order;
    /** Null if the release before stored the saga, as is the reason of a rejection. */
    private @Nullable Instant deadlineAt;

    private @Nullable ScheduleToken deadline;
    /** Not final, because Jackson leaves a final field as it is when the saga is read back. */
    private SortedSet<String> reservedSkus = new TreeSet<>();

    private SortedSet<String> backorderedSkus = new TreeSet<>();
    private boolean paymentAsked;
    private @Nullable String rejection;

    // The happy path.

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(
            OrderPlaced placed,
            @Timestamp Instant placedAt,
            CheckoutProperties properties,
            EventScheduler scheduler,
            SagaCommands commands) {
        if (hasStarted()) {
            return;
        }
        order = placed;
        Instant passesAt = placedAt.plus(properties.deadline());
        deadlineAt = passesAt;
        enter(RESERVING, placedAt, commands);
        // Only once they are answered, or each attempt of a batch that fails would leave a deadline behind.
        var passed = GenericEventMessage.asEventMessage(new CheckoutDeadlinePassed(placed.orderId(), passesAt));
        commands.effectOnceAnswered(() -> {
            if (mayTimeOut()) {
                deadline = scheduler.schedule(passesAt, passed);
            }
        });
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(StockReserved reserved, @Timestamp Instant at, SagaCommands commands) {
        reservedSkus.add(reserved.sku());
        authorizeOnceEveryLineIsAnswered(at, commands);
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(StockBackordered backordered, @Timestamp Instant at, SagaCommands commands) {
        backorderedSkus.add(backordered.sku());
        authorizeOnceEveryLineIsAnswered(at, commands);
    }

    private void authorizeOnceEveryLineIsAnswered(Instant at, SagaCommands commands) {
        int answered = reservedSkus.size() + backorderedSkus.size();
        if (isAt(RESERVING) && answered == order().lines().size()) {
            paymentAsked = true;
            enter(AUTHORIZING, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(CustomerActionRequired required, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING) && required.authorizationId().equals(paymentId())) {
            enter(AWAITING_CUSTOMER, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(PaymentAuthorized authorized, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER) && authorized.authorizationId().equals(paymentId())) {
            enter(CONFIRMING, at, commands);
        }
    }

    @EndSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(OrderConfirmed confirmed, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler, commands);
    }

    // Refusals, and what they undo.

    @SagaEventHandler(associationProperty = KEY)
    void on(StockReservationRefused refused, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(RESERVING)) {
            reject(refused.reason(), at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(PaymentDeclined declined, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER) && declined.authorizationId().equals(paymentId())) {
            reject(declined.reason(), at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(OutcomeUnknown unknown) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER) && unknown.operationId().equals(paymentId())) {
            note(unknown);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(CheckoutDeadlinePassed passed, @Timestamp Instant at, SagaCommands commands) {
        // A saga that was restored does not know which one was set, and the setting may have changed since.
        boolean isTheOne =
                deadlineAt == null || deadline == null || passed.deadline().equals(deadlineAt);
        if (mayTimeOut() && isTheOne) {
            reject(TIMED_OUT, at, commands);
        }
    }

    /** Whether the order is rejected is the order's decision; nothing is undone before it has made it. */
    private void reject(String reason, Instant at, SagaCommands commands) {
        rejection = reason;
        enter(REJECTING, at, commands);
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(OrderRejected rejected, @Timestamp Instant at, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler, commands);
        enter(UNDOING, at, commands);
    }

    /** What was cancelled after its confirmation is undone by {@link CancellationSaga}. */
    @SagaEventHandler(associationProperty = KEY)
    void on(OrderCancelled cancelled, @Timestamp Instant at, EventScheduler scheduler, SagaCommands commands) {
        cancelDeadline(scheduler, commands);
        if (cancelled.cancelledFrom() == OrderStatus.PLACED) {
            enter(UNDOING, at, commands);
        } else {
            SagaLifecycle.end();
        }
    }

    // What the release before left behind: a confirmed order, of which whatever the provider answers is the payment's.

    @SagaEventHandler(associationProperty = KEY)
    void on(PaymentCaptured captured) {
        if (isAt(CAPTURING)) {
            SagaLifecycle.end();
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(CaptureRefused refused) {
        if (isAt(CAPTURING)) {
            SagaLifecycle.end();
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
        if (isAt(REJECTING, UNDOING)) {
            return false;
        }
        if (isAt(CAPTURING, CANCELLING)) {
            SagaLifecycle.end();
            return true;
        }
        reject(reason, at, commands);
        return true;
    }

    @Override
    List<?> commands() {
        return switch (step()) {
            case RESERVING -> reserving();
            case AUTHORIZING ->
                List.of(new AuthorizePayment(paymentId(), orderId(), order().total(), order().paymentToken()));
            case AWAITING_CUSTOMER, CAPTURING, CANCELLING -> List.of();
            case CONFIRMING -> List.of(new ConfirmOrder(orderId(), List.copyOf(backorderedSkus)));
            case REJECTING -> List.of(new RejectOrder(orderId(), Objects.requireNonNullElse(rejection, TIMED_OUT)));
            case UNDOING -> undoing();
        };
    }

    private List<?> reserving() {
        @Nullable Instant expiresAt = deadlineAt;
        if (expiresAt == null) {
            // Stored by the release before, and a saga is stored only once stock has taken its commands.
            return List.of();
        }
        return order().lines().stream()
                .map(line ->
                        new ReserveStock(line.sku(), reservationId(line.sku()), orderId(), line.quantity(), expiresAt))
                .toList();
    }

    /**
     * Asks to undo also what has not answered yet: stock and payment remember, and undo it when it comes. A payment
     * that was not asked for needs no undoing.
     */
    private List<?> undoing() {
        Stream<Object> money = paymentAsked ? Stream.of(new CancelPayment(paymentId(), orderId())) : Stream.empty();
        Stream<Object> goods = order().lines().stream()
                .map(line -> new ReleaseStock(line.sku(), reservationId(line.sku()), orderId()));
        return Stream.concat(money, goods).toList();
    }

    // The deadline.

    private boolean mayTimeOut() {
        return isAt(RESERVING, AUTHORIZING, AWAITING_CUSTOMER);
    }

    /** Only to spare the event store an event that nobody waits for: one that comes all the same changes nothing. */
    private void cancelDeadline(EventScheduler scheduler, SagaCommands commands) {
        @Nullable ScheduleToken token = deadline;
        deadline = null;
        if (token != null) {
            commands.effectOnceAnswered(() -> takeBack(token, scheduler));
        }
    }

    private void takeBack(ScheduleToken token, EventScheduler scheduler) {
        try {
            scheduler.cancelSchedule(token);
        } catch (AxonException e) {
            LOG.info("The deadline of order {} could not be taken back", orderId(), e);
        }
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return orderId();
    }

    @Override
    String orderId() {
        return order().orderId();
    }

    @Override
    @Nullable
    Instant deadline() {
        return mayTimeOut() ? deadlineAt : null;
    }

    private OrderPlaced order() {
        return Objects.requireNonNull(order, "a checkout starts with an order");
    }
}
