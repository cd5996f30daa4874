package io.waybill.messages.payment;

/** What a provider can be asked to do. */
public enum ProviderOperation {
    AUTHORIZE,
    CAPTURE,
    VOID,
    REFUND
}
