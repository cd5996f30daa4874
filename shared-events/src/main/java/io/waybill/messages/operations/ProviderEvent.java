package io.waybill.messages.operations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an operator asked for about the payment provider. Who, and in which request, is in the metadata. */
public sealed interface ProviderEvent {

    /**
     * What waits for the provider was to be asked for at once.
     *
     * @param paymentId the payment that waits; null for all that do
     */
    record ProviderRetryRequested(@Nullable String paymentId) implements ProviderEvent {}

    /**
     * The provider's ledger was to be compared with our payments and the orders.
     *
     * @param since from when on; null if the reconciliation finds that out itself
     */
    record ReconciliationRequested(
            String reconciliationId, @Nullable Instant since) implements ProviderEvent {}
}
