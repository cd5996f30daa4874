package io.waybill.payment.provider;

import io.waybill.payment.provider.ProviderWork.Item;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * A few threads that carry outstanding operations to the provider, one payment at a time each. A provider that is away
 * delays payments and nothing else.
 */
@Component
class ProviderWorkers implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderWorkers.class);

    private final ProviderOperations operations;
    private final ProviderWork work;
    private final ProviderSettings settings;
    private final ProviderWorker worker;
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
        this.worker = new ProviderWorker(
                operations,
                work,
                new Courier(calls, confirmationDeadline),
                settings,
                InstantSource.system(),
                new Random());
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
                awaitWork().ifPresent(worker::workAt);
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
            Optional<Item> due = worker.claim();
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
}
