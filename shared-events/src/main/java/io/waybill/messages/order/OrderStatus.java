package io.waybill.messages.order;

/** Where an order stands. */
public enum OrderStatus {
    /** Accepted; stock and payment are being arranged. */
    PLACED,
    /** Stock is reserved and the payment authorized. */
    CONFIRMED,
    /** Could not be fulfilled; nothing is reserved and no money is kept. */
    REJECTED,
    /** Withdrawn; what had been arranged is undone. */
    CANCELLED
}
