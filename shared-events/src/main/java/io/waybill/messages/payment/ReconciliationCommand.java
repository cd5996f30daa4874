package io.waybill.messages.payment;

import io.waybill.messages.Money;
import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** What can be asked of a discrepancy. */
public sealed interface ReconciliationCommand {

    String discrepancyId();

    /** Reports a disagreement; one that is known already changes nothing. See {@code DiscrepancyFound}. */
    record ReportDiscrepancy(
            @TargetAggregateIdentifier String discrepancyId,
            String orderId,
            String paymentId,
            String authorizationId,
            @Nullable String providerReference,
            DiscrepancyKind kind,
            Money expected,
            Money found,
            List<String> about)
            implements ReconciliationCommand {

        public ReportDiscrepancy {
            about = List.copyOf(about);
        }
    }

    /** Asks for the repair of an open discrepancy of a kind that can be repaired safely. */
    record RepairDiscrepancy(@TargetAggregateIdentifier String discrepancyId) implements ReconciliationCommand {}

    /** Records what was done to repair it. */
    record RecordRepair(@TargetAggregateIdentifier String discrepancyId, String action)
            implements ReconciliationCommand {}

    /** Records that the repair was not possible. */
    record RecordRepairFailure(@TargetAggregateIdentifier String discrepancyId, String code)
            implements ReconciliationCommand {}

    /** Takes an open discrepancy out of the queue because somebody decided so. */
    record DismissDiscrepancy(@TargetAggregateIdentifier String discrepancyId, String reason)
            implements ReconciliationCommand {}

    /** Records that a discrepancy is gone. */
    record ClearDiscrepancy(@TargetAggregateIdentifier String discrepancyId) implements ReconciliationCommand {}
}
