package io.waybill.messages.payment;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a disagreement between the provider's ledger, our payments and the orders. There is one discrepancy
 * for each authorization and kind; one that is over may be found again.
 */
public sealed interface ReconciliationEvent extends OrderRelated {

    String discrepancyId();

    /**
     * A disagreement was found, or one that is known has grown or shrunk.
     *
     * @param authorizationId the authorization it is about; for a disagreement with the order, the payment's first
     * @param providerReference the provider's name for the authorization, if it is known
     * @param expected what we recorded; for a disagreement with the order, what the order says is kept
     * @param found what the provider says; for a disagreement with the order, what the payment kept
     * @param about IDs of the captures, refunds or outstanding operations in question, or {@code amount}, {@code held},
     *     {@code kept}
     */
    record DiscrepancyFound(
            String discrepancyId,
            String orderId,
            String paymentId,
            String authorizationId,
            @Nullable String providerReference,
            DiscrepancyKind kind,
            Money expected,
            Money found,
            List<String> about)
            implements ReconciliationEvent {

        public DiscrepancyFound {
            about = List.copyOf(about);
        }
    }

    /** Somebody wants it repaired; it is looked at once more before anything is done. */
    record DiscrepancyRepairRequested(String discrepancyId, String orderId) implements ReconciliationEvent {}

    /**
     * What can be done about it was done. Whether that helped is for the next reconciliation to say.
     *
     * @param action what was done, such as {@code CAPTURE_RECORDED}
     */
    record DiscrepancyRepaired(String discrepancyId, String orderId, String action) implements ReconciliationEvent {}

    /** The repair could not be done, and it stays in the queue. */
    record DiscrepancyRepairFailed(String discrepancyId, String orderId, String code) implements ReconciliationEvent {}

    /** Somebody decided that nothing is to be done about it. */
    record DiscrepancyDismissed(String discrepancyId, String orderId, String reason) implements ReconciliationEvent {}

    /** It is gone, by nothing that was done about it here. */
    record DiscrepancyCleared(String discrepancyId, String orderId) implements ReconciliationEvent {}
}
