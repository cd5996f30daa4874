package io.waybill.payment.provider.sandbox;

import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.PaymentProvider.Answer.Done;
import io.waybill.payment.provider.PaymentProvider.Answer.Refused;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * A provider that does what its tokens say.
 *
 * <table>
 * <caption>Tokens</caption>
 * <tr><td>{@code tok_ok}</td><td>approved</td></tr>
 * <tr><td>{@code tok_declined}, {@code tok_insufficient_funds}</td><td>declined</td></tr>
 * <tr><td>{@code tok_timeout}</td><td>approved, but the call times out</td></tr>
 * <tr><td>{@code tok_timeout_lost}</td><td>the call times out before it reaches the ledger</td></tr>
 * <tr><td>{@code tok_3ds}</td><td>waits for the customer</td></tr>
 * <tr><td>{@code tok_capture_fails}</td><td>approved, but every capture is refused</td></tr>
 * </table>
 *
 * Any other token is declined as unknown.
 */
@Component
@ConditionalOnProperty(name = "waybill.payment.provider", havingValue = "sandbox", matchIfMissing = true)
@EnableConfigurationProperties(SandboxSettings.class)
class SandboxProvider implements PaymentProvider {

    static final String NAME = "sandbox";

    private static final String CAPTURE_FAILS = "tok_capture_fails";

    private final SandboxLedger ledger;
    private final SandboxSettings settings;
    private final SandboxSignature signature;
    private final Clock clock;
    private final AtomicReference<Faults> faults = new AtomicReference<>(Faults.NONE);

    @Autowired
    SandboxProvider(Databases databases, SandboxSettings settings) {
        this(databases, settings, Clock.systemUTC());
    }

    SandboxProvider(Databases databases, SandboxSettings settings, Clock clock) {
        this.ledger = new SandboxLedger(databases.open("sandbox_provider"));
        this.settings = settings;
        this.signature = new SandboxSignature(settings.webhookSecret());
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LedgerEntry authorize(AuthorizationCall call) {
        return answer(() -> switch (call.paymentToken()) {
            case "tok_ok", CAPTURE_FAILS -> enter(call, State.HELD, null);
            case "tok_declined" -> enter(call, State.CLOSED, "DECLINED");
            case "tok_insufficient_funds" -> enter(call, State.CLOSED, "INSUFFICIENT_FUNDS");
            case "tok_3ds" -> enter(call, State.PENDING, null);
            case "tok_timeout" -> {
                enter(call, State.HELD, null);
                throw new ProviderUnreachable("The sandbox took the call and kept the answer, as its token says.");
            }
            case "tok_timeout_lost" -> throw new ProviderUnreachable("The sandbox lost the call, as its token says.");
            default -> enter(call, State.CLOSED, "UNKNOWN_TOKEN");
        });
    }

    @Override
    public Optional<LedgerEntry> find(AuthorizationCall call) {
        return answer(() -> ledger.find(call.authorizationId())
                .map(entry -> entry.at(clock.instant()).entry()));
    }

    @Override
    public Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last) {
        return answer(() -> {
            boolean refuses = faults.get().captureRefused();
            SandboxEntry after = ledger.change(call.authorizationId(), stored -> {
                SandboxEntry entry = stored.at(clock.instant());
                boolean can = !refuses
                        && !entry.paymentToken().equals(CAPTURE_FAILS)
                        && entry.entry().heldMinor() >= amount.minor();
                return can && !entry.entry().captures().containsKey(captureId)
                        ? entry.captured(captureId, amount.minor(), last)
                        : entry;
            });
            LedgerEntry entry = after.entry();
            if (entry.captures().containsKey(captureId)) {
                return new Done(entry);
            }
            boolean closed = entry.state() == State.CLOSED && entry.reason() != null;
            return new Refused(closed ? String.valueOf(entry.reason()) : "CAPTURE_REFUSED", entry);
        });
    }

    @Override
    public LedgerEntry voidAuthorization(AuthorizationCall call) {
        return answer(() -> {
            // What was never asked for is entered as voided, so that a call that comes late finds the door shut.
            ledger.enter(SandboxEntry.of(call, State.CLOSED, "VOIDED", clock.instant(), null));
            return ledger.change(call.authorizationId(), stored -> {
                        SandboxEntry entry = stored.at(clock.instant());
                        return entry.entry().state() == State.CLOSED ? entry : entry.closed("VOIDED");
                    })
                    .entry();
        });
    }

