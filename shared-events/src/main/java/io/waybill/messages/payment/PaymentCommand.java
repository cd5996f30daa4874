package io.waybill.messages.payment;

import io.waybill.messages.Money;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What can be asked of a payment. */
public sealed interface PaymentCommand {

    String paymentId();

    /** Asks the provider to hold an amount for an order; the same payment again changes nothing. */
    record AuthorizePayment(
            @TargetAggregateIdentifier String paymentId, String orderId, Money amount, String paymentToken)
            implements PaymentCommand {}

    /** Asks the provider for the held amount. */
    record CapturePayment(@TargetAggregateIdentifier String paymentId) implements PaymentCommand {}

    /**
     * Undoes whatever has been done: nothing asked yet, then nothing ever will be; held, then voided; captured, then
     * refunded; unanswered, then undone as soon as it can be.
     */
    record CancelPayment(@TargetAggregateIdentifier String paymentId, String orderId) implements PaymentCommand {}

    /** Records that the provider holds the amount. */
    record RecordAuthorization(@TargetAggregateIdentifier String paymentId, String providerReference)
            implements PaymentCommand {}

    /** Records that the provider refused to hold the amount. */
    record RecordDecline(@TargetAggregateIdentifier String paymentId, String reason) implements PaymentCommand {}

    /** Records that the provider handed the amount over. */
    record RecordCapture(@TargetAggregateIdentifier String paymentId) implements PaymentCommand {}

    /** Records that the provider refused to hand the amount over. */
    record RecordCaptureRefusal(@TargetAggregateIdentifier String paymentId, String reason) implements PaymentCommand {}

    /** Records that the hold was lifted. */
    record RecordVoid(@TargetAggregateIdentifier String paymentId) implements PaymentCommand {}

    /** Records that the captured amount was given back. */
    record RecordRefund(@TargetAggregateIdentifier String paymentId) implements PaymentCommand {}
}
