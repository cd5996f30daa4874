package io.waybill.payment.reconciliation;

import static io.waybill.messages.payment.DiscrepancyKind.AMOUNT_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.MISSING_AT_PROVIDER;
import static io.waybill.messages.payment.DiscrepancyKind.ORDER_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.ORPHAN_AUTHORIZATION;
import static io.waybill.messages.payment.DiscrepancyKind.UNKNOWN_OUTCOME;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_CAPTURE;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_EXPIRY;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_REFUND;

import io.waybill.messages.Money;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderDetails.Return;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.State;
import io.waybill.payment.reconciliation.ExpectedPayment.Authorization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pure functions that say what disagrees between what we expect and what others say. */
final class Comparison {

    private record Difference(String about, long expectedMinor, long foundMinor) {}

    private final Authorization expected;
    private final @Nullable LedgerEntry entry;
    private final Instant patience;
    private final Map<DiscrepancyKind, List<Difference>> differences = new EnumMap<>(DiscrepancyKind.class);

    private Comparison(Authorization expected, @Nullable LedgerEntry entry, Instant patience) {
        this.expected = expected;
        this.entry = entry;
        this.patience = patience;
    }

    /**
     * What disagrees about one authorization. What waits for an answer may be either way, until it has waited since
     * before {@code patience}.
     *
     * @param entry what the provider says of it; null if it never heard of it
     */
    static List<Finding> withProvider(
            AuthorizationCall subject, Authorization expected, @Nullable LedgerEntry entry, Instant patience) {
        var comparison = new Comparison(expected, entry, patience);
        comparison.compareParts(
                ProviderOperation.CAPTURE,
                expected.captures(),
                entry == null ? Map.of() : entry.captures(),
                UNRECORDED_CAPTURE);
        // As long as a capture is in question, so is what it left of the hold.
        if (comparison.differences.isEmpty() && !expected.isMoving(patience)) {
            comparison.compareHold();
        }
        comparison.compareParts(
                ProviderOperation.REFUND,
                expected.refunds(),
                entry == null ? Map.of() : entry.refunds(),
                UNRECORDED_REFUND);
        comparison.compareAmount();
        expected.outstanding().stream()
                .filter(one -> !one.givenUp() && one.since().isBefore(patience))
                .forEach(one -> comparison.add(UNKNOWN_OUTCOME, one.operationId(), one.minor(), 0));
        return comparison.findings(subject);
    }

    /**
     * What disagrees between a payment that nothing more will happen to and its order. Refunds that are no return's
     * were somebody's decision: they explain why less is kept, never why more is.
     *
     * @param order null if there is none
     */
    static List<Finding> withOrder(ExpectedPayment payment, @Nullable OrderDetails order) {
        long kept = payment.capturedMinor() - payment.refundedMinor();
        long due = order == null ? 0 : dueMinor(order);
        Set<String> returns = order == null
                ? Set.of()
                : order.returns().stream().map(Return::returnId).collect(Collectors.toSet());
        long decided = payment.refundedMinor(refundId -> !returns.contains(refundId));
        long paidAhead = order != null && mayShip(order) ? payment.capturedMinor(payment.paymentId()::equals) : 0;
        if (kept <= due + paidAhead && kept + decided >= due) {
            return List.of();
        }
        AuthorizationCall subject = payment.firstCall();
        String currency = subject.amount().currency();
        return List.of(new Finding(
                ORDER_MISMATCH, subject, new Money(due, currency), new Money(kept, currency), List.of("kept")));
    }

    private static long dueMinor(OrderDetails order) {
        return switch (order.status()) {
            case REJECTED, CANCELLED -> 0;
            case PLACED, CONFIRMED, PARTIALLY_SHIPPED, SHIPPED, DELIVERED ->
                order.shipped().minor() - order.refunded().minor();
        };
    }

    /** In the events of old, an order was paid for as a whole on its confirmation, by a capture of the payment's ID. */
    private static boolean mayShip(OrderDetails order) {
        return order.status() == OrderStatus.CONFIRMED || order.status() == OrderStatus.PARTIALLY_SHIPPED;
    }

    private void compareParts(
            ProviderOperation operation, Map<String, Long> ours, Map<String, Long> theirs, DiscrepancyKind unrecorded) {
        Set<String> ids = new TreeSet<>(ours.keySet());
        ids.addAll(theirs.keySet());
        for (String id : ids) {
            long our = ours.getOrDefault(id, 0L);
            long their = theirs.getOrDefault(id, 0L);
            if (our != their && !expected.waitsFor(operation, id, patience)) {
                add(our == 0 ? unrecorded : their == 0 ? MISSING_AT_PROVIDER : AMOUNT_MISMATCH, id, our, their);
            }
        }
    }

    private void compareHold() {
        long ours = expected.heldMinor();
        long theirs = entry == null ? 0 : entry.heldMinor();
        boolean pending = entry != null && entry.state() == State.PENDING;
        if (ours == 0 && entry != null && (theirs > 0 || pending)) {
            add(ORPHAN_AUTHORIZATION, "held", 0, pending ? entry.amount().minor() : theirs);
        } else if (ours != theirs) {
            add(entry == null ? MISSING_AT_PROVIDER : lostHold(entry), "held", ours, theirs);
        }
    }

    private static DiscrepancyKind lostHold(LedgerEntry entry) {
        return entry.state() == State.CLOSED ? UNRECORDED_EXPIRY : AMOUNT_MISMATCH;
    }

    private void compareAmount() {
        if (entry != null && expected.amount() != null && !entry.amount().equals(expected.amount())) {
            add(
                    AMOUNT_MISMATCH,
                    "amount",
                    expected.amount().minor(),
                    entry.amount().minor());
        }
    }

    private void add(DiscrepancyKind kind, String about, long expectedMinor, long foundMinor) {
        differences
                .computeIfAbsent(kind, first -> new ArrayList<>())
                .add(new Difference(about, expectedMinor, foundMinor));
    }

    private List<Finding> findings(AuthorizationCall subject) {
        String ours = expected.amount() == null
                ? subject.amount().currency()
                : expected.amount().currency();
        String theirs = entry == null ? ours : entry.amount().currency();
        List<Finding> findings = new ArrayList<>();
        differences.forEach((kind, all) -> findings.add(new Finding(
                kind,
                subject,
                new Money(all.stream().mapToLong(Difference::expectedMinor).sum(), ours),
                new Money(all.stream().mapToLong(Difference::foundMinor).sum(), theirs),
                all.stream().map(Difference::about).toList())));
        return findings;
    }
}
