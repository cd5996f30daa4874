package io.waybill.messages.payment;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;

/** What happened to a payment. The {@code ...Requested} events are what the provider is then asked to do. */
public sealed interface PaymentEvent extends OrderRelated {

    String paymentId();

    /** The provider is to be asked to hold the amount. */
    record AuthorizationRequested(String paymentId, String orderId, Money amount, String paymentToken)
            implements PaymentEvent {}

    /** The provider holds the amount; after a cancellation the void is already on its way. */
    record PaymentAuthorized(String paymentId, String orderId, Money amount, String providerReference)
            implements PaymentEvent {}

    /** The provider holds nothing and will not. */
    record PaymentDeclined(String paymentId, String orderId, String reason) implements PaymentEvent {}

    /** The provider is to be asked for the held amount. */
    record CaptureRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    /** The provider handed the amount over. */
    record PaymentCaptured(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    /** The provider did not hand the amount over, and still holds it. */
    record CaptureRefused(String paymentId, String orderId, String reason) implements PaymentEvent {}

    /** The payment is to be undone; what that takes depends on answers that are still out. */
    record PaymentCancelled(String paymentId, String orderId) implements PaymentEvent {}

    /** The provider is to lift the hold; may be asked before it has said whether there is one. */
    record VoidRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    /** No money is held: the hold was lifted, or there never was one. */
    record PaymentVoided(String paymentId, String orderId) implements PaymentEvent {}

    /** The provider is to give the captured amount back. */
    record RefundRequested(String paymentId, String orderId, Money amount) implements PaymentEvent {}

    /** The captured amount was given back. */
    record PaymentRefunded(String paymentId, String orderId, Money amount) implements PaymentEvent {}
}
