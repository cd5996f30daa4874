package io.waybill.payment.reconciliation;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ReconciliationCommand.ClearDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.DismissDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepair;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepairFailure;
import io.waybill.messages.payment.ReconciliationCommand.RepairDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.ReportDiscrepancy;
import io.waybill.messages.payment.ReconciliationEvent;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * One disagreement, from its discovery until it is gone; it may come back. Who asked for what is in the metadata of
 * its events.
 */
@Aggregate
class Discrepancy {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String discrepancyId;

    private @Nullable DiscrepancyFound found;
    private DiscrepancyState state = DiscrepancyState.CLEARED;

    /** One that somebody decided about comes back only if it is not what it was. */
    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReportDiscrepancy command) {
        var report = new DiscrepancyFound(
                command.discrepancyId(),
                command.orderId(),
                command.paymentId(),
                command.authorizationId(),
                command.providerReference(),
                command.kind(),
                command.expected(),
                command.found(),
                command.about());
        boolean isNews = switch (state) {
            case OPEN, DISMISSED -> !report.equals(found);
            case REPAIR_REQUESTED -> false;
            case REPAIRED, CLEARED -> true;
        };
        if (isNews) {
            apply(report);
        }
    }

    /** Quiet if it was asked for before and is not done: whoever carries repairs out does it again. */
    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RepairDiscrepancy command) {
        DiscrepancyFound known = known(command.discrepancyId());
        if (state == DiscrepancyState.REPAIR_REQUESTED) {
            return;
        }
        requireOpen(known);
        if (!isSafeToRepair(known.kind())) {
            throw Misuse.conflict(
                    "NO_SAFE_REPAIR",
                    "What is right here only people can find out. Settle it, then dismiss the discrepancy and say how.");
        }
        apply(new DiscrepancyRepairRequested(known.discrepancyId(), known.orderId()));
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordRepair command) {
        DiscrepancyFound known = known(command.discrepancyId());
        if (state == DiscrepancyState.REPAIR_REQUESTED) {
            apply(new DiscrepancyRepaired(known.discrepancyId(), known.orderId(), command.action()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordRepairFailure command) {
        DiscrepancyFound known = known(command.discrepancyId());
        if (state == DiscrepancyState.REPAIR_REQUESTED) {
            apply(new DiscrepancyRepairFailed(known.discrepancyId(), known.orderId(), command.code()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(DismissDiscrepancy command) {
        DiscrepancyFound known = known(command.discrepancyId());
        requireOpen(known);
        apply(new DiscrepancyDismissed(known.discrepancyId(), known.orderId(), command.reason()));
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ClearDiscrepancy command) {
        DiscrepancyFound known = known(command.discrepancyId());
        if (state == DiscrepancyState.OPEN || state == DiscrepancyState.REPAIR_REQUESTED) {
            apply(new DiscrepancyCleared(known.discrepancyId(), known.orderId()));
        }
    }

    /** A repair is safe if it moves no money that anybody has, or only records what has happened anyway. */
    private static boolean isSafeToRepair(DiscrepancyKind kind) {
        return switch (kind) {
            case ORPHAN_AUTHORIZATION, UNRECORDED_CAPTURE, UNRECORDED_REFUND, UNRECORDED_EXPIRY, UNKNOWN_OUTCOME ->
                true;
            case MISSING_AT_PROVIDER, AMOUNT_MISMATCH, ORDER_MISMATCH -> false;
        };
    }

    @EventSourcingHandler
    void on(ReconciliationEvent event) {
        discrepancyId = event.discrepancyId();
        if (event instanceof DiscrepancyFound report) {
            found = report;
        }
        state = DiscrepancyState.after(event);
    }

    private void requireOpen(DiscrepancyFound known) {
        if (state != DiscrepancyState.OPEN) {
            throw Misuse.conflict(
                    "DISCREPANCY_NOT_OPEN",
                    "Discrepancy " + known.discrepancyId() + " is " + state
                            + "; only one that is OPEN can be decided.");
        }
    }

    private DiscrepancyFound known(String id) {
        if (found == null) {
            throw Misuse.notFound("DISCREPANCY_NOT_FOUND", "There is no discrepancy " + id + ".");
        }
        return found;
    }
}