    @Override
    public Answer refund(AuthorizationCall call, String refundId, Money amount, String reason) {
        return answer(() -> {
            boolean refuses = faults.get().refundRefused();
            LedgerEntry entry = ledger.change(call.authorizationId(), stored -> {
                        LedgerEntry known = stored.entry();
                        boolean can = !refuses && known.capturedMinor() - known.refundedMinor() >= amount.minor();
                        return can && !known.refunds().containsKey(refundId)
                                ? stored.refunded(refundId, amount.minor())
                                : stored;
                    })
                    .entry();
            return entry.refunds().containsKey(refundId) ? new Done(entry) : new Refused("REFUND_REFUSED", entry);
        });
    }

    @Override
    public Stream<LedgerEntry> ledger(Instant since) {
        return answer(() -> since(since));
    }

    private Stream<LedgerEntry> since(Instant start) {
        return ledger.since(start).map(entry -> entry.at(clock.instant()).entry());
    }

    @Override
    public Optional<Notice> readWebhook(Headers header, byte[] body) {
        return Optional.of(signature.read(header.get(SandboxSignature.HEADER), body, clock.instant()));
    }

    // What the provider's own staff can do.

    List<LedgerEntry> entries() {
        return since(Instant.EPOCH).toList();
    }

    void set(Faults now) {
        faults.set(now);
    }

    Faults faults() {
        return faults.get();
    }

    /** The customer confirms, or does not; empty if there is nothing to confirm. */
    Optional<LedgerEntry> confirm(String authorizationId, boolean approved) {
        boolean pending = ledger.find(authorizationId)
                .filter(stored -> stored.entry().state() == State.PENDING)
                .isPresent();
        return pending
                ? Optional.of(ledger.change(authorizationId, stored -> {
                            if (stored.entry().state() != State.PENDING) {
                                return stored;
                            }
                            return approved ? stored.held(expiry()) : stored.closed("CONFIRMATION_REFUSED");
                        })
                        .entry())
                : Optional.empty();
    }

    /** Lets a hold run out of time now; empty if there is none. */
    Optional<LedgerEntry> expire(String authorizationId) {
        return ledger.find(authorizationId)
                .filter(stored -> stored.entry().state() == State.HELD)
                .map(held -> ledger.change(
                                authorizationId,
                                stored -> stored.entry().state() == State.HELD ? stored.closed("EXPIRED") : stored)
                        .entry());
    }

    /** Makes an authorization, and captures of it, that nobody asked for. */
    LedgerEntry invent(AuthorizationCall call, long capturedMinor) {
        ledger.enter(SandboxEntry.of(call, State.HELD, null, clock.instant(), expiry()));
        return ledger.change(
                        call.authorizationId(),
                        stored -> capturedMinor > 0
                                        && stored.entry().captures().isEmpty()
                                        && stored.entry().heldMinor() >= capturedMinor
                                ? stored.captured("invented-" + call.authorizationId(), capturedMinor, false)
                                : stored)
                .entry();
    }

    private LedgerEntry enter(AuthorizationCall call, State state, @Nullable String reason) {
        return ledger.enter(SandboxEntry.of(call, state, reason, clock.instant(), expiry()))
                .at(clock.instant())
                .entry();
    }

    private Instant expiry() {
        return clock.instant().plus(settings.authorizationLifetime());
    }

    /** Answers a call, or does not, as the faults of the moment want it. */
    private <T> T answer(Supplier<T> call) {
        Faults now = faults.get();
        if (now.latencyMillis() > 0) {
            delay(now.latencyMillis());
        }
        if (now.unreachable()) {
            throw new ProviderUnreachable("The sandbox is unreachable, as its faults say.");
        }
        T answer = call.get();
        if (now.answersLost()) {
            throw new ProviderUnreachable("The sandbox lost its answer, as its faults say.");
        }
        return answer;
    }

    private static void delay(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderUnreachable("Nobody waited for the sandbox.", e);
        }
    }
}
