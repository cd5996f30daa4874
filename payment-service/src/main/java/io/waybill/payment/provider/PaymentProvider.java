package io.waybill.payment.provider;

import io.waybill.messages.Money;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whoever holds and moves the money. Every call carries an ID of ours as its idempotency key: the provider does each
 * thing once per key, however often it is asked.
 *
 * <p>Every method may throw {@link ProviderUnreachable}: then nobody knows whether the call had its effect, and
 * {@link #find} is what to ask before anything else.
 */
public interface PaymentProvider {

    /** Names the provider in URLs and settings, such as {@code stripe}. */
    String name();

    /**
     * Asks the provider to hold an amount.
     *
     * @return an entry that is {@code HELD}, {@code PENDING} (the customer has something to do first) or {@code CLOSED}
     *     with a reason (it was declined)
     */
    LedgerEntry authorize(AuthorizationCall call);

    /** What the provider knows of an authorization; empty if it was never asked for it. */
    Optional<LedgerEntry> find(AuthorizationCall call);

    /**
     * Asks for a part of what is held.
     *
     * @param captureId names this capture; the provider remembers it in the entry
     * @param last whether no more will be captured of this authorization, so that the rest can be given up with it
     */
    Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last);

    /**
     * Lifts the hold, or sees to it that there never will be one; quiet if there is none.
     *
     * @return an entry that is {@code CLOSED}
     */
    LedgerEntry voidAuthorization(AuthorizationCall call);

    /**
     * Gives a part of what was captured back.
     *
     * @param refundId names this refund; the provider remembers it in the entry
     */
    Answer refund(AuthorizationCall call, String refundId, Money amount, String reason);

    /** All that the provider knows of authorizations made since; the stream has to be closed. */
    Stream<LedgerEntry> ledger(Instant since);

    /**
     * Reads a message that the provider sent to us.
     *
     * @param header gives the value of a header by its name, null if there is none
     * @return which authorization to look at, or empty if the message is about nothing of ours
     * @throws UntrustedWebhook if it is not signed by the provider, or too old or too new to be believed
     */
    Optional<Notice> readWebhook(Headers header, byte[] body);

    /**
     * How the provider is called. All who call it share one, so that what one of them learns of a provider that is away
     * spares the others the wait. What is read of a {@link #ledger} is a call too.
     */
    interface Calls {

        /**
         * Makes one call.
         *
         * @throws ProviderUnreachable if no answer came within the time limit
         * @throws io.github.resilience4j.circuitbreaker.CallNotPermittedException if too many got none lately: nothing was
         *     asked
         */
        <T> T call(Function<PaymentProvider, T> call);
    }

    /** Values of HTTP headers. */
    @FunctionalInterface
    interface Headers {
        @Nullable
        String get(String name);
    }

    /**
     * Names an authorization to the provider, with all that is needed to make it.
     *
     * @param authorizationId idempotency key
     * @param providerReference the provider's own name for it; null as long as the provider has not said
     * @param askedAt when it was first wanted: the provider knows nothing of it that is older; null if that is not known
     */
    record AuthorizationCall(
            String authorizationId,
            String paymentId,
            String orderId,
            Money amount,
            String paymentToken,
            @Nullable String providerReference,
            @Nullable Instant askedAt) {}

    /**
     * What the provider knows of one authorization.
     *
     * @param amount what was asked for
     * @param heldMinor minor units that are held and neither captured nor given up
     * @param captures minor units by the ID of the capture
     * @param refunds minor units by the ID of the refund
     * @param reason why it is closed, such as {@code INSUFFICIENT_FUNDS}, {@code VOIDED} or {@code EXPIRED}; null
     *     otherwise
     * @param actionUrl where the customer has something to do; null otherwise
     * @param expiresAt until when the amount is held, if the provider says so
     */
    record LedgerEntry(
            String authorizationId,
            String paymentId,
            String orderId,
            String providerReference,
            State state,
            Money amount,
            long heldMinor,
            Map<String, Long> captures,
            Map<String, Long> refunds,
            @Nullable String reason,
            @Nullable String actionUrl,
            @Nullable Instant expiresAt,
            Instant createdAt) {

        public LedgerEntry {
            // In an order that is the same in each JVM, or a seed of the simulation told another story in each.
            captures = Collections.unmodifiableMap(new LinkedHashMap<>(captures));
            refunds = Collections.unmodifiableMap(new LinkedHashMap<>(refunds));
        }

        /** Minor units taken so far. */
        public long capturedMinor() {
            return captures.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Minor units given back so far. */
        public long refundedMinor() {
            return refunds.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** Where an authorization stands. */
    enum State {
        /** The customer has something to do first. */
        PENDING,
        /** Something is held. */
        HELD,
        /** Nothing is held, and nothing will be. */
        CLOSED
    }

    /** What came of a capture or a refund. */
    sealed interface Answer {

        /** It was done, now or when it was asked for before. */
        record Done(LedgerEntry entry) implements Answer {}

        /** The provider refused. */
        record Refused(String reason, LedgerEntry entry) implements Answer {}
    }

    /**
     * The provider says that something about an authorization changed.
     *
     * @param noticeId the provider's name for this message, the same when it sends it again
     */
    record Notice(String noticeId, String authorizationId, String paymentId, String orderId) {}

    /** No answer came, or none that says what happened: the call may or may not have had its effect. */
    final class ProviderUnreachable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public ProviderUnreachable(String message) {
            super(message);
        }

        public ProviderUnreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A message that claims to come from the provider and cannot be believed. */
    final class UntrustedWebhook extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UntrustedWebhook(String message) {
            super(message);
        }
    }
}
