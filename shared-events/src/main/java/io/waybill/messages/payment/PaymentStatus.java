package io.waybill.messages.payment;

/** Where a payment stands. */
public enum PaymentStatus {
    /** Asked of the provider, no answer recorded yet. */
    REQUESTED,
    /** The customer has something to do at the provider first. */
    ACTION_REQUIRED,
    /** The provider holds the amount for us. */
    AUTHORIZED,
    /** The provider refused. */
    DECLINED,
    /** A part of the amount is ours, the rest may still be. */
    PARTIALLY_CAPTURED,
    /** All that will ever be ours is. */
    CAPTURED,
    /** Withdrawn before any money was held, or the hold was lifted. */
    VOIDED,
    /** Some of what was ours was given back. */
    PARTIALLY_REFUNDED,
    /** All that was ours was given back. */
    REFUNDED
}
