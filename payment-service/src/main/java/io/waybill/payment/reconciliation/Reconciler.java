package io.waybill.payment.reconciliation;

import com.mongodb.client.MongoDatabase;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestContext;
import io.waybill.chassis.messaging.Worker;
import io.waybill.messages.DerivedId;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.reconciliation.ReconciliationConfiguration.Properties;
import io.waybill.payment.reconciliation.ReconciliationRuns.Progress;
import io.waybill.payment.reconciliation.ReconciliationRuns.Run;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.AxonThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;

/** Carries runs out, on a thread of its own: those that are asked for, those that are due, those that a crash left. */
@Worker
final class Reconciler implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final String ACTOR = "reconciliation";
    /** Longer than a hold lasts, and than most goods take to come back; what is older is looked at when asked for. */
    private static final Duration WINDOW = Duration.ofDays(30);
    /** How often to see whether a run is due or was left by a crash. */
    private static final Duration TICK = Duration.ofSeconds(30);
    /** The store and the connections go when this is over. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(8);
    /** How often a run writes down how far it got. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    private final ReconciliationRuns runs;
    private final Reconciliation reconciliation;
    private final Duration interval;
    private final Clock clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("reconciliation"));
    private volatile boolean running;

    @Autowired
    Reconciler(
            PaymentProvider.Calls calls,
            ExpectedLedger ledger,
            DiscrepancyQueue queue,
            Examination examination,
            ReconciliationRuns runs,
            MongoDatabase database,
            RequestCommands commands,
            Properties properties) {
        this(
                runs,
                new Reconciliation(calls, ledger, queue, examination, database, commands::send),
                properties.interval(),
                Clock.systemUTC());
    }

    /** @param interval time from one scheduled run to the next; zero for none */
    Reconciler(ReconciliationRuns runs, Reconciliation reconciliation, Duration interval, Clock clock) {
        this.runs = runs;
        this.reconciliation = reconciliation;
        this.interval = interval;
        this.clock = clock;
    }

    /**
     * Begins a run, which then goes on by itself.
     *
     * @param since from when on to look at the books; null for the usual time
     * @return whether it was begun; if not, another one goes on, or one of this ID was begun before
     */
    boolean begin(String reconciliationId, @Nullable Instant since) {
        Instant from = since == null ? clock.instant().minus(WINDOW) : since;
        return runs.begin(reconciliationId, from)
                .map(run -> {
                    thread.execute(() -> orTellWhyNot(() -> carryOut(run)));
                    return true;
                })
                .orElse(false);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what fails is told of
    public void start() {
        running = true;
        thread.scheduleWithFixedDelay(
                () -> orTellWhyNot(this::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A run that goes on is left behind its current step, for another instance or the next start. */
    @Override
    public void stop() {
        running = false;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** When the store is away, a run that goes on is left as after a crash. */
    private static void orTellWhyNot(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.warn("Reconciliation could not be seen to; it will be in {}", TICK, e);
        }
    }

    /** Sees whether a run was left by a crash, or is due. */
    void tick() {
        runs.takeOver().ifPresent(this::carryOut);
        if (!interval.isZero()) {
            // All instances derive the same ID for the same hour, or whatever the interval is: one of them begins it.
            long number = clock.instant().toEpochMilli() / interval.toMillis();
            String id = DerivedId.derive("reconciliation", interval.toString(), String.valueOf(number));
            runs.begin(id, clock.instant().minus(WINDOW)).ifPresent(this::carryOut);
        }
    }

    private void carryOut(Run run) {
        asItself(run).enter();
        try {
            reconciliation
                    .carryOut(run, new Pace(run)::goOn)
                    .ifPresentOrElse(progress -> runs.complete(run, progress), () -> runs.leave(run));
        } catch (RuntimeException e) {
            if (running) {
                LOG.error("Reconciliation {} failed", run.reconciliationId(), e);
                runs.fail(run, reason(e));
            } else {
                LOG.warn("Reconciliation {} was stopped, and is left to be taken over", run.reconciliationId(), e);
                runs.leave(run);
            }
        } finally {
            RequestContext.leave();
        }
    }

    private static String reason(RuntimeException failure) {
        return failure instanceof CallNotPermittedException
                ? "The provider did not answer lately and is left alone for a moment. Begin another run."
                : failure.toString();
    }

    /** What a run causes is followed by the run's ID, which is a UUID and so makes a trace as well. */
    private static RequestContext asItself(Run run) {
        String trace = run.reconciliationId().replace("-", "");
        return new RequestContext(
                run.reconciliationId(), ACTOR, "00-%s-%s-01".formatted(trace, trace.substring(trace.length() / 2)));
    }

    /** Lets a run go on until it is stopped or taken over, and writes its progress down now and then. */
    private final class Pace {

        private final Run run;
        private Instant due = Instant.MIN;

        Pace(Run run) {
            this.run = run;
        }

        boolean goOn(Progress progress) {
            Instant now = clock.instant();
            if (now.isBefore(due)) {
                return running;
            }
            due = now.plus(PROGRESS_INTERVAL);
            return running && runs.goOn(run, progress);
        }
    }
}
