package io.waybill.messages.payment;

/** Where a payment stands. */
public enum PaymentStatus {
    /** Asked of the provider, no answer recorded yet. */
    REQUESTED,
    /** The provider holds the amount for us. */
    AUTHORIZED,
    /** The provider refused. */
    DECLINED,
    /** The amount is ours. */
    CAPTURED,
    /** Withdrawn before any money was held, or the hold was lifted. */
    VOIDED,
    /** The captured amount was given back. */
    REFUNDED
}
