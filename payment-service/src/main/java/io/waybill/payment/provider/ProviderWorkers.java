package io.waybill.payment.provider;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.payment.provider.Courier.Outcome;
import io.waybill.payment.provider.OutstandingPayment.Hold;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.ProviderWork.Item;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.common.AxonException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * A few threads that carry outstanding operations to the provider, one payment at a time each. What fails is tried
 * again, later and later; a provider that is away delays payments and nothing else.
 */
@Component
class ProviderWorkers implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderWorkers.class);

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
    private final ProviderSettings settings;
    private final Courier courier;
    private final Clock clock = Clock.systemUTC();
    private final List<Thread> threads = new ArrayList<>();
    private final Lock looking = new ReentrantLock();
    private volatile boolean running;

    ProviderWorkers(
            ProviderOperations operations,
            ProviderWork work,
            ProviderCalls calls,
            ProviderSettings settings,
            @Value("${waybill.payment.confirmation-deadline:PT10M}") Duration confirmationDeadline) {
        this.operations = operations;
        this.work = work;
        this.settings = settings;
        this.courier = new Courier(calls, confirmationDeadline);
    }

    @Override
    public void start() {
        running = true;
        operations.outstanding().forEach(operations::schedule);
        for (int i = 0; i < settings.threads(); i++) {
            threads.add(Thread.ofPlatform().name("provider-" + i).start(this::workUntilStopped));
        }
    }

    @Override
    public void stop() {
        running = false;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(settings.timeLimit());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void workUntilStopped() {
        while (running) {
            try {
                awaitWork().ifPresent(this::workAt);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                // A store is away: claims run out by themselves, and this thread is needed when it is back.
                LOG.warn("Outstanding operations cannot be worked at now", e);
                pause();
            }
        }
    }

    /** One thread at a time looks for work, or the idle ones would all ask the store again and again. */
    private Optional<Item> awaitWork() throws InterruptedException {
        looking.lockInterruptibly();
        try {
            Optional<Item> due = work.claim(clock.instant(), settings.claim());
            if (due.isEmpty()) {
                work.await(settings.poll());
            }
            return due;
        } finally {
            looking.unlock();
        }
    }

    private void pause() {
        try {
            Thread.sleep(settings.longestRetry().dividedBy(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private void workAt(Item item) {
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
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
