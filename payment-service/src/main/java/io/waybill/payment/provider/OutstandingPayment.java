package io.waybill.payment.provider;

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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a payment still wants of the provider, in the order in which it is to be asked, and what is needed to ask.
 *
 * @param sequence number of the payment's last event in here
 * @param paymentToken null as long as nothing was asked for
 * @param ending whether no further capture will follow those that are outstanding
 */
public record OutstandingPayment(
        String paymentId,
        String orderId,
        long sequence,
        @Nullable String paymentToken,
        boolean ending,
        List<Hold> holds,
        List<Operation> operations) {

    /**
     * An authorization.
     *
     * @param askedAt when it was asked for; null if it never was
     * @param confirmationDeadline until when the customer has time; null if nothing is asked of the customer
     */
    public record Hold(
            String authorizationId,
            Money amount,
            @Nullable Instant askedAt,
            long heldMinor,
            @Nullable String providerReference,
            @Nullable Instant expiresAt,
            @Nullable Instant confirmationDeadline) {

        Hold less(Money part) {
            return holding(Math.max(0, heldMinor - part.minor()));
        }

        Hold holding(long minor) {
            return new Hold(
                    authorizationId, amount, askedAt, minor, providerReference, expiresAt, confirmationDeadline);
        }
    }

    /**
     * One call that is to be made, and that no answer was recorded for.
     *
     * @param operationId ID of the authorization, capture or refund
     * @param last whether the authorization need not hold anything after this capture
     * @param unknown whether operators were told that its outcome is unknown
     * @param cause metadata of the message that asked for it, by which it can be followed
     */
    public record Operation(
            ProviderOperation kind,
            String operationId,
            String authorizationId,
            Money amount,
            String reason,
            boolean last,
            boolean unknown,
            Instant since,
            Map<String, String> cause) {

        /** One that is about an authorization as a whole. */
        private static Operation onAll(
                ProviderOperation kind,
                String authorizationId,
                Money amount,
                Instant since,
                Map<String, String> cause) {
            return new Operation(kind, authorizationId, authorizationId, amount, "", false, false, since, cause);
        }

        private Operation asUnknown() {
            return new Operation(kind, operationId, authorizationId, amount, reason, last, true, since, cause);
        }

        /** Tells it from every other operation of the payment. */
        String key() {
            return kind + " " + operationId + " " + authorizationId;
        }
    }

    static OutstandingPayment fold(
            @Nullable OutstandingPayment before,
            PaymentEvent event,
            long sequence,
            Instant at,
            Map<String, String> cause) {
        OutstandingPayment payment = before != null
                ? before
                : new OutstandingPayment(
                        event.paymentId(), event.orderId(), sequence, null, false, List.of(), List.of());
        return payment.after(event, at, cause).at(sequence);
    }

    private OutstandingPayment after(PaymentEvent event, Instant at, Map<String, String> cause) {
        return switch (event) {
            case AuthorizationRequested e -> authorizationRequested(e, at, cause);
            case CustomerActionRequired e ->
                hold(
                        e.authorizationId(),
                        hold -> new Hold(
                                hold.authorizationId(), hold.amount(), hold.askedAt(), 0, null, null, e.deadline()));
            case PaymentAuthorized e ->
                without(it -> is(it, ProviderOperation.AUTHORIZE, e.authorizationId()))
                        .hold(
                                e.authorizationId(),
                                hold -> new Hold(
                                        hold.authorizationId(),
                                        hold.amount(),
                                        hold.askedAt(),
                                        e.amount().minor(),
                                        e.providerReference(),
                                        e.expiresAt(),
                                        null));
            case PaymentDeclined e -> closed(e.authorizationId());
            case PaymentVoided e -> closed(e.authorizationId());
            case AuthorizationExpired e ->
                without(it -> it.kind() == ProviderOperation.CAPTURE
                                && it.authorizationId().equals(e.authorizationId()))
                        .hold(e.authorizationId(), hold -> hold.less(e.amount()));
            case VoidRequested e ->
                with(Operation.onAll(ProviderOperation.VOID, e.authorizationId(), e.amount(), at, cause));
            case CaptureRequested e ->
                with(new Operation(
                        ProviderOperation.CAPTURE,
                        e.captureId(),
                        e.authorizationId(),
                        e.amount(),
                        "",
                        ending || heldMinor(e.authorizationId()) == e.amount().minor(),
                        false,
                        at,
                        cause));
            case PaymentCaptured e ->
                without(it -> is(it, ProviderOperation.CAPTURE, e.captureId())
                                && it.authorizationId().equals(e.authorizationId()))
                        .knowing(e.authorizationId(), e.amount())
                        .hold(e.authorizationId(), hold -> hold.less(e.amount()));
            case CaptureRefused e -> without(it -> is(it, ProviderOperation.CAPTURE, e.captureId()));
            case RefundRequested e ->
                with(new Operation(
                        ProviderOperation.REFUND,
                        e.refundId(),
                        e.authorizationId(),
                        e.amount(),
                        e.reason(),
                        false,
                        false,
                        at,
                        cause));
            case PaymentRefunded e ->
                without(it -> is(it, ProviderOperation.REFUND, e.refundId())
                        && it.authorizationId().equals(e.authorizationId()));
            case RefundRefused e -> without(it -> is(it, ProviderOperation.REFUND, e.refundId()));
            case OutcomeUnknown e -> unknown(e);
            case PaymentSettled e -> asEnding();
            case PaymentCancelled e -> asEnding();
            case CaptureStarted e -> this;
            case CaptureCompleted e -> this;
            case RefundStarted e -> this;
            case RefundCompleted e -> this;
            case PaymentUndone e -> this;
        };
    }

    private OutstandingPayment authorizationRequested(AuthorizationRequested e, Instant at, Map<String, String> cause) {
        if (e.amount().minor() == 0) {
            return this; // The payment answered that by itself.
        }
        List<Hold> more = new ArrayList<>(holds);
        more.add(new Hold(e.authorizationId(), e.amount(), at, 0, null, null, null));
        String token = paymentToken == null ? e.paymentToken() : paymentToken;
        return new OutstandingPayment(paymentId, orderId, sequence, token, ending, more, operations)
                .with(Operation.onAll(ProviderOperation.AUTHORIZE, e.authorizationId(), e.amount(), at, cause));
    }

    /** What is to be asked next; empty if nothing is outstanding. */
    Optional<Operation> head() {
        return operations.stream().findFirst();
    }

    /** The hold that runs out first; empty if none does. */
    Optional<Hold> firstToExpire() {
        return holds.stream()
                .filter(hold -> hold.heldMinor() > 0 && hold.expiresAt() != null)
                .min(Comparator.comparing(hold -> hold.expiresAt() == null ? Instant.MAX : hold.expiresAt()));
    }

    Optional<Hold> hold(String authorizationId) {
        return holds.stream()
                .filter(hold -> hold.authorizationId().equals(authorizationId))
                .findFirst();
    }

    /** How to name an authorization to the provider. */
    AuthorizationCall call(String authorizationId) {
        Hold hold = hold(authorizationId)
                .orElseThrow(() -> new IllegalStateException(
                        "Payment " + paymentId + " never asked for authorization " + authorizationId));
        return new AuthorizationCall(
                authorizationId,
                paymentId,
                orderId,
                hold.amount(),
                paymentToken == null ? "" : paymentToken,
                hold.providerReference(),
                hold.askedAt());
    }

    private long heldMinor(String authorizationId) {
        return hold(authorizationId).map(Hold::heldMinor).orElse(0L);
    }

    private static boolean is(Operation operation, ProviderOperation kind, String id) {
        return operation.kind() == kind && operation.operationId().equals(id);
    }

    /** A void goes before the authorization that it is about, if that is unanswered: then there is nothing to lift. */
    private OutstandingPayment with(Operation operation) {
        List<Operation> more = new ArrayList<>(operations);
        int at = more.size();
        for (int i = 0; i < more.size() && operation.kind() == ProviderOperation.VOID; i++) {
            if (is(more.get(i), ProviderOperation.AUTHORIZE, operation.authorizationId())) {
                at = i;
            }
        }
        more.add(at, operation);
        return with(more);
    }

    private OutstandingPayment without(Predicate<Operation> answered) {
        return with(operations.stream().filter(answered.negate()).toList());
    }

    private OutstandingPayment closed(String authorizationId) {
        return without(it -> is(it, ProviderOperation.AUTHORIZE, authorizationId)
                        || is(it, ProviderOperation.VOID, authorizationId))
                .hold(authorizationId, hold -> hold.holding(0));
    }

    /** Reconciliation finds authorizations that were never asked for here; what was captured of them can be refunded. */
    private OutstandingPayment knowing(String authorizationId, Money amount) {
        if (hold(authorizationId).isPresent()) {
            return this;
        }
        List<Hold> more = new ArrayList<>(holds);
        more.add(new Hold(authorizationId, amount, null, 0, null, null, null));
        return new OutstandingPayment(paymentId, orderId, sequence, paymentToken, ending, more, operations);
    }

    private OutstandingPayment unknown(OutcomeUnknown e) {
        return with(operations.stream()
                .map(it -> is(it, e.operation(), e.operationId()) ? it.asUnknown() : it)
                .toList());
    }

    private OutstandingPayment hold(String authorizationId, UnaryOperator<Hold> change) {
        List<Hold> changed = holds.stream()
                .map(hold -> hold.authorizationId().equals(authorizationId) ? change.apply(hold) : hold)
                .toList();
        return new OutstandingPayment(paymentId, orderId, sequence, paymentToken, ending, changed, operations);
    }

    private OutstandingPayment with(List<Operation> nowOperations) {
        return new OutstandingPayment(paymentId, orderId, sequence, paymentToken, ending, holds, nowOperations);
    }

    private OutstandingPayment asEnding() {
        return new OutstandingPayment(paymentId, orderId, sequence, paymentToken, true, holds, operations);
    }

    private OutstandingPayment at(long nowSequence) {
        return new OutstandingPayment(paymentId, orderId, nowSequence, paymentToken, ending, holds, operations);
    }
}
