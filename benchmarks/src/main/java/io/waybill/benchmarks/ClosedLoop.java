package io.waybill.benchmarks;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * A number of workers, each of which sends its next request when the last one is answered. They are not threads: the
 * next request goes out on the thread that brought the answer, so that the load itself takes little of the machine.
 *
 * <p>Latencies are those at this number of requests in flight. A closed loop sends less while the server stalls, so
 * they say nothing about a load that keeps coming: a stall shows in the operations per second and in the slowest
 * answers, but is not counted again for each request that did not go out meanwhile.
 */
final class ClosedLoop {

    /** Any server that needs longer for one round has lost a request. */
    private static final long PATIENCE_SECONDS = 60;

    private final Work work;
    private final long deadlineNanos;
    private final AtomicLong left;
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(Round.LATENCY_DIGITS);
    private final CountDownLatch working;

    private ClosedLoop(int workers, Work work, long millis, long operations) {
        this.work = work;
        this.working = new CountDownLatch(workers);
        this.left = new AtomicLong(operations);
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /**
     * Runs until the time is up or {@code operations} have begun, whichever is first, and waits for the last answer.
     *
     * @throws RunFailedException if an operation ended with a fault or not at all
     */
    static Round run(int workers, Work work, long millis, long operations) throws InterruptedException {
        return new ClosedLoop(workers, work, millis, operations).run(workers);
    }

    private Round run(int workers) throws InterruptedException {
        long begun = System.nanoTime();
        for (int i = 0; i < workers; i++) {
            new Worker(i).proceed();
        }
        boolean ended = working.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        long elapsedNanos = System.nanoTime() - begun;
        Throwable found = fault.get();
        if (found instanceof RunFailedException failed) {
            throw failed;
        }
        if (found != null) {
            throw new RunFailedException("A request failed: " + found, found);
        }
        if (!ended) {
            throw new RunFailedException(
                    "%d requests were not answered within %d s".formatted(working.getCount(), PATIENCE_SECONDS));
        }
        return new Round(done.get(), elapsedNanos, latencies.copy());
    }

    private final class Worker implements BiConsumer<Object, Throwable> {

        private final int number;
        private long begunNanos;

        Worker(int number) {
            this.number = number;
        }

        void proceed() {
            long now = System.nanoTime();
            if (fault.get() != null || now - deadlineNanos >= 0 || left.decrementAndGet() < 0) {
                working.countDown();
                return;
            }
            begunNanos = now;
            var unused = work.next(number).whenComplete(this);
        }

        @Override
        public void accept(@Nullable Object answer, @Nullable Throwable failure) {
            if (failure == null) {
                latencies.recordValue(System.nanoTime() - begunNanos);
                done.incrementAndGet();
            } else {
                // What a stage of a future throws arrives wrapped.
                boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
                fault.compareAndSet(null, wrapped ? failure.getCause() : failure);
            }
            proceed();
        }
    }
}
