package io.waybill.messages.payment;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import java.time.Instant;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a payment. The {@code ...Requested} events are what the provider is then asked to do, one call each.
 *
 * <p>In events of old, a payment had one authorization and one capture, whose IDs are the payment's.
 */
public sealed interface PaymentEvent extends OrderRelated {

    String paymentId();

    // Authorizations.

    /** The provider is to be asked to hold the amount. */
    @Revision("1")
    record AuthorizationRequested(
            String paymentId, String orderId, String authorizationId, Money amount, String paymentToken)
            implements PaymentEvent {}

    /**
     * The customer has something to do at the provider first.
     *
     * @param actionUrl where to; null if the provider says it in another way
     * @param deadline when the authorization is given up
     */
    record CustomerActionRequired(
            String paymentId,
            String orderId,
            String authorizationId,
            @Nullable String actionUrl,
            Instant deadline) implements PaymentEvent {}

    /**
     * The provider holds the amount; after a cancellation the void is already on its way.
     *
     * @param expiresAt until when it does, if the provider says so
     */
    @Revision("1")
    record PaymentAuthorized(
            String paymentId,
            String orderId,
            String authorizationId,
            Money amount,
            String providerReference,
            @Nullable Instant expiresAt)
            implements PaymentEvent {}

    /** The provider holds nothing for this authorization and will not. */
    @Revision("1")
    record PaymentDeclined(String paymentId, String orderId, String authorizationId, String reason)
            implements PaymentEvent {}

    /** The provider no longer holds this amount, which was not captured, by no wish of ours. */
    record AuthorizationExpired(String paymentId, String orderId, String authorizationId, Money amount)
            implements PaymentEvent {}

    /** The provider is to lift the hold; may be asked before it has said whether there is one. */
    @Revision("1")
    record VoidRequested(String paymentId, String orderId, String authorizationId, Money amount)
            implements PaymentEvent {}

    /** Nothing is held by this authorization: the hold was lifted, or there never was one. */
    @Revision("1")
    record PaymentVoided(String paymentId, String orderId, String authorizationId) implements PaymentEvent {}

    // Captures.

    /** This amount is to become ours; what it takes for that is asked for next. */
    record CaptureStarted(String paymentId, String orderId, String captureId, Money amount) implements PaymentEvent {}

    /** The provider is to be asked for a part of what an authorization holds. */
    @Revision("1")
    record CaptureRequested(String paymentId, String orderId, String captureId, String authorizationId, Money amount)
            implements PaymentEvent {}

    /** The provider handed the amount over. */
    @Revision("1")
    record PaymentCaptured(String paymentId, String orderId, String captureId, String authorizationId, Money amount)
            implements PaymentEvent {}

    /** All that a capture asked for is ours. */
    record CaptureCompleted(String paymentId, String orderId, String captureId, Money amount) implements PaymentEvent {}

    /** A capture was given up; what had been captured in its course is being given back. */
    @Revision("1")
    record CaptureRefused(String paymentId, String orderId, String captureId, String reason) implements PaymentEvent {}

    // Refunds.

    /** This amount is to be given back, in one part or several. */
    record RefundStarted(String paymentId, String orderId, String refundId, Money amount, String reason)
            implements PaymentEvent {}

    /** The provider is to give a part of what was captured of an authorization back. */
    @Revision("1")
    record RefundRequested(
            String paymentId, String orderId, String refundId, String authorizationId, Money amount, String reason)
            implements PaymentEvent {}

    /** The amount was given back. */
    @Revision("1")
    record PaymentRefunded(String paymentId, String orderId, String refundId, String authorizationId, Money amount)
            implements PaymentEvent {}

    /** All that a refund was to give back has been. */
    record RefundCompleted(String paymentId, String orderId, String refundId, Money amount) implements PaymentEvent {}

    /** A refund, or what is left of it, was not possible. */
    record RefundRefused(String paymentId, String orderId, String refundId, Money amount, String reason)
            implements PaymentEvent {}

    // The whole payment.

    /** No more will be captured; what is still held is being given up. */
    record PaymentSettled(String paymentId, String orderId) implements PaymentEvent {}

    /** The payment is to be undone; what that takes depends on answers that are still out. */
    record PaymentCancelled(String paymentId, String orderId) implements PaymentEvent {}

    /** A cancelled payment is undone: nothing is held, nothing is kept. */
    record PaymentUndone(String paymentId, String orderId) implements PaymentEvent {}

    /**
     * Nobody knows what came of a request; it is still being found out. Said once for each request.
     *
     * @param operationId ID of the authorization, capture or refund
     */
    record OutcomeUnknown(
            String paymentId, String orderId, ProviderOperation operation, String operationId, String error)
            implements PaymentEvent {}
}
