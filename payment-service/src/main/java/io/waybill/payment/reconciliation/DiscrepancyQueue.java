package io.waybill.payment.reconciliation;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.Money;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ReconciliationEvent;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;

/** One document per discrepancy. */
@Projection
@ProcessingGroup("discrepancies")
class DiscrepancyQueue {

    private static final String STATE = "view.state";

    private final ViewStore<Entry> entries;

    DiscrepancyQueue(MongoDatabase database) {
        entries = new ViewStore<>(database, "discrepancies", Entry.class);
    }

    /**
     * A discrepancy as an operator sees it; see {@link DiscrepancyFound} for what is not explained here.
     *
     * @param foundAt since when it has been there
     * @param decidedBy who asked for its repair or dismissed it; null as long as nobody has
     * @param outcome what was done about it, why that failed, or why it was dismissed; null otherwise
     */
    public record Entry(
            String discrepancyId,
            DiscrepancyKind kind,
            DiscrepancyState state,
            String orderId,
            String paymentId,
            String authorizationId,
            @Nullable String providerReference,
            Money expected,
            Money found,
            List<String> about,
            Instant foundAt,
            @Nullable String decidedBy,
            @Nullable String outcome,
            Instant updatedAt) {

        /** The authorization it is about, as far as it is known from here. */
        AuthorizationCall subject() {
            return new AuthorizationCall(authorizationId, paymentId, orderId, found, "", providerReference, null);
        }
    }

    @EventHandler
    void on(
            ReconciliationEvent event,
            TrackingToken token,
            @SequenceNumber long sequence,
            @Timestamp Instant at,
            @MetaDataValue(Correlation.ACTOR) @Nullable String actor) {
        entries.fold(event.discrepancyId(), Positions.of(token), sequence, entry -> fold(entry, event, actor, at));
    }

    /** The discrepancy of this ID; empty if there is none. */
    Optional<Entry> find(String discrepancyId) {
        return Optional.ofNullable(entries.find(discrepancyId));
    }

    /** Discrepancies, those first that have been there longest; null lets those of every state pass. */
    List<Entry> oldest(@Nullable DiscrepancyState state, int limit) {
        return entries.find(
                state == null ? empty() : eq(STATE, state.name()),
                ascending("view.foundAt", "view.discrepancyId"),
                limit);
    }

    /** Discrepancies that are not over, in the order of their IDs. */
    List<Entry> pageOfUndecided(String after, int limit) {
        return entries.find(
                and(
                        gt("_id", after),
                        in(STATE, DiscrepancyState.OPEN.name(), DiscrepancyState.REPAIR_REQUESTED.name())),
                ascending("_id"),
                limit);
    }

    static Entry fold(@Nullable Entry entry, ReconciliationEvent event, @Nullable String actor, Instant at) {
        return switch (event) {
            case DiscrepancyFound found -> found(entry, found, at);
            case DiscrepancyRepairRequested requested -> moved(entry, event, actor, null, at);
            case DiscrepancyRepaired repaired -> moved(entry, event, null, repaired.action(), at);
            case DiscrepancyRepairFailed failed -> moved(entry, event, null, failed.code(), at);
            case DiscrepancyDismissed dismissed -> moved(entry, event, actor, dismissed.reason(), at);
            case DiscrepancyCleared cleared -> moved(entry, event, null, null, at);
        };
    }

    private static Entry found(@Nullable Entry before, DiscrepancyFound found, Instant at) {
        Instant foundAt = before != null && before.state() == DiscrepancyState.OPEN ? before.foundAt() : at;
        return new Entry(
                found.discrepancyId(),
                found.kind(),
                DiscrepancyState.after(found),
                found.orderId(),
                found.paymentId(),
                found.authorizationId(),
                found.providerReference(),
                found.expected(),
                found.found(),
                found.about(),
                foundAt,
                null,
                null,
                at);
    }

    /** Who decided stays to be seen when what came of it is recorded. */
    private static Entry moved(
            @Nullable Entry entry,
            ReconciliationEvent event,
            @Nullable String decidedBy,
            @Nullable String outcome,
            Instant at) {
        Entry before = Objects.requireNonNull(entry, "moved before it was found");
        return new Entry(
                before.discrepancyId(),
                before.kind(),
                DiscrepancyState.after(event),
                before.orderId(),
                before.paymentId(),
                before.authorizationId(),
                before.providerReference(),
                before.expected(),
                before.found(),
                before.about(),
                before.foundAt(),
                decidedBy == null ? before.decidedBy() : decidedBy,
                outcome,
                at);
    }
}
