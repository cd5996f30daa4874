package io.waybill.payment.provider;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordCustomerAction;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.payment.provider.OutstandingPayment.Hold;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import io.waybill.payment.provider.PaymentProvider.Answer;
import io.waybill.payment.provider.PaymentProvider.Answer.Done;
import io.waybill.payment.provider.PaymentProvider.Answer.Refused;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries one operation to the provider and says what is to be recorded. A call that may have been made before is not
 * made again before the provider was asked what it knows.
 */
final class Courier {

    /** A provider that loses three calls in a row is not going to take the fourth. */
    private static final int MAX_LOST_CALLS = 3;
    /** An operation that is older may have been carried by someone who did not live to tell. */
    private static final Duration SURELY_FIRST_TRY = Duration.ofSeconds(30);

    private final PaymentProvider.Calls calls;
    private final Duration confirmationDeadline;

    /** What came of it. */
    sealed interface Outcome {

        /** The provider has answered; null if there is nothing to record. */
        record Answered(@Nullable PaymentCommand record) implements Outcome {}

        /** The provider waits for the customer, who has until then. */
        record Waiting(@Nullable PaymentCommand record, Instant deadline) implements Outcome {}

        /** No answer came, and the provider did not see the call. */
        record Lost(ProviderUnreachable error) implements Outcome {}
    }

    Courier(PaymentProvider.Calls calls, Duration confirmationDeadline) {
        this.calls = calls;
        this.confirmationDeadline = confirmationDeadline;
    }

    /**
     * Carries an operation.
     *
     * @param attempts that failed before
     * @param lost how many of these the provider never saw
     * @throws ProviderUnreachable if nobody knows what came of it
     */
    Outcome carry(OutstandingPayment payment, Operation operation, int attempts, int lost, Instant now) {
        AuthorizationCall call = payment.call(operation.authorizationId());
        boolean again = attempts > 0 || operation.since().plus(SURELY_FIRST_TRY).isBefore(now);
        return switch (operation.kind()) {
            case AUTHORIZE -> authorize(payment, operation, call, again, lost, now);
            case CAPTURE -> new Outcome.Answered(capture(operation, call, again));
            case VOID -> {
                calls.call(provider -> provider.voidAuthorization(call));
                yield new Outcome.Answered(new RecordVoid(payment.paymentId(), operation.authorizationId()));
            }
            case REFUND -> new Outcome.Answered(refund(operation, call, again));
        };
    }

    /**
     * Looks whether the provider still holds what we think it does.
     *
     * @throws ProviderUnreachable if it does not say
     */
    Outcome look(OutstandingPayment payment, Hold hold) {
        AuthorizationCall call = payment.call(hold.authorizationId());
        boolean gone = calls.call(provider -> provider.find(call))
                .map(entry -> entry.heldMinor() == 0 && entry.state() == State.CLOSED)
                .orElse(false);
        return new Outcome.Answered(gone ? new RecordExpiry(payment.paymentId(), hold.authorizationId()) : null);
    }

    private Outcome authorize(
            OutstandingPayment payment,
            Operation operation,
            AuthorizationCall call,
            boolean again,
            int lost,
            Instant now) {
        boolean customerActs = payment.hold(call.authorizationId())
                .map(hold -> hold.confirmationDeadline() != null)
                .orElse(false);
        Optional<LedgerEntry> known = known(call, again || customerActs);
        if (known.isEmpty() && lost >= MAX_LOST_CALLS) {
            // One of the lost calls may still get there, and nobody would lift the hold it makes.
            return declined(call, "PROVIDER_UNREACHABLE");
        }
        LedgerEntry entry;
        try {
            entry = known.isPresent() ? known.get() : calls.call(provider -> provider.authorize(call));
        } catch (ProviderUnreachable e) {
            // Asked at once, because most often it knows.
            Optional<LedgerEntry> seen = calls.call(provider -> provider.find(call));
            if (seen.isEmpty()) {
                return new Outcome.Lost(e);
            }
            entry = seen.get();
        }
        return switch (entry.state()) {
            case HELD ->
                new Outcome.Answered(new RecordAuthorization(
                        call.paymentId(), call.authorizationId(), entry.providerReference(), entry.expiresAt()));
            case CLOSED ->
                new Outcome.Answered(new RecordDecline(
                        call.paymentId(),
                        call.authorizationId(),
                        entry.reason() == null ? "DECLINED" : entry.reason()));
            case PENDING -> pending(operation, call, entry, customerActs, now);
        };
    }

    /** What the provider knows; it is asked only if it may have been called before. */
    private Optional<LedgerEntry> known(AuthorizationCall call, boolean again) {
        return again ? calls.call(provider -> provider.find(call)) : Optional.empty();
    }

    private Outcome pending(
            Operation operation, AuthorizationCall call, LedgerEntry entry, boolean customerActs, Instant now) {
        Instant deadline = operation.since().plus(confirmationDeadline);
        if (!now.isBefore(deadline)) {
            return declined(call, "CONFIRMATION_TIMED_OUT");
        }
        return new Outcome.Waiting(
                customerActs
                        ? null
                        : new RecordCustomerAction(
                                call.paymentId(), call.authorizationId(), entry.actionUrl(), deadline),
                deadline);
    }

    private Outcome declined(AuthorizationCall call, String reason) {
        calls.call(provider -> provider.voidAuthorization(call));
        return new Outcome.Answered(new RecordDecline(call.paymentId(), call.authorizationId(), reason));
    }

    private PaymentCommand capture(Operation operation, AuthorizationCall call, boolean again) {
        String id = operation.operationId();
        Optional<LedgerEntry> made =
                known(call, again).filter(entry -> entry.captures().containsKey(id));
        Answer answer = made.<Answer>map(Done::new)
                .orElseGet(
                        () -> calls.call(provider -> provider.capture(call, id, operation.amount(), operation.last())));
        return switch (answer) {
            case Done done ->
                new RecordCapture(
                        call.paymentId(),
                        id,
                        call.authorizationId(),
                        done.entry().heldMinor() > 0);
            // What it no longer holds it is asked to hold anew: that is no reason to refuse a parcel.
            case Refused refused
            when refused.entry().state() == State.CLOSED -> new RecordExpiry(call.paymentId(), call.authorizationId());
            case Refused refused ->
                new RecordCaptureRefusal(call.paymentId(), id, call.authorizationId(), refused.reason());
        };
    }

    private PaymentCommand refund(Operation operation, AuthorizationCall call, boolean again) {
        String id = operation.operationId();
        Optional<LedgerEntry> made =
                known(call, again).filter(entry -> entry.refunds().containsKey(id));
        Answer answer = made.<Answer>map(Done::new)
                .orElseGet(() ->
                        calls.call(provider -> provider.refund(call, id, operation.amount(), operation.reason())));
        return switch (answer) {
            case Done done -> new RecordRefund(call.paymentId(), id, call.authorizationId());
            case Refused refused ->
                new RecordRefundRefusal(call.paymentId(), id, call.authorizationId(), refused.reason());
        };
    }
}
