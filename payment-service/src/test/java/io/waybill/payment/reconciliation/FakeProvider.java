package io.waybill.payment.reconciliation;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A provider whose ledger says what a test writes into it. */
final class FakeProvider implements PaymentProvider {

    final Map<String, LedgerEntry> entries = new LinkedHashMap<>();
    final List<String> askedAbout = new ArrayList<>();
    final List<String> voided = new ArrayList<>();
    /** What happens while the provider is being asked about an authorization. */
    Runnable meanwhile = () -> {};

    boolean unreachable;

    final CircuitBreaker breaker = CircuitBreaker.ofDefaults("fake");
    /** As the service calls its provider, but for the time limit; what is asked past them is refused. */
    final Calls calls = new Calls() {
        @Override
        public <T> T call(Function<PaymentProvider, T> call) {
            return breaker.executeSupplier(() -> {
                calling = true;
                try {
                    return call.apply(FakeProvider.this);
                } finally {
                    calling = false;
                }
            });
        }
    };

    private boolean calling;

    void put(LedgerEntry entry) {
        entries.put(entry.authorizationId(), entry);
    }

    /** An entry that holds an amount. */
    void holds(String authorizationId, String paymentId, String orderId, Money amount) {
        put(new LedgerEntry(
                authorizationId,
                paymentId,
                orderId,
                "ref-" + authorizationId,
                State.HELD,
                amount,
                amount.minor(),
                Map.of(),
                Map.of(),
                null,
                null,
                null,
                Instant.EPOCH));
    }

    void captured(String authorizationId, String captureId, long minor, boolean restHeld) {
        LedgerEntry entry = entry(authorizationId);
        long rest = restHeld ? entry.heldMinor() - minor : 0;
        move(
                entry,
                rest > 0 ? State.HELD : State.CLOSED,
                rest,
                plus(entry.captures(), captureId, minor),
                entry.refunds());
    }

    void refunded(String authorizationId, String refundId, long minor) {
        LedgerEntry entry = entry(authorizationId);
        move(entry, entry.state(), entry.heldMinor(), entry.captures(), plus(entry.refunds(), refundId, minor));
    }

    void closed(String authorizationId) {
        LedgerEntry entry = entry(authorizationId);
        move(entry, State.CLOSED, 0, entry.captures(), entry.refunds());
    }

    void move(LedgerEntry entry, State state, long heldMinor, Map<String, Long> captures, Map<String, Long> refunds) {
        put(new LedgerEntry(
                entry.authorizationId(),
                entry.paymentId(),
                entry.orderId(),
                entry.providerReference(),
                state,
                entry.amount(),
                heldMinor,
                captures,
                refunds,
                entry.reason(),
                entry.actionUrl(),
                entry.expiresAt(),
                entry.createdAt()));
    }

    LedgerEntry entry(String authorizationId) {
        @Nullable LedgerEntry entry = entries.get(authorizationId);
        if (entry == null) {
            throw new IllegalStateException("The ledger has no " + authorizationId);
        }
        return entry;
    }

    private static Map<String, Long> plus(Map<String, Long> parts, String id, long minor) {
        Map<String, Long> more = new HashMap<>(parts);
        more.put(id, minor);
        return more;
    }

    private void asked() {
        if (!calling) {
            throw new AssertionError("The provider is asked past its breaker and its time limit.");
        }
        if (unreachable) {
            throw new ProviderUnreachable("The provider is away.");
        }
    }

    @Override
    public Optional<LedgerEntry> find(AuthorizationCall call) {
        asked();
        askedAbout.add(call.authorizationId());
        Optional<LedgerEntry> found = Optional.ofNullable(entries.get(call.authorizationId()));
        meanwhile.run();
        return found;
    }

    @Override
    public LedgerEntry voidAuthorization(AuthorizationCall call) {
        asked();
        voided.add(call.authorizationId());
        closed(call.authorizationId());
        return entry(call.authorizationId());
    }

    @Override
    public Stream<LedgerEntry> ledger(Instant since) {
        asked();
        return List.copyOf(entries.values()).stream().peek(entry -> asked());
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public LedgerEntry authorize(AuthorizationCall call) {
        throw new UnsupportedOperationException("Reconciliation never asks for money.");
    }

    @Override
    public Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last) {
        throw new UnsupportedOperationException("Reconciliation never takes money.");
    }

    @Override
    public Answer refund(AuthorizationCall call, String refundId, Money amount, String reason) {
        throw new UnsupportedOperationException("Reconciliation never gives money.");
    }

    @Override
    public Optional<Notice> readWebhook(Headers header, byte[] body) {
        throw new UnsupportedOperationException("Reconciliation reads no webhooks.");
    }
}
