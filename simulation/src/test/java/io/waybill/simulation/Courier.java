package io.waybill.simulation;

import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordCustomerAction;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.payment.provider.PaymentProvider.Answer;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;

/**
 * Carries what payments ask for to the bank and the answers back, as the payment service does but one call at a time and
 * in any order.
 */
final class Courier {

    private static final Duration CUSTOMERS_TIME = Duration.ofMinutes(10);

    /**
     * What the bank is to be asked.
     *
     * @param id ID of the authorization, capture or refund
     */
    private record Errand(ProviderOperation operation, String id, AuthorizationCall authorization, Money amount) {}

    private final Bank bank;
    private final Choices choices;
    private final Consumer<PaymentCommand> answers;

    private final Map<String, AuthorizationCall> authorizations = new HashMap<>();
    private final Set<Errand> outstanding = new LinkedHashSet<>();
    private final Set<Errand> unknown = new HashSet<>();
    /** Authorizations that wait for a customer, and until when. */
    private final Map<String, Instant> customers = new LinkedHashMap<>();

    /** @param answers is told what the bank answered */
    Courier(Bank bank, Choices choices, Consumer<PaymentCommand> answers) {
        this.bank = bank;
        this.choices = choices;
        this.answers = answers;
    }

    /** Takes on what events ask for. */
    void read(List<? extends EventMessage<?>> events) {
        for (EventMessage<?> event : events) {
            if (event.getPayload() instanceof PaymentEvent ofPayment) {
                take(ofPayment);
            }
        }
    }

    private void take(PaymentEvent event) {
        switch (event) {
            case AuthorizationRequested e -> {
                var call = new AuthorizationCall(
                        e.authorizationId(), e.paymentId(), e.orderId(), e.amount(), e.paymentToken(), null);
                authorizations.put(e.authorizationId(), call);
                outstanding.add(new Errand(ProviderOperation.AUTHORIZE, e.authorizationId(), call, e.amount()));
            }
            case CaptureRequested e ->
                outstanding.add(errand(ProviderOperation.CAPTURE, e.captureId(), e.authorizationId(), e.amount()));
            case VoidRequested e ->
                outstanding.add(errand(ProviderOperation.VOID, e.authorizationId(), e.authorizationId(), e.amount()));
            case RefundRequested e ->
                outstanding.add(errand(ProviderOperation.REFUND, e.refundId(), e.authorizationId(), e.amount()));
            default -> {}
        }
    }

    private Errand errand(ProviderOperation operation, String id, String authorizationId, Money amount) {
        return new Errand(operation, id, Objects.requireNonNull(authorizations.get(authorizationId)), amount);
    }

    /** Runs one errand; false if there is none. */
    boolean run(Instant now) {
        if (outstanding.isEmpty()) {
            return false;
        }
        Errand errand = choices.oneOf(new ArrayList<>(outstanding));
        try {
            switch (errand.operation()) {
                case AUTHORIZE -> authorize(errand, now);
                case CAPTURE -> capture(errand);
                case VOID -> {
                    bank.voidAuthorization(errand.authorization());
                    tell(errand, new RecordVoid(paymentId(errand), errand.id()));
                }
                case REFUND -> refund(errand);
            }
        } catch (ProviderUnreachable e) {
            unknown.add(errand);
            answers.accept(new RecordUnknownOutcome(
                    paymentId(errand), errand.operation(), errand.id(), String.valueOf(e.getMessage())));
        }
        return true;
    }

    private void authorize(Errand errand, Instant now) {
        AuthorizationCall call = errand.authorization();
        Optional<LedgerEntry> known = unknown.contains(errand) ? bank.find(call) : Optional.empty();
        LedgerEntry entry = known.isPresent() ? known.get() : bank.authorize(call);
        if (entry.state() == State.PENDING) {
            Instant deadline = now.plus(CUSTOMERS_TIME);
            customers.put(errand.id(), deadline);
            tell(errand, new RecordCustomerAction(call.paymentId(), errand.id(), null, deadline));
        } else {
            customers.remove(errand.id());
            tell(errand, state(entry));
        }
    }

    /** Looks at an authorization that the bank sent a message about; false if the bank has to send it again. */
    boolean look(String authorizationId) {
        @Nullable AuthorizationCall call = authorizations.get(authorizationId);
        if (call == null) {
            return true;
        }
        try {
            bank.find(call).filter(entry -> entry.state() != State.PENDING).ifPresent(entry -> {
                customers.remove(authorizationId);
                answers.accept(state(entry));
                if (entry.state() == State.CLOSED && Bank.EXPIRED.equals(entry.reason())) {
                    answers.accept(new RecordExpiry(call.paymentId(), authorizationId));
                }
            });
            return true;
        } catch (ProviderUnreachable e) {
            return false;
        }
    }

    /** Gives an authorization up whose customer has not come in time; false if there is none. */
    boolean giveUpOnACustomer(Instant now) {
        List<String> late = customers.entrySet().stream()
                .filter(waiting -> !waiting.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
        if (late.isEmpty()) {
            return false;
        }
        AuthorizationCall call = Objects.requireNonNull(authorizations.get(choices.oneOf(late)));
        try {
            LedgerEntry entry = bank.voidAuthorization(call);
            customers.remove(call.authorizationId());
            answers.accept(state(entry));
        } catch (ProviderUnreachable e) {
            // It is tried again the next time.
            return true;
        }
        return true;
    }

    /** When the next customer is given up, if one is waited for. */
    Optional<Instant> nextDeadline() {
        return customers.values().stream().min(Instant::compareTo);
    }

    private static PaymentCommand state(LedgerEntry entry) {
        return entry.state() == State.HELD || !entry.captures().isEmpty()
                ? new RecordAuthorization(
                        entry.paymentId(), entry.authorizationId(), entry.providerReference(), entry.expiresAt())
                : new RecordDecline(entry.paymentId(), entry.authorizationId(), Objects.requireNonNull(entry.reason()));
    }

    private void capture(Errand errand) {
        switch (bank.capture(errand.authorization(), errand.id(), errand.amount(), false)) {
            case Answer.Done done ->
                tell(
                        errand,
                        new RecordCapture(
                                paymentId(errand),
                                errand.id(),
                                errand.authorization().authorizationId(),
                                done.entry().heldMinor() > 0));
            case Answer.Refused refused ->
                tell(
                        errand,
                        new RecordCaptureRefusal(
                                paymentId(errand),
                                errand.id(),
                                errand.authorization().authorizationId(),
                                refused.reason()));
        }
    }

    private void refund(Errand errand) {
        switch (bank.refund(errand.authorization(), errand.id(), errand.amount(), "asked for")) {
            case Answer.Done done ->
                tell(
                        errand,
                        new RecordRefund(
                                paymentId(errand),
                                errand.id(),
                                errand.authorization().authorizationId()));
            case Answer.Refused refused ->
                tell(
                        errand,
                        new RecordRefundRefusal(
                                paymentId(errand),
                                errand.id(),
                                errand.authorization().authorizationId(),
                                refused.reason()));
        }
    }

    /** Once in a while the courier forgets that it has run an errand, and will run it again. */
    private void tell(Errand errand, PaymentCommand answer) {
        if (!choices.onceIn(10)) {
            outstanding.remove(errand);
        } else {
            unknown.add(errand);
        }
        answers.accept(answer);
    }

    private static String paymentId(Errand errand) {
        return errand.authorization().paymentId();
    }
}
