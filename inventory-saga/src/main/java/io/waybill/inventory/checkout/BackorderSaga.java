package io.waybill.inventory.checkout;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.order.OrderCommand.RecordBackorderArrival;
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
 * Tells an order that the pieces it waited for have arrived. It is over as soon as the order knows, and stored only if
 * that was refused.
 */
@Saga
@ProcessingGroup("backorder")
public class BackorderSaga extends OrderProcess<BackorderSaga.Step> {

    enum Step implements OrderProcess.Step {
        RECORDING;

        @Override
        public WaitsFor waitsFor() {
            return WaitsFor.NOBODY;
        }
    }

    static final String PROCESS = "backorder";
    static final String KEY = "reservationId";

    private @Nullable BackorderFilled filled;

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(BackorderFilled event, @Timestamp Instant at, SagaCommands commands) {
        if (!hasStarted()) {
            filled = event;
            enter(Step.RECORDING, at, commands);
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
        return List.of(new RecordBackorderArrival(orderId(), filled().sku()));
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return filled().reservationId();
    }

    @Override
    String orderId() {
        return filled().orderId();
    }

    private BackorderFilled filled() {
        return Objects.requireNonNull(filled, "a backorder ends with its arrival");
    }
}
