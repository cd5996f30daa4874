package io.waybill.payment.reconciliation;

import static io.waybill.messages.payment.ProviderOperation.AUTHORIZE;
import static io.waybill.messages.payment.ProviderOperation.CAPTURE;
import static io.waybill.messages.payment.ProviderOperation.REFUND;
import static io.waybill.messages.payment.ProviderOperation.VOID;

import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureStarted;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentSettled;
import io.waybill.messages.payment.PaymentEvent.PaymentUndone;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the provider's ledger has to say of one payment, if it and we recorded the same.
 *
 * @param changedAt time of the payment's last event
 */
public record ExpectedPayment(String paymentId, String orderId, List<Authorization> authorizations, Instant changedAt) {

    /** Stands for the amount of an authorization that was given up before it was asked for. */
    private static final Money NOTHING = new Money(0, "XXX");

    public ExpectedPayment {
        authorizations = List.copyOf(authorizations);
    }

    static ExpectedPayment fold(@Nullable ExpectedPayment payment, PaymentEvent event, Instant at) {
        ExpectedPayment before =
                payment != null ? payment : new ExpectedPayment(event.paymentId(), event.orderId(), List.of(), at);
        List<Authorization> authorizations = switch (event) {
            case AuthorizationRequested requested ->
                before.with(
                        requested.authorizationId(),
                        one -> one.asked(requested.amount(), requested.paymentToken())
                                .waits(AUTHORIZE, one.authorizationId(), requested.amount(), at));
            case CustomerActionRequired required ->
                before.with(
                        required.authorizationId(),
                        one -> one.answered(AUTHORIZE, one.authorizationId())
                                .waits(AUTHORIZE, one.authorizationId(), one.amount(), required.deadline()));
            case PaymentAuthorized authorized ->
                before.with(
                        authorized.authorizationId(),
                        one -> one.holds(authorized.amount(), authorized.providerReference()));
            case PaymentDeclined declined -> before.with(declined.authorizationId(), Authorization::closed);
            case AuthorizationExpired expired -> before.with(expired.authorizationId(), one -> one.expired(at));
            case PaymentVoided voided -> before.with(voided.authorizationId(), Authorization::closed);
            case VoidRequested requested ->
                before.with(
                        requested.authorizationId(),
                        one -> one.waits(VOID, one.authorizationId(), requested.amount(), at));
            case CaptureRequested requested ->
                before.with(
                        requested.authorizationId(),
                        one -> one.waits(CAPTURE, requested.captureId(), requested.amount(), at));
            case PaymentCaptured captured ->
                before.with(captured.authorizationId(), one -> one.captured(captured.captureId(), captured.amount()));
            case CaptureRefused refused -> before.withEach(one -> one.gaveUp(CAPTURE, refused.captureId(), at));
            case RefundRequested requested ->
                before.with(
                        requested.authorizationId(),
                        one -> one.waits(REFUND, requested.refundId(), requested.amount(), at));
            case PaymentRefunded refunded ->
                before.with(refunded.authorizationId(), one -> one.refunded(refunded.refundId(), refunded.amount()));
            case RefundRefused refused -> before.withEach(one -> one.gaveUp(REFUND, refused.refundId(), at));
            case CaptureStarted started -> before.authorizations;
            case CaptureCompleted completed -> before.authorizations;
            case RefundStarted started -> before.authorizations;
            case RefundCompleted completed -> before.authorizations;
            case PaymentSettled settled -> before.authorizations;
            case PaymentCancelled cancelled -> before.authorizations;
            case PaymentUndone undone -> before.authorizations;
            case OutcomeUnknown unknown -> before.authorizations;
        };
        return new ExpectedPayment(before.paymentId, before.orderId, authorizations, at);
    }

    /** What is expected of one authorization; empty if it was never asked for. */
    Optional<Authorization> authorization(String authorizationId) {
        return authorizations.stream()
                .filter(one -> one.authorizationId().equals(authorizationId))
                .findFirst();
    }

    /** Whether all is answered, and nothing has happened since then. */
    boolean isQuietSince(Instant moment) {
        return changedAt.isBefore(moment)
                && authorizations.stream()
                        .flatMap(one -> one.outstanding().stream())
                        .allMatch(Outstanding::givenUp);
    }

    long capturedMinor() {
        return capturedMinor(captureId -> true);
    }

    long capturedMinor(Predicate<String> captureId) {
        return authorizations.stream()
                .mapToLong(one -> sum(one.captures(), captureId))
                .sum();
    }

    long refundedMinor() {
        return refundedMinor(refundId -> true);
    }

    long refundedMinor(Predicate<String> refundId) {
        return authorizations.stream()
                .mapToLong(one -> sum(one.refunds(), refundId))
                .sum();
    }

    /** The authorization that has the payment's own ID, to be asked about. */
    AuthorizationCall firstCall() {
        return call(authorization(paymentId).orElse(Authorization.unknown(paymentId)));
    }

    AuthorizationCall call(Authorization authorization) {
        return new AuthorizationCall(
                authorization.authorizationId(),
                paymentId,
                orderId,
                authorization.amount() == null ? NOTHING : authorization.amount(),
                authorization.paymentToken(),
                authorization.providerReference(),
                null);
    }

