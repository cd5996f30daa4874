package io.waybill.payment.provider;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.Courier.Outcome;
import io.waybill.payment.provider.OutstandingPayment.Hold;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The payment service's courier, run by hand instead of by its workers' threads and clocks, with its documents in
 * memory.
 */
public final class CourierByHand {

    private static final Duration CUSTOMERS_TIME = Duration.ofMinutes(10);
    private static final int UNKNOWN_AFTER_ATTEMPTS = 2;

    private record Tries(int attempts, int lost) {

        private static final Tries NONE = new Tries(0, 0);
    }

    private final Courier courier;
    private final Map<String, OutstandingPayment> payments = new LinkedHashMap<>();
    private final Map<String, Tries> tries = new HashMap<>();
    private final Map<String, Instant> customers = new HashMap<>();

    /** @param provider to whom it carries what is outstanding */
    public CourierByHand(PaymentProvider provider) {
        courier = new Courier(
                new Courier.Calls() {
                    @Override
                    public <T> T call(Function<PaymentProvider, T> call) {
                        return call.apply(provider);
                    }
                },
                CUSTOMERS_TIME);
    }

    /** Loses all it knows. */
    public void forget() {
        payments.clear();
        tries.clear();
        customers.clear();
    }

    /** Takes an event of a payment down; one that is known changes nothing. */
    public void take(PaymentEvent event, long sequence, Instant at) {
        @Nullable OutstandingPayment before = payments.get(event.paymentId());
        if (before == null || before.sequence() < sequence) {
            payments.put(event.paymentId(), OutstandingPayment.fold(before, event, sequence, at, Map.of()));
            customers.remove(event.paymentId());
        }
    }

    /** Payments of which something is outstanding. */
    public List<OutstandingPayment> outstanding() {
        return payments.values().stream()
                .filter(payment -> payment.head().isPresent())
                .toList();
    }

    /** Whose payment it is. */
    public String orderOf(String paymentId) {
        return Objects.requireNonNull(payments.get(paymentId)).orderId();
    }

    /** Until when a payment waits for its customer; empty if it does not. */
    public Optional<Instant> waitsForCustomerUntil(String paymentId) {
        return Optional.ofNullable(customers.get(paymentId));
    }

    /** Carries what is outstanding first of a payment to the provider and says what is to be recorded, if anything. */
    public Optional<PaymentCommand> carry(String paymentId, Instant now) {
        OutstandingPayment payment = Objects.requireNonNull(payments.get(paymentId));
        Operation operation = payment.head().orElseThrow();
        Tries before = tries.getOrDefault(paymentId + operation.key(), Tries.NONE);
        try {
            return switch (courier.carry(payment, operation, before.attempts(), before.lost(), now)) {
                case Outcome.Answered answered -> Optional.ofNullable(answered.record());
                case Outcome.Waiting waiting -> {
                    customers.put(paymentId, waiting.deadline());
                    yield Optional.ofNullable(waiting.record());
                }
                case Outcome.Lost lost -> failed(paymentId, operation, before, 1, lost.error());
            };
        } catch (ProviderUnreachable e) {
            return failed(paymentId, operation, before, 0, e);
        }
    }

    private Optional<PaymentCommand> failed(
            String paymentId, Operation operation, Tries before, int lost, ProviderUnreachable error) {
        var now = new Tries(before.attempts() + 1, before.lost() + lost);
        tries.put(paymentId + operation.key(), now);
        return now.attempts() < UNKNOWN_AFTER_ATTEMPTS || operation.unknown()
                ? Optional.empty()
                : Optional.of(new RecordUnknownOutcome(
                        paymentId, operation.kind(), operation.operationId(), String.valueOf(error.getMessage())));
    }

    /**
     * Looks at an authorization that the provider sent a message about.
     *
     * @throws ProviderUnreachable if the provider does not answer
     */
    public Optional<PaymentCommand> look(String authorizationId, Instant now) {
        Optional<OutstandingPayment> known = payments.values().stream()
                .filter(payment -> payment.hold(authorizationId).isPresent())
                .findFirst();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        OutstandingPayment payment = known.get();
        if (payment.head().isPresent()) {
            return carry(payment.paymentId(), now);
        }
        Hold hold = payment.hold(authorizationId).orElseThrow();
        return hold.heldMinor() > 0 && courier.look(payment, hold) instanceof Outcome.Answered answered
                ? Optional.ofNullable(answered.record())
                : Optional.empty();
    }
}
