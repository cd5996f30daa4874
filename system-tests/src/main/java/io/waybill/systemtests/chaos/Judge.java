package io.waybill.systemtests.chaos;

import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureStarted;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import io.waybill.simulation.books.Books;
import io.waybill.simulation.books.Provider;
import io.waybill.simulation.books.Violation;
import io.waybill.systemtests.EventLog.Entry;
import io.waybill.systemtests.chaos.Operation.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides from the event store, the provider's ledger and what clients know whether anything went wrong. */
final class Judge {

    private final List<Entry> log;
    private final Provider provider;
    private final List<Operation> operations;
    private final Duration checkoutLimit;
    private final Books books;

    /**
     * @param log all that was ever stored, in its order
     * @param checkoutLimit longest time from placing an order to its end
     */
    Judge(List<Entry> log, Provider provider, List<Operation> operations, Duration checkoutLimit) {
        this.log = log;
        this.provider = provider;
        this.operations = operations;
        this.checkoutLimit = checkoutLimit;
        this.books = new Books(provider);
    }

    /** All that can be said without the views. */
    List<Verdict> judge() {
        return List.of(
                sequences(),
                positions(),
                prefixes(),
                leftovers(),
                endings(),
                onlyOnce(),
                deadlines(),
                outcomes(),
                keys());
    }

    private Verdict sequences() {
        var verdict = new Verdict("3", "The events of each aggregate are numbered from 0 without a gap");
        Map<String, Long> next = new HashMap<>();
        for (Entry entry : log) {
            if (!isOfAggregate(entry)) {
                continue;
            }
            long expected = next.merge(entry.aggregateId(), 1L, Long::sum) - 1;
            verdict.check(entry.sequence() == expected, "not number %d of its aggregate: %s", expected, entry);
        }
        return verdict;
    }

    /** An event that is published without an aggregate is stored under its own ID. */
    private static boolean isOfAggregate(Entry entry) {
        return !entry.aggregateId().isEmpty() && !entry.aggregateId().equals(entry.messageId());
    }

    private Verdict positions() {
        var verdict = new Verdict("4", "Positions go up from 0 without a gap, and no event is stored twice");
        Set<String> messageIds = new HashSet<>();
        for (int i = 0; i < log.size(); i++) {
            Entry entry = log.get(i);
            verdict.check(entry.position() == i, "not at position %d: %s", i, entry);
            verdict.check(messageIds.add(entry.messageId()), "stored twice: %s", entry);
        }
        return verdict;
    }

    private Verdict prefixes() {
        var verdict = new Verdict("9, 10, 15, 17", "The books of goods, money and orders balance after each event");
        operations.stream()
                .filter(operation -> operation.kind().equals("refund"))
                .forEach(operation -> books.goodwill(operation.effectId()));
        for (Entry entry : log) {
            try {
                books.add(entry.payload());
                verdict.check(true, "");
            } catch (Violation e) {
                verdict.check(false, "%s, at %s", e.getMessage(), entry);
                return verdict;
            }
        }
        return verdict;
    }

    private Verdict leftovers() {
        var verdict = new Verdict("9, 10, 11, 15", "In the end nothing is set aside, held, kept or owed for nothing");
        try {
            books.checkQuiet();
            verdict.check(true, "");
        } catch (Violation e) {
            verdict.check(false, "%s", e.getMessage());
        }
        for (String id : provider.authorizationIds()) {
            verdict.check(
                    log.stream()
                            .anyMatch(entry -> entry.payload() instanceof AuthorizationRequested asked
                                    && asked.authorizationId().equals(id)),
                    "the provider has authorization %s, which nobody asked for",
                    id);
        }
        return verdict;
    }

    private Verdict endings() {
        var verdict = new Verdict(
                "11, 13", "Every checkout ends within " + checkoutLimit.toSeconds() + " s, faults included");
        Map<String, Instant> open = new HashMap<>();
        for (Entry entry : log) {
            switch (entry.payload()) {
                case OrderPlaced e -> open.put(e.orderId(), entry.storedAt());
                case OrderConfirmed e -> ended(verdict, open, e.orderId(), entry);
                case OrderRejected e -> ended(verdict, open, e.orderId(), entry);
                case OrderCancelled e -> ended(verdict, open, e.orderId(), entry);
                default -> {}
            }
        }
        open.forEach((orderId, placedAt) -> verdict.check(
                false, "order %s, placed at %s, has not ended: %s", orderId, placedAt, eventsOf(orderId)));
        return verdict;
    }

    private void ended(Verdict verdict, Map<String, Instant> open, String orderId, Entry entry) {
        @Nullable Instant placedAt = open.remove(orderId);
        // An order that was confirmed and then cancelled ended before.
        if (placedAt != null) {
            var took = Duration.between(placedAt, entry.storedAt());
            verdict.check(took.compareTo(checkoutLimit) <= 0, "order %s took %s: %s", orderId, took, eventsOf(orderId));
        }
    }

    private Verdict onlyOnce() {
        var verdict = new Verdict("12, 17, 20, 21", "No step of any process has its effect twice");
        Set<String> effects = new HashSet<>();
        for (Entry entry : log) {
            effect(entry.payload())
                    .ifPresent(effect -> verdict.check(effects.add(effect), "%s happened before: %s", effect, entry));
        }
        return verdict;
    }

