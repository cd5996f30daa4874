package io.waybill.messages.payment;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;

/** What happened to a payment. The {@code ...Requested} events are what the provider is then asked to do. */
public sealed interface PaymentEvent extends OrderRelated {

    String paymentId();

    record AuthorizationRequested(String paymentId, String orderId, Money amount, String paymentToken)
            implements PaymentEvent {}

    record PaymentAuthorized(String paymentId, String orderId, Money amount, String providerReference)
            implements PaymentEvent {}

    record PaymentDeclined(String paymentId, String orderId, String reason) implements PaymentEvent {}

    record CaptureRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    record PaymentCaptured(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    record CaptureRefused(String paymentId, String orderId, String reason) implements PaymentEvent {}

    /** The payment is to be undone; what that takes depends on answers that are still out. */
    record PaymentCancelled(String paymentId, String orderId) implements PaymentEvent {}

    record VoidRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    /** No money is held: the hold was lifted, or there never was one. */
    record PaymentVoided(String paymentId, String orderId) implements PaymentEvent {}

    record RefundRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    record PaymentRefunded(String paymentId, String orderId, Money amount) implements PaymentEvent {}
}
