package io.waybill.messages.order;

/** Where an order stands. */
public enum OrderStatus {
    /** Accepted; stock and payment are being arranged. */
    PLACED,
    /** Stock is reserved (or on backorder, where the product allows it) and the payment authorized. */
    CONFIRMED,
    /** Some lines have left the house, others have not. */
    PARTIALLY_SHIPPED,
    /** All that will ever leave the house has. */
    SHIPPED,
    /** All that left the house has arrived. */
    DELIVERED,
    /** Could not be fulfilled; nothing is reserved and no money is kept. */
    REJECTED,
    /** Withdrawn before anything left the house; what had been arranged is undone. */
    CANCELLED
}
