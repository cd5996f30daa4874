package io.waybill.payment.reconciliation;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordFoundCapture;
import io.waybill.messages.payment.PaymentCommand.RecordFoundRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.ReconciliationCommand.ClearDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepair;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepairFailure;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import io.waybill.payment.reconciliation.DiscrepancyQueue.Entry;
import io.waybill.payment.reconciliation.Examination.Look;
import io.waybill.payment.reconciliation.ExpectedPayment.Outstanding;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Carries out repairs that were asked for. All of it can be done twice: a crash in between makes it be done again. */
final class Repairs {

    /** Outcome of a repair that the provider did not answer, or was not asked about for it had answered none lately. */
    static final String PROVIDER_UNREACHABLE = "PROVIDER_UNREACHABLE";

    private final PaymentProvider.Calls calls;
    private final Examination examination;
    private final Consumer<Object> commands;

    /** @param commands sends a command and waits until it was carried out */
    Repairs(PaymentProvider.Calls calls, Examination examination, Consumer<Object> commands) {
        this.calls = calls;
        this.examination = examination;
        this.commands = commands;
    }

    /**
     * What came of a repair.
     *
     * @param state in which it leaves the discrepancy
     * @param outcome what was done, or why nothing was
     */
    record Result(DiscrepancyState state, String outcome) {}

    /** Looks again, does what is right if the discrepancy is still there, and records what came of it. */
    Result carryOut(Entry discrepancy) {
        try {
            Optional<Look> look = examination.lookAt(discrepancy.subject());
            if (look.isEmpty()) {
                return failed(discrepancy, "PAYMENT_IN_MOTION");
            }
            if (look.get().finding(discrepancy.kind()).isEmpty()) {
                commands.accept(new ClearDiscrepancy(discrepancy.discrepancyId()));
                return new Result(DiscrepancyState.CLEARED, "NOTHING_TO_REPAIR");
            }
            return repair(discrepancy, look.get())
                    .map(action -> repaired(discrepancy, action))
                    .orElseGet(() -> failed(discrepancy, "NO_ANSWER_YET"));
        } catch (ProviderUnreachable | CallNotPermittedException e) {
            return failed(discrepancy, PROVIDER_UNREACHABLE);
        } catch (RuntimeException e) {
            Fault misuse = Misuse.faultOf(e).orElseThrow(() -> e);
            return failed(discrepancy, misuse.code());
        }
    }

    /** What is done about it; empty if nothing can be yet. */
    private Optional<String> repair(Entry discrepancy, Look look) {
        return switch (discrepancy.kind()) {
            case ORPHAN_AUTHORIZATION -> look.entry().map(entry -> lift(look, entry));
            case UNRECORDED_CAPTURE -> look.entry().map(entry -> recordParts(discrepancy, look, entry.captures()));
            case UNRECORDED_REFUND -> look.entry().map(entry -> recordParts(discrepancy, look, entry.refunds()));
            case UNRECORDED_EXPIRY -> {
                AuthorizationCall lost = look.subject();
                commands.accept(new RecordExpiry(lost.paymentId(), lost.authorizationId()));
                yield Optional.of("EXPIRY_RECORDED");
            }
            case UNKNOWN_OUTCOME -> recordAnswers(look);
            case MISSING_AT_PROVIDER, AMOUNT_MISMATCH, ORDER_MISMATCH ->
                throw new IllegalStateException("A repair of " + discrepancy.kind() + " cannot have been asked for");
        };
    }

    /**
     * A payment that asked for this hold, and never heard of its success, is told of it now: having given it up, it has
     * it voided. Any other hold is none of a payment's.
     */
    private String lift(Look look, LedgerEntry entry) {
        AuthorizationCall orphan = look.subject();
        boolean isLateSuccess =
                look.known() && look.expected().providerReference() == null && entry.state() == State.HELD;
        if (isLateSuccess) {
            commands.accept(authorization(orphan, entry));
            return "SUCCESS_RECORDED";
        }
        calls.call(provider -> provider.voidAuthorization(orphan));
        return "VOIDED_AT_PROVIDER";
    }

    private String recordParts(Entry discrepancy, Look look, Map<String, Long> parts) {
        boolean isCapture = discrepancy.kind() == DiscrepancyKind.UNRECORDED_CAPTURE;
        AuthorizationCall of = look.subject();
        Finding finding = look.finding(discrepancy.kind()).orElseThrow();
        for (String id : finding.about()) {
            var amount = new Money(
                    Objects.requireNonNull(parts.get(id)), finding.found().currency());
            commands.accept(
                    isCapture
                            ? new RecordFoundCapture(of.paymentId(), of.orderId(), id, of.authorizationId(), amount)
                            : new RecordFoundRefund(of.paymentId(), of.orderId(), id, of.authorizationId(), amount));
        }
        return isCapture ? "CAPTURE_RECORDED" : "REFUND_RECORDED";
    }

    private Optional<String> recordAnswers(Look look) {
        List<PaymentCommand> answers = look.expected().outstanding().stream()
                .filter(question -> !question.givenUp())
                .flatMap(question -> look.entry().flatMap(entry -> answer(look.subject(), question, entry)).stream())
                .toList();
        answers.forEach(commands);
        return answers.isEmpty() ? Optional.empty() : Optional.of("ANSWER_RECORDED");
    }

    /** What the provider's ledger says to a question; empty if it says nothing. */
    private static Optional<PaymentCommand> answer(AuthorizationCall call, Outstanding question, LedgerEntry entry) {
        String paymentId = call.paymentId();
        String id = question.operationId();
        @Nullable
        PaymentCommand answer = switch (question.operation()) {
            case AUTHORIZE ->
                switch (entry.state()) {
                    case PENDING -> null;
                    case HELD -> authorization(call, entry);
                    case CLOSED ->
                        entry.captures().isEmpty()
                                ? new RecordDecline(paymentId, id, Objects.requireNonNullElse(entry.reason(), "CLOSED"))
                                : authorization(call, entry);
                };
            case VOID -> entry.state() == State.CLOSED ? new RecordVoid(paymentId, id) : null;
            case CAPTURE ->
                entry.captures().containsKey(id)
                        ? new RecordCapture(paymentId, id, call.authorizationId(), entry.heldMinor() > 0)
                        : null;
            case REFUND ->
                entry.refunds().containsKey(id) ? new RecordRefund(paymentId, id, call.authorizationId()) : null;
        };
        return Optional.ofNullable(answer);
    }

    private static RecordAuthorization authorization(AuthorizationCall call, LedgerEntry entry) {
        return new RecordAuthorization(
                call.paymentId(), call.authorizationId(), entry.providerReference(), entry.expiresAt());
    }

    private Result repaired(Entry discrepancy, String action) {
        commands.accept(new RecordRepair(discrepancy.discrepancyId(), action));
        return new Result(DiscrepancyState.REPAIRED, action);
    }

    private Result failed(Entry discrepancy, String code) {
        commands.accept(new RecordRepairFailure(discrepancy.discrepancyId(), code));
        return new Result(DiscrepancyState.OPEN, code);
    }
}