    private static long sum(Map<String, Long> parts, Predicate<String> id) {
        return parts.entrySet().stream()
                .filter(part -> id.test(part.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private List<Authorization> with(String authorizationId, UnaryOperator<Authorization> change) {
        List<Authorization> all = new ArrayList<>(authorizations);
        if (authorization(authorizationId).isEmpty()) {
            all.add(Authorization.unknown(authorizationId));
        }
        all.replaceAll(one -> one.authorizationId().equals(authorizationId) ? change.apply(one) : one);
        return all;
    }

    private List<Authorization> withEach(UnaryOperator<Authorization> change) {
        return authorizations.stream().map(change).toList();
    }

    /**
     * What is expected of one authorization.
     *
     * @param amount what was asked for; null if it was given up before it was asked for
     * @param paymentToken what it was asked for with; empty if it never was
     * @param providerReference null as long as the provider has not said
     * @param heldMinor minor units held and not captured
     * @param captures minor units by the ID of the capture
     * @param refunds minor units by the ID of the refund
     * @param outstanding what was asked for and not answered
     */
    public record Authorization(
            String authorizationId,
            @Nullable Money amount,
            String paymentToken,
            @Nullable String providerReference,
            long heldMinor,
            NavigableMap<String, Long> captures,
            NavigableMap<String, Long> refunds,
            List<Outstanding> outstanding) {

        public Authorization {
            captures = Collections.unmodifiableNavigableMap(new TreeMap<>(captures));
            refunds = Collections.unmodifiableNavigableMap(new TreeMap<>(refunds));
            outstanding = List.copyOf(outstanding);
        }

        static Authorization unknown(String authorizationId) {
            return new Authorization(authorizationId, null, "", null, 0, new TreeMap<>(), new TreeMap<>(), List.of());
        }

        /** Whether what is held may be about to change. */
        boolean isMoving(Instant patience) {
            return outstanding.stream().anyMatch(one -> one.operation() != REFUND && one.isOpen(patience));
        }

        boolean waitsFor(ProviderOperation operation, String operationId, Instant patience) {
            return outstanding.stream().anyMatch(one -> one.is(operation, operationId) && one.isOpen(patience));
        }

        private Authorization asked(Money asked, String token) {
            return new Authorization(
                    authorizationId, asked, token, providerReference, heldMinor, captures, refunds, outstanding);
        }

        private Authorization holds(Money held, String reference) {
            return new Authorization(
                            authorizationId,
                            held,
                            paymentToken,
                            reference,
                            held.minor(),
                            captures,
                            refunds,
                            outstanding)
                    .answered(AUTHORIZE, authorizationId);
        }

        /** Nothing is held, so whether something is to be held or lifted is no question any more. */
        private Authorization closed() {
            return moved(0, captures, refunds)
                    .answered(AUTHORIZE, authorizationId)
                    .answered(VOID, authorizationId);
        }

        /** A capture that was asked for has nothing to take from any more, unless it was done before. */
        private Authorization expired(Instant at) {
            return closed().givenUp(one -> one.operation() == CAPTURE, at);
        }

        private Authorization gaveUp(ProviderOperation operation, String operationId, Instant at) {
            return givenUp(one -> one.is(operation, operationId), at);
        }

        private Authorization givenUp(Predicate<Outstanding> which, Instant at) {
            return waiting(outstanding.stream()
                    .map(one -> which.test(one) ? one.givenUp(at) : one)
                    .toList());
        }

        private Authorization captured(String captureId, Money part) {
            return moved(Math.max(0, heldMinor - part.minor()), plus(captures, captureId, part), refunds)
                    .answered(CAPTURE, captureId);
        }

        private Authorization refunded(String refundId, Money part) {
            return moved(heldMinor, captures, plus(refunds, refundId, part)).answered(REFUND, refundId);
        }

        private Authorization moved(
                long held, NavigableMap<String, Long> captured, NavigableMap<String, Long> refunded) {
            return new Authorization(
                    authorizationId, amount, paymentToken, providerReference, held, captured, refunded, outstanding);
        }

        private Authorization waits(
                ProviderOperation operation, String operationId, @Nullable Money part, Instant since) {
            List<Outstanding> more = new ArrayList<>(outstanding);
            more.add(new Outstanding(operation, operationId, part == null ? 0 : part.minor(), since, false));
            return waiting(more);
        }

        private Authorization answered(ProviderOperation operation, String operationId) {
            return waiting(outstanding.stream()
                    .filter(one -> !one.is(operation, operationId))
                    .toList());
        }

        private Authorization waiting(List<Outstanding> what) {
            return new Authorization(
                    authorizationId, amount, paymentToken, providerReference, heldMinor, captures, refunds, what);
        }

        private static NavigableMap<String, Long> plus(NavigableMap<String, Long> parts, String id, Money part) {
            var more = new TreeMap<>(parts);
            more.merge(id, part.minor(), Math::addExact);
            return more;
        }
    }

    /**
     * Something that the provider was asked for and has not answered.
     *
     * @param operationId ID of the authorization, capture or refund
     * @param since when it was asked for or given up, or when the time that the customer has for it is up
     * @param givenUp whether no answer is waited for; one that was on its way may still come
     */
    public record Outstanding(
            ProviderOperation operation, String operationId, long minor, Instant since, boolean givenUp) {

        boolean is(ProviderOperation kind, String id) {
            return operation == kind && operationId.equals(id);
        }

        /** Whether the provider may have done it or not without anything being wrong. */
        boolean isOpen(Instant patience) {
            return !givenUp || !since.isBefore(patience);
        }

        private Outstanding givenUp(Instant at) {
            return new Outstanding(operation, operationId, minor, at, true);
        }
    }
}
