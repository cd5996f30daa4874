package io.waybill.messages.payment;

/** In which way the provider's ledger, our payments and the orders disagree. */
public enum DiscrepancyKind {
    /** The provider holds money, or is about to, of which no payment of ours makes use. */
    ORPHAN_AUTHORIZATION,
    /** The provider handed money over that we did not record. */
    UNRECORDED_CAPTURE,
    /** The provider gave money back that we did not record. */
    UNRECORDED_REFUND,
    /** The provider holds no longer what we think it does. */
    UNRECORDED_EXPIRY,
    /** We recorded what the provider does not know. */
    MISSING_AT_PROVIDER,
    /** Both know of it, and of different amounts. */
    AMOUNT_MISMATCH,
    /** The money that is kept is not what the order says. */
    ORDER_MISMATCH,
    /** The provider was asked, and for too long there is no answer. */
    UNKNOWN_OUTCOME
}
