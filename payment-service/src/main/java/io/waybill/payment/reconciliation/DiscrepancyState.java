package io.waybill.payment.reconciliation;

import io.waybill.messages.payment.ReconciliationEvent;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;

/** Where a discrepancy stands. */
public enum DiscrepancyState {
    /** Waits for a decision. */
    OPEN,
    /** Is being repaired. */
    REPAIR_REQUESTED,
    /** What can be done about it was done. */
    REPAIRED,
    /** Nothing is to be done about it. */
    DISMISSED,
    /** It is gone by itself. */
    CLEARED;

    static DiscrepancyState after(ReconciliationEvent event) {
        return switch (event) {
            case DiscrepancyFound found -> OPEN;
            case DiscrepancyRepairRequested requested -> REPAIR_REQUESTED;
            case DiscrepancyRepaired repaired -> REPAIRED;
            case DiscrepancyRepairFailed failed -> OPEN;
            case DiscrepancyDismissed dismissed -> DISMISSED;
            case DiscrepancyCleared cleared -> CLEARED;
        };
    }
}
