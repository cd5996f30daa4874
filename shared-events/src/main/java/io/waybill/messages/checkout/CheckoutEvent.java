package io.waybill.messages.checkout;

import io.waybill.messages.OrderRelated;
import java.time.Instant;

/** Facts of the checkout process itself. */
public sealed interface CheckoutEvent extends OrderRelated {

    /** The time an order has to be confirmed is up. Scheduled in the event store, so that it survives any restart. */
    record CheckoutDeadlinePassed(String orderId, Instant deadline) implements CheckoutEvent {}
}
