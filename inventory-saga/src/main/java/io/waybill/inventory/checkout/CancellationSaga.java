package io.waybill.inventory.checkout;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
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
 * Undoes an order that was cancelled after its confirmation, or the rest of one of which something has left the house.
 * The event says all there is to undo, so it is over as soon as that is asked for, and stored only if it was refused.
 */
@Saga
@ProcessingGroup("cancellation")
public class CancellationSaga extends OrderProcess<CancellationSaga.Step> {

    enum Step implements OrderProcess.Step {
        UNDOING;

        @Override
        public WaitsFor waitsFor() {
            return WaitsFor.NOBODY;
        }
    }

    static final String PROCESS = "cancellation";
    static final String KEY = "processId";

    private @Nullable OrderCancelled whole;
    private @Nullable RestCancelled rest;

    @StartSaga
    @SagaEventHandler(associationProperty = "orderId", keyName = KEY)
    void on(OrderCancelled cancelled, @Timestamp Instant at, SagaCommands commands) {
        if (cancelled.cancelledFrom() == OrderStatus.PLACED) {
            // Still in checkout: the saga that leads it knows how far it got.
            SagaLifecycle.end();
        } else if (!hasStarted()) {
            whole = cancelled;
            enter(Step.UNDOING, at, commands);
        }
    }

    @StartSaga
    @SagaEventHandler(associationProperty = "cancellationId", keyName = KEY)
    void on(RestCancelled cancelled, @Timestamp Instant at, SagaCommands commands) {
        if (!hasStarted()) {
            rest = cancelled;
            enter(Step.UNDOING, at, commands);
        }
    }

    // What an operator decided, if a command was refused.

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessRetried retried, SagaCommands commands) {
        retry(retried, commands);
    }

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessResolved resolved, @Timestamp Instant at, SagaCommands commands) {
        resolve(resolved, at, commands);
    }

    @Override
    List<?> commands() {
        return whole == null ? undoing(rest()) : undoing(whole);
    }

    private List<?> undoing(OrderCancelled cancelled) {
        Stream<Object> money = Stream.of(new CancelPayment(paymentId(), orderId()));
        Stream<Object> goods =
                cancelled.skus().stream().map(sku -> new ReleaseStock(sku, reservationId(sku), orderId()));
        return Stream.concat(money, goods).toList();
    }

    private List<?> undoing(RestCancelled cancelled) {
        Stream<Object> goods = cancelled.lines().stream()
                .map(line -> new ReduceReservation(
                        line.sku(), reservationId(line.sku()), orderId(), cancelled.cancellationId(), line.quantity()));
        Stream<Object> money =
                cancelled.complete() ? Stream.of(new SettlePayment(paymentId(), orderId())) : Stream.empty();
        return Stream.concat(goods, money).toList();
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return whole == null ? rest().cancellationId() : whole.orderId();
    }

    @Override
    String orderId() {
        return whole == null ? rest().orderId() : whole.orderId();
    }

    private RestCancelled rest() {
        return Objects.requireNonNull(rest, "a cancellation is of a whole order or of its rest");
    }
}
