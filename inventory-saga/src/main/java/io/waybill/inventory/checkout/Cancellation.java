package io.waybill.inventory.checkout;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.springframework.stereotype.Component;

/**
 * Undoes an order that was cancelled after its confirmation. It needs no memory: the event says all there is to undo,
 * and every command it sends is a quiet no-op the second time.
 */
@Component
@ProcessingGroup("cancellation")
class Cancellation {

    @EventHandler
    void on(OrderCancelled cancelled, SagaCommands commands) {
        if (cancelled.cancelledFrom() == OrderStatus.PLACED) {
            // Still in checkout: the saga that leads it knows how far it got.
            return;
        }
        String orderId = cancelled.orderId();
        commands.send(new CancelPayment(DerivedId.payment(orderId), orderId));
        for (String sku : cancelled.skus()) {
            commands.send(new ReleaseStock(sku, DerivedId.reservation(orderId, sku), orderId));
        }
    }
}
