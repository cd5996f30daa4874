package io.waybill.messages.payment;

import io.waybill.messages.Money;
import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the payment of an order. A payment has one authorization or more, of which the first has the
 * payment's own ID; captures and refunds are spread over them. Each authorization, capture and refund is named by an ID:
 * asked for again under the same ID it changes nothing.
 */
public sealed interface PaymentCommand {

    String paymentId();

    // What the processes ask for.

    /** Asks the provider to hold an amount for an order; the same payment again changes nothing. */
    record AuthorizePayment(
            @TargetAggregateIdentifier String paymentId, String orderId, Money amount, String paymentToken)
            implements PaymentCommand {}

    /** Asks the provider to hold more, with the means of payment of the first authorization. */
    record AuthorizeMore(
            @TargetAggregateIdentifier String paymentId, String orderId, String authorizationId, Money amount)
            implements PaymentCommand {}

    /**
     * Lifts the hold of one authorization of which nothing was captured, and of no other. One that was never asked for
     * is remembered, so that it cannot be asked for late.
     */
    record VoidAuthorization(@TargetAggregateIdentifier String paymentId, String orderId, String authorizationId)
            implements PaymentCommand {}

    /**
     * Asks the provider for an amount of what it holds. If it no longer holds enough, it is first asked to hold the
     * difference again.
     *
     * @param captureId names this capture, which is one shipment's
     */
    record CapturePayment(@TargetAggregateIdentifier String paymentId, String orderId, String captureId, Money amount)
            implements PaymentCommand {}

    /** Lifts what is still held once captures in progress are answered, because no more will be captured. */
    record SettlePayment(@TargetAggregateIdentifier String paymentId, String orderId) implements PaymentCommand {}

    /**
     * Undoes whatever has been done: nothing asked yet, then nothing ever will be; held, then voided; captured, then
     * refunded; unanswered, then undone as soon as it can be.
     */
    record CancelPayment(@TargetAggregateIdentifier String paymentId, String orderId) implements PaymentCommand {}

    /** Gives a part of the captured amount back. */
    record RefundPayment(
            @TargetAggregateIdentifier String paymentId, String orderId, String refundId, Money amount, String reason)
            implements PaymentCommand {}

    // What the provider answered.

    /**
     * Records that the customer has something to do at the provider.
     *
     * @param actionUrl where to; null if the provider says it in another way
     * @param deadline when the authorization is given up
     */
    record RecordCustomerAction(
            @TargetAggregateIdentifier String paymentId,
            String authorizationId,
            @Nullable String actionUrl,
            Instant deadline)
            implements PaymentCommand {}

    /**
     * Records that the provider holds the amount.
     *
     * @param expiresAt until when it does, if the provider says so
     */
    record RecordAuthorization(
            @TargetAggregateIdentifier String paymentId,
            String authorizationId,
            String providerReference,
            @Nullable Instant expiresAt)
            implements PaymentCommand {}

    /** Records that the provider refused to hold the amount. */
    record RecordDecline(@TargetAggregateIdentifier String paymentId, String authorizationId, String reason)
            implements PaymentCommand {}

    /** Records that the provider no longer holds what was not captured of an authorization, by no wish of ours. */
    record RecordExpiry(@TargetAggregateIdentifier String paymentId, String authorizationId)
            implements PaymentCommand {}

    /** Records that the hold was lifted. */
    record RecordVoid(@TargetAggregateIdentifier String paymentId, String authorizationId) implements PaymentCommand {}

    /**
     * Records that the provider handed the amount of a {@code CaptureRequested} over.
     *
     * @param restHeld whether the provider still holds what is left of the authorization
     */
    record RecordCapture(
            @TargetAggregateIdentifier String paymentId, String captureId, String authorizationId, boolean restHeld)
            implements PaymentCommand {}

    /** Records that the provider refused to hand the amount of a {@code CaptureRequested} over. */
    record RecordCaptureRefusal(
            @TargetAggregateIdentifier String paymentId, String captureId, String authorizationId, String reason)
            implements PaymentCommand {}

    /** Records that the amount of a {@code RefundRequested} was given back. */
    record RecordRefund(@TargetAggregateIdentifier String paymentId, String refundId, String authorizationId)
            implements PaymentCommand {}

    /** Records that the provider refused to give the amount of a {@code RefundRequested} back. */
    record RecordRefundRefusal(
            @TargetAggregateIdentifier String paymentId, String refundId, String authorizationId, String reason)
            implements PaymentCommand {}

    /**
     * Records that nobody knows what came of a request, and that it is still being found out.
     *
     * @param operation what was asked for
     * @param operationId ID of the authorization, capture or refund
     */
    record RecordUnknownOutcome(
            @TargetAggregateIdentifier String paymentId, ProviderOperation operation, String operationId, String error)
            implements PaymentCommand {}

    // What reconciliation found.

    /** Records money that the provider handed over without our knowledge. */
    record RecordFoundCapture(
            @TargetAggregateIdentifier String paymentId,
            String orderId,
            String captureId,
            String authorizationId,
            Money amount)
            implements PaymentCommand {}

    /** Records money that the provider gave back without our knowledge. */
    record RecordFoundRefund(
            @TargetAggregateIdentifier String paymentId,
            String orderId,
            String refundId,
            String authorizationId,
            Money amount)
            implements PaymentCommand {}
}
