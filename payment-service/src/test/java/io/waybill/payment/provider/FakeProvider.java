package io.waybill.payment.provider;

import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.Answer.Done;
import io.waybill.payment.provider.PaymentProvider.Answer.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers as it is told to, and remembers what it was asked. */
class FakeProvider implements PaymentProvider {

    final List<String> calls = new ArrayList<>();
    int callsLost;
    int answersLost;
    boolean asked;
    boolean lastOfAll;

    @Nullable
    String refusal;

    Map<String, Long> captures = Map.of();
    private State state = State.HELD;
    private @Nullable String reason;

    void is(State now, @Nullable String because) {
        state = now;
        reason = because;
        asked = asked || now == State.CLOSED;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public LedgerEntry authorize(AuthorizationCall call) {
        calls.add("authorize");
        if (callsLost > 0) {
            callsLost--;
            throw new ProviderUnreachable("It was lost.");
        }
        asked = true;
        loseAnswer();
        return entry(call);
    }

    @Override
    public Optional<LedgerEntry> find(AuthorizationCall call) {
        calls.add("find");
        loseAnswer();
        return asked || !captures.isEmpty() ? Optional.of(entry(call)) : Optional.empty();
    }

    @Override
    public Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last) {
        calls.add("capture");
        lastOfAll = last;
        return refusal == null ? new Done(entry(call)) : new Refused(refusal, entry(call));
    }

    @Override
    public LedgerEntry voidAuthorization(AuthorizationCall call) {
        calls.add("voidAuthorization");
        is(State.CLOSED, "VOIDED");
        return entry(call);
    }

    @Override
    public Answer refund(AuthorizationCall call, String refundId, Money amount, String why) {
        calls.add("refund");
        return refusal == null ? new Done(entry(call)) : new Refused(refusal, entry(call));
    }

    @Override
    public Stream<LedgerEntry> ledger(Instant since) {
        return Stream.empty();
    }

    @Override
    public Optional<Notice> readWebhook(Headers header, byte[] body) {
        return Optional.empty();
    }

    private void loseAnswer() {
        if (answersLost > 0) {
            answersLost--;
            throw new ProviderUnreachable("Its answer was lost.");
        }
    }

    private LedgerEntry entry(AuthorizationCall call) {
        Instant start = Instant.parse("2026-11-01T12:00:00Z");
        return new LedgerEntry(
                call.authorizationId(),
                call.paymentId(),
                call.orderId(),
                "auth-1",
                state,
                call.amount(),
                state == State.HELD ? call.amount().minor() : 0,
                captures,
                Map.of(),
                reason,
                state == State.PENDING ? "https://bank.example/3ds" : null,
                start.plus(Duration.ofDays(7)),
                start);
    }
}
