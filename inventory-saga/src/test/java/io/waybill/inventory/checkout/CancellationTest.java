package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_PLACED;
import static io.waybill.inventory.checkout.Samples.CANCEL_PAYMENT;
import static io.waybill.inventory.checkout.Samples.RELEASE_CUP;
import static io.waybill.inventory.checkout.Samples.RELEASE_TEA;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import java.util.List;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.test.utils.RecordingCommandBus;
import org.junit.jupiter.api.Test;

class CancellationTest {

    @Test
    void undoesAConfirmedOrder() {
        assertThat(sentOn(CANCELLED_FROM_CONFIRMED)).containsExactly(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP);
    }

    @Test
    void leavesAnOrderInCheckoutToItsSaga() {
        assertThat(sentOn(CANCELLED_FROM_PLACED)).isEmpty();
    }

    private static List<Object> sentOn(OrderCancelled cancelled) {
        var bus = new RecordingCommandBus();
        var commands =
                new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build());
        DefaultUnitOfWork.startAndGet(null).execute(() -> new Cancellation().on(cancelled, commands));
        return bus.getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }
}
