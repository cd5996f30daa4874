package io.waybill.inventory.checkout;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;

/**
 * Places the order that replaces returned goods; from there on it is an order like any other. It is over as soon as the
 * order is placed, and stored only if that was refused.
 */
@Saga
@ProcessingGroup("return")
public class ExchangeSaga extends OrderProcess<ExchangeSaga.Step> {

    enum Step implements OrderProcess.Step {
        PLACING;

        @Override
        public WaitsFor waitsFor() {
            return WaitsFor.NOBODY;
        }
    }

    static final String PROCESS = "exchange";
    static final String KEY = "exchangeOrderId";

    private @Nullable ExchangeRequested exchange;

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(ExchangeRequested event, @Timestamp Instant at, SagaCommands commands) {
        if (!hasStarted()) {
            exchange = event;
            enter(Step.PLACING, at, commands);
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
        return List.of(new PlaceOrder(
                exchange().exchangeOrderId(),
                exchange().customerId(),
                exchange().lines(),
                exchange().shippingAddress(),
                exchange().paymentToken(),
                exchange().orderId()));
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return exchange().exchangeOrderId();
    }

    @Override
    String orderId() {
        return exchange().orderId();
    }

    private ExchangeRequested exchange() {
        return Objects.requireNonNull(exchange, "an exchange starts with a request");
    }
}
