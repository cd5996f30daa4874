package io.waybill.payment.provider.sandbox;

import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * One authorization in the sandbox's ledger. Every change makes a new one with the next version.
 *
 * @param paymentToken empty if it was voided before it was asked for
 */
public record SandboxEntry(@BsonId String authorizationId, long version, String paymentToken, LedgerEntry entry) {

    static SandboxEntry of(
            AuthorizationCall call, State state, @Nullable String reason, Instant now, @Nullable Instant expiresAt) {
        return new SandboxEntry(
                call.authorizationId(),
                0,
                call.paymentToken(),
                new LedgerEntry(
                        call.authorizationId(),
                        call.paymentId(),
                        call.orderId(),
                        "sandbox-" + call.authorizationId(),
                        state,
                        call.amount(),
                        state == State.HELD ? call.amount().minor() : 0,
                        Map.of(),
                        Map.of(),
                        reason,
                        state == State.PENDING ? "https://sandbox.invalid/confirm/" + call.authorizationId() : null,
                        expiresAt,
                        now));
    }

    /** What is left of it at a time: a hold whose time is up is closed. */
    SandboxEntry at(Instant now) {
        return entry.state() == State.HELD
                        && entry.expiresAt() != null
                        && entry.expiresAt().isBefore(now)
                ? closed("EXPIRED")
                : this;
    }

    SandboxEntry held(@Nullable Instant expiresAt) {
        return with(State.HELD, entry.amount().minor(), entry.captures(), entry.refunds(), null, expiresAt);
    }

    SandboxEntry closed(String reason) {
        return with(State.CLOSED, 0, entry.captures(), entry.refunds(), reason, entry.expiresAt());
    }

    SandboxEntry captured(String captureId, long minor, boolean last) {
        Map<String, Long> captures = new HashMap<>(entry.captures());
        captures.put(captureId, minor);
        long restMinor = last ? 0 : entry.heldMinor() - minor;
        return with(
                restMinor == 0 ? State.CLOSED : State.HELD,
                restMinor,
                captures,
                entry.refunds(),
                restMinor == 0 ? "CAPTURED" : null,
                entry.expiresAt());
    }

    SandboxEntry refunded(String refundId, long minor) {
        Map<String, Long> refunds = new HashMap<>(entry.refunds());
        refunds.put(refundId, minor);
        return with(entry.state(), entry.heldMinor(), entry.captures(), refunds, entry.reason(), entry.expiresAt());
    }

    private SandboxEntry with(
            State state,
            long heldMinor,
            Map<String, Long> captures,
            Map<String, Long> refunds,
            @Nullable String reason,
            @Nullable Instant expiresAt) {
        return new SandboxEntry(
                authorizationId,
                version + 1,
                paymentToken,
                new LedgerEntry(
                        authorizationId,
                        entry.paymentId(),
                        entry.orderId(),
                        entry.providerReference(),
                        state,
                        entry.amount(),
                        heldMinor,
                        captures,
                        refunds,
                        reason,
                        state == State.PENDING ? entry.actionUrl() : null,
                        expiresAt,
                        entry.createdAt()));
    }
}
