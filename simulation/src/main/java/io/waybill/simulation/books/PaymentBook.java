package io.waybill.simulation.books;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the log says of money, added up without the help of the aggregate. All amounts are minor units. */
public final class PaymentBook {

    private static final class Authorization {
        private final String orderId;
        private final long amount;
        private boolean authorized;
        private final Map<String, Long> captures = new HashMap<>();
        private final Map<String, Long> refunds = new HashMap<>();

        Authorization(String orderId, long amount) {
            this.orderId = orderId;
            this.amount = amount;
        }
    }

    private final Provider provider;
    private final Map<String, Authorization> authorizations = new LinkedHashMap<>();
    /** By the ID of the capture, which is the shipment's. */
    private final Map<String, Long> completedCaptures = new HashMap<>();

    private final Set<String> refusedCaptures = new HashSet<>();
    private final Set<String> startedRefunds = new HashSet<>();

    /** @param provider whose own knowledge has to agree with what is recorded */
    PaymentBook(Provider provider) {
        this.provider = provider;
    }

    /** What was ever authorized for an order. */
    long authorized(String orderId) {
        return authorizations.values().stream()
                .filter(each -> each.orderId.equals(orderId) && each.authorized)
                .mapToLong(each -> each.amount)
                .sum();
    }

    /** What was taken for an order. */
    public long captured(String orderId) {
        return authorizations.values().stream()
                .filter(each -> each.orderId.equals(orderId))
                .mapToLong(each -> sum(each.captures))
                .sum();
    }

    /** What was given back of it. */
    public long refunded(String orderId) {
        return authorizations.values().stream()
                .filter(each -> each.orderId.equals(orderId))
                .mapToLong(each -> sum(each.refunds))
                .sum();
    }

    /** What was captured for one shipment, over all authorizations. */
    long capturedFor(String captureId) {
        return authorizations.values().stream()
                .mapToLong(each -> each.captures.getOrDefault(captureId, 0L))
                .sum();
    }

    /** What was given back of an order under one ID, over all authorizations. */
    long refundedFor(String orderId, String refundId) {
        return authorizations.values().stream()
                .filter(each -> each.orderId.equals(orderId))
                .mapToLong(each -> each.refunds.getOrDefault(refundId, 0L))
                .sum();
    }

    /** Whether a refund of this ID was ever begun. */
    boolean isRefund(String refundId) {
        return startedRefunds.contains(refundId);
    }

    boolean isPaid(String shipmentId, long amount) {
        return completedCaptures.getOrDefault(shipmentId, -1L) == amount;
    }

    void add(PaymentEvent event) {
        switch (event) {
            case AuthorizationRequested e -> {
                var earlier = authorizations.put(
                        e.authorizationId(),
                        new Authorization(e.orderId(), e.amount().minor()));
                unless(earlier == null, 10, "authorization asked for twice: %s", e);
            }
            case PaymentAuthorized e -> {
                Authorization authorization = authorization(e.authorizationId());
                unless(!authorization.authorized, 15, "authorized twice: %s", e);
                unless(provider.everHeld(e.authorizationId()), 15, "the provider never held it: %s", e);
                unless(authorization.amount == e.amount().minor(), 10, "not what was asked for: %s", e);
                authorization.authorized = true;
            }
            case PaymentCaptured e -> captured(e);
            case PaymentRefunded e -> refunded(e);
            case CaptureCompleted e -> {
                var earlier = completedCaptures.put(e.captureId(), e.amount().minor());
                unless(earlier == null, 10, "two captures for one shipment: %s", e);
                unless(!refusedCaptures.contains(e.captureId()), 10, "completed after it was refused: %s", e);
                long captured = capturedFor(e.captureId());
                unless(captured == e.amount().minor(), 10, "%d captured for %s", captured, e);
            }
            case CaptureRefused e -> {
                refusedCaptures.add(e.captureId());
                unless(!completedCaptures.containsKey(e.captureId()), 10, "refused after it was completed: %s", e);
            }
            case RefundStarted e -> startedRefunds.add(e.refundId());
            case RefundCompleted e -> {
                long refunded = refundedFor(e.orderId(), e.refundId());
                unless(refunded == e.amount().minor(), 10, "%d refunded for %s", refunded, e);
            }
            case PaymentVoided e ->
                unless(!provider.holds(e.authorizationId()), 15, "the provider still holds it: %s", e);
            case AuthorizationExpired e ->
                unless(!provider.holds(e.authorizationId()), 15, "the provider still holds it: %s", e);
            case PaymentDeclined e -> unless(!provider.holds(e.authorizationId()), 15, "the provider holds it: %s", e);
            default -> {}
        }
    }

    private void captured(PaymentCaptured event) {
        Authorization authorization = authorization(event.authorizationId());
        long amount = event.amount().minor();
        var earlier = authorization.captures.put(event.captureId(), amount);
        unless(earlier == null, 10, "captured twice: %s", event);
        unless(sum(authorization.captures) <= authorization.amount, 10, "more than was held: %s", event);
        var taken = provider.captures(event.authorizationId()).get(event.captureId());
        unless(Objects.equals(taken, amount), 15, "the provider took %s: %s", taken, event);
    }

    private void refunded(PaymentRefunded event) {
        Authorization authorization = authorization(event.authorizationId());
        long amount = event.amount().minor();
        var earlier = authorization.refunds.put(event.refundId(), amount);
        unless(earlier == null, 10, "refunded twice: %s", event);
        unless(
                sum(authorization.refunds) <= sum(authorization.captures),
                10,
                "more given back than was taken: %s",
                event);
        var given = provider.refunds(event.authorizationId()).get(event.refundId());
        unless(Objects.equals(given, amount), 15, "the provider gave %s back: %s", given, event);
    }

    /** What must hold once nothing is under way. */
    void checkQuiet() {
        provider.authorizationIds()
                .forEach(id -> unless(
                        authorizations.containsKey(id) || !provider.everHeld(id), 15, "nobody asked for %s", id));
        authorizations.forEach((id, authorization) -> {
            unless(
                    provider.captures(id).equals(authorization.captures),
                    15,
                    "captures of %s: the provider has %s, we %s",
                    id,
                    provider.captures(id),
                    authorization.captures);
            unless(
                    provider.refunds(id).equals(authorization.refunds),
                    15,
                    "refunds of %s: the provider has %s, we %s",
                    id,
                    provider.refunds(id),
                    authorization.refunds);
        });
    }

    /** What the provider holds for an order. */
    public long heldByProvider(String orderId) {
        return authorizations.entrySet().stream()
                .filter(each -> each.getValue().orderId.equals(orderId))
                .mapToLong(each -> provider.heldMinor(each.getKey()))
                .sum();
    }

    /** Whether the provider holds anything by this authorization. */
    boolean isHeldByProvider(String authorizationId) {
        return provider.holds(authorizationId);
    }

    private Authorization authorization(String id) {
        var found = authorizations.get(id);
        unless(found != null, 10, "authorization %s was never asked for", id);
        return Objects.requireNonNull(found);
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }
}
