package io.waybill.payment.provider;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.payment.provider.Courier.Outcome;
import io.waybill.payment.provider.OutstandingPayment.Hold;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.ProviderWork.Item;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.axonframework.common.AxonException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what is outstanding of one payment to the provider, and records what it answers. What fails is tried again, later
 * and later.
 */
final class ProviderWorker {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderWorker.class);

    /** What was answered is soon folded; if it is not, the answer had no effect and is asked for again. */
    private static final Duration UNTIL_FOLDED = Duration.ofSeconds(1);
    /** How long a payment is left alone whose latest events are not in its document yet. */
    private static final Duration UNTIL_CURRENT = Duration.ofMillis(100);
    /** A customer who confirms wants to see it; the provider's message may have got lost. */
    private static final Duration LONGEST_WAIT_FOR_CUSTOMER = Duration.ofSeconds(15);
    /** A hold that outlives its announced end is looked at again then. */
    private static final Duration NEXT_LOOK = Duration.ofHours(1);

    private final ProviderOperations operations;
    private final ProviderWork work;
    private final Courier courier;
    private final ProviderSettings settings;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random may be asked by several threads */
    ProviderWorker(
            ProviderOperations operations,
            ProviderWork work,
            Courier courier,
            ProviderSettings settings,
            InstantSource clock,
            RandomGenerator random) {
        this.operations = operations;
        this.work = work;
        this.courier = courier;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    /** Takes the payment that has been due for longest; empty if none is due. */
    Optional<Item> claim() {
        return work.claim(clock.instant(), settings.claim());
    }

    /** Does what is to be done first of a payment that was claimed, and gives it back. */
    void workAt(Item item) {
        Optional<OutstandingPayment> payment = operations.find(item.paymentId());
        if (payment.isEmpty() || !operations.isCurrent(payment.get())) {
            work.release(item, clock.instant().plus(UNTIL_CURRENT));
            return;
        }
        Optional<Operation> head = payment.get().head();
        try {
            if (head.isPresent()) {
                carry(payment.get(), head.get(), item);
            } else {
                look(payment.get(), item);
            }
        } catch (CallNotPermittedException e) {
            work.release(item, clock.instant().plus(settings.breakerWait()));
        } catch (ProviderUnreachable e) {
            failed(item, head, e, false);
        } catch (RuntimeException e) {
            LOG.warn("Payment {}: {} failed", item.paymentId(), item.task(), e);
            failed(item, head, e, false);
        }
    }

    private void carry(OutstandingPayment payment, Operation operation, Item item) {
        Instant now = clock.instant();
        switch (courier.carry(payment, operation, item.attempts(), item.lost(), now)) {
            case Outcome.Answered answered -> {
                if (answered.record() != null) {
                    operations.record(answered.record(), operation.cause());
                }
                work.release(item, clock.instant().plus(UNTIL_FOLDED));
            }
            case Outcome.Waiting waiting -> {
                if (waiting.record() != null) {
                    operations.record(waiting.record(), operation.cause());
                }
                Duration waited = Duration.between(operation.since(), now).plus(settings.firstRetry());
                Duration wait = waited.compareTo(LONGEST_WAIT_FOR_CUSTOMER) < 0 ? waited : LONGEST_WAIT_FOR_CUSTOMER;
                Instant next = now.plus(wait);
                work.release(item, next.isBefore(waiting.deadline()) ? next : waiting.deadline());
            }
            case Outcome.Lost lost -> failed(item, Optional.of(operation), lost.error(), true);
        }
    }

    private void look(OutstandingPayment payment, Item item) {
        Optional<Hold> hold = item.task().startsWith(ProviderOperations.LOOK)
                ? payment.hold(item.task().substring(ProviderOperations.LOOK.length()))
                : Optional.empty();
        if (hold.isPresent()
                && hold.get().heldMinor() > 0
                && courier.look(payment, hold.get()) instanceof Outcome.Answered answered
                && answered.record() != null) {
            operations.record(answered.record(), Map.of(ProviderOperations.CAUSE, item.task()));
        }
        Optional<Hold> next = payment.firstToExpire();
        if (next.isEmpty()) {
            work.done(item);
            return;
        }
        Instant soonest = clock.instant().plus(UNTIL_FOLDED);
        Instant expiry = next.get().expiresAt() == null ? soonest : next.get().expiresAt();
        work.release(item, expiry.isAfter(soonest) ? expiry : clock.instant().plus(NEXT_LOOK));
    }

    private void failed(Item item, Optional<Operation> head, RuntimeException error, boolean lost) {
        int attempts = item.attempts() + 1;
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        LOG.info("Payment {}: no answer to {}, attempt {}: {}", item.paymentId(), item.task(), attempts, message);
        work.failed(item, clock.instant().plus(backoff(attempts)), message, lost);
        if (attempts >= settings.unknownAfterAttempts()
                && head.isPresent()
                && !head.get().unknown()
                && !(error instanceof AxonException)) {
            Operation operation = head.get();
            operations.record(
                    new RecordUnknownOutcome(item.paymentId(), operation.kind(), operation.operationId(), message),
                    operation.cause());
        }
    }

    /** Doubled with each attempt, and between half and the whole of it by chance, so that not all come back at once. */
    private Duration backoff(int attempts) {
        int doublings = Math.min(attempts - 1, 20);
        long millis = Math.min(
                settings.firstRetry().toMillis() << doublings,
                settings.longestRetry().toMillis());
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }
}