    private Verdict deadlines() {
        var verdict =
                new Verdict("14", "A deadline that passes has one effect at most: the checkout has ended after it");
        Set<String> over = new HashSet<>();
        Set<String> passed = new HashSet<>();
        for (Entry entry : log) {
            switch (entry.payload()) {
                case OrderConfirmed e -> over.add(e.orderId());
                case OrderCancelled e -> over.add(e.orderId());
                case OrderRejected e -> {
                    verdict.check(over.add(e.orderId()), "rejected after its end: %s", entry);
                    passed.remove(e.orderId());
                }
                case CheckoutDeadlinePassed e -> {
                    if (!over.contains(e.orderId())) {
                        passed.add(e.orderId());
                    }
                }
                default -> {}
            }
        }
        passed.removeAll(over);
        passed.forEach(orderId -> verdict.check(false, "its deadline passed in vain: %s", eventsOf(orderId)));
        return verdict;
    }

    private Verdict outcomes() {
        var verdict = new Verdict("16", "What was acknowledged is stored, and what was refused is not");
        Set<String> effects = new HashSet<>();
        log.forEach(entry -> effect(entry.payload()).ifPresent(effects::add));
        for (Operation operation : operations) {
            Optional<String> effect = effect(operation);
            if (effect.isPresent() && operation.outcome() != Outcome.UNKNOWN) {
                boolean stored = effects.contains(effect.get())
                        || (operation.kind().equals("cancel")
                                && operation.outcome() == Outcome.OK
                                && effects.contains("OrderCancelled " + operation.part(1)));
                verdict.check(
                        stored == (operation.outcome() == Outcome.OK),
                        "%s is %s: %s",
                        effect.get(),
                        stored ? "stored" : "not stored",
                        operation);
            }
        }
        return verdict;
    }

    private Verdict keys() {
        var verdict = new Verdict("16", "Requests with the same key have the same answer, however often they are sent");
        Map<String, Operation> first = new HashMap<>();
        for (Operation operation : operations) {
            if (operation.outcome() == Outcome.OK && !operation.key().isEmpty()) {
                @Nullable Operation earlier = first.putIfAbsent(operation.path() + " " + operation.key(), operation);
                verdict.check(
                        earlier == null || operation.answer().contains(operation.effectId()),
                        "%s, but before %s",
                        operation,
                        earlier);
            }
        }
        return verdict;
    }

    /** What must not happen a second time, by name and ID; empty for what may. */
    private static Optional<String> effect(Object payload) {
        @Nullable
        String id = switch (payload) {
            case ProductListed e -> e.sku();
            case OrderPlaced e -> e.orderId();
            case OrderConfirmed e -> e.orderId();
            case OrderRejected e -> e.orderId();
            case OrderCancelled e -> e.orderId();
            case RestCancelled e -> e.cancellationId();
            case AmendmentRequested e -> e.amendmentId();
            case ShipmentRequested e -> e.shipmentId();
            case OrderShipped e -> e.shipmentId();
            case ShipmentDelivered e -> e.shipmentId();
            case ReturnRequested e -> e.returnId();
            case ExchangeRequested e -> e.returnId();
            case ReturnReceived e -> e.returnId();
            case ReturnInspected e -> e.returnId();
            case StockReceived e -> e.receiptId();
            case StockAdjusted e -> e.adjustmentId();
            case StockCounted e -> e.countId();
            case StockReserved e -> e.reservationId();
            case ReservationExtended e -> e.reservationId() + " " + e.extensionId();
            case BackorderFilled e -> e.reservationId();
            case StockCommitted e -> e.reservationId() + " " + e.shipmentId();
            case StockReturned e -> e.sku() + " " + e.returnId();
            case AuthorizationRequested e -> e.authorizationId();
            case PaymentAuthorized e -> e.authorizationId();
            case PaymentVoided e -> e.authorizationId();
            case CaptureStarted e -> e.captureId();
            case CaptureCompleted e -> e.captureId();
            case PaymentCaptured e -> e.authorizationId() + " " + e.captureId();
            case RefundStarted e -> e.refundId();
            case PaymentRefunded e -> e.authorizationId() + " " + e.refundId();
            default -> null;
        };
        return Optional.ofNullable(id).map(found -> payload.getClass().getSimpleName() + " " + found);
    }

    /** What the log holds if and only if the operation was done; empty if that cannot be told from its ID. */
    private static Optional<String> effect(Operation operation) {
        String id = operation.effectId();
        return Optional.ofNullable(
                switch (operation.kind()) {
                    case "list product" -> "ProductListed " + operation.part(1);
                    case "place", "place again", "canary" -> "OrderPlaced " + id;
                    case "cancel" -> "RestCancelled " + id;
                    case "amend" -> "AmendmentRequested " + id;
                    case "ship", "ship a part" -> "ShipmentRequested " + id;
                    case "return" -> "ReturnRequested " + id;
                    case "exchange" -> "ExchangeRequested " + id;
                    case "receive return" -> "ReturnReceived " + operation.part(3);
                    case "inspect" -> "ReturnInspected " + operation.part(3);
                    case "refund" -> "RefundStarted " + id;
                    case "receive" -> "StockReceived " + id;
                    case "adjust" -> "StockAdjusted " + id;
                    case "count" -> "StockCounted " + id;
                    default -> null;
                });
    }

    private List<String> eventsOf(String orderId) {
        List<String> events = new ArrayList<>();
        for (Entry entry : log) {
            if (entry.payload() instanceof OrderRelated related
                    && related.orderId().equals(orderId)) {
                events.add("%d %s %s".formatted(entry.position(), entry.storedAt(), entry.payload()));
            }
        }
        return events;
    }
}
