package io.waybill.orderview.audit;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.waybill.orderview.audit.VerificationRun.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Carries verifications out, one at a time, on a thread of its own. */
final class Verifier implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

    /** How often a verification writes down how far it is. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);
    /** One that has said nothing for so long has ended with its process. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final long STOP_TIMEOUT_MILLIS = 5_000;

    private final Verification verification;
    private final MongoCollection<VerificationRun> runs;
    private final Clock clock;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile ExecutorService thread = stopped();

    Verifier(Verification verification, MongoDatabase database, Clock clock) {
        this.verification = verification;
        this.runs = database.getCollection("auditVerifications", VerificationRun.class);
        this.clock = clock;
    }

    /**
     * Begins a verification, which then goes on by itself.
     *
     * @param from position of the first event to look at
     * @param to position of the last; null for all there are
     * @param beforehand given its ID, before anything is read; nothing begins if it fails
     * @return its ID; empty if another one goes on in this instance
     */
    Optional<String> begin(long from, @Nullable Long to, Consumer<String> beforehand) {
        Instant now = now();
        var run = new VerificationRun(
                UUID.randomUUID().toString(), State.RUNNING, from, to, from - 1, now, now, null, null);
        if (!busy.compareAndSet(false, true)) {
            return Optional.empty();
        }
        try {
            beforehand.accept(run.verificationId());
            runs.insertOne(run);
            thread.execute(() -> carryOut(run));
        } catch (RuntimeException e) {
            busy.set(false);
            throw e;
        }
        return Optional.of(run.verificationId());
    }

    /** A verification as it stands; of one that ended with its process it is said. */
    Optional<VerificationRun> find(String verificationId) {
        return Optional.ofNullable(runs.find(eq("_id", verificationId)).first()).map(this::orInterrupted);
    }

    private VerificationRun orInterrupted(VerificationRun run) {
        boolean isSilent = run.seenAt().isBefore(clock.instant().minus(SILENCE));
        return run.state() == State.RUNNING && isSilent ? run.ended(State.INTERRUPTED, null, run.seenAt()) : run;
    }

    private void carryOut(VerificationRun run) {
        VerificationRun ended;
        try {
            ended = ended(run);
        } finally {
            // Before anybody can see that it has ended: who does may begin the next one.
            busy.set(false);
        }
        write(ended);
    }

    private VerificationRun ended(VerificationRun run) {
        var last = new AtomicReference<>(run);
        try {
            Verdict verdict = verification.run(
                    run.from(), run.to() == null ? Long.MAX_VALUE : run.to(), position -> goOn(last, position));
            if (verdict.finding() != Verdict.Finding.VALID) {
                LOG.error("Verification {} found: {}", run.verificationId(), verdict);
            }
            return last.get().ended(State.COMPLETED, verdict, now());
        } catch (Verification.Stopped | InterruptedException e) {
            return interrupted(last.get());
        } catch (RuntimeException e) {
            if (!isRunning()) {
                return interrupted(last.get());
            }
            LOG.error("Verification {} failed", run.verificationId(), e);
            return last.get().ended(State.FAILED, null, now());
        }
    }

    private VerificationRun interrupted(VerificationRun run) {
        // The driver does nothing for a thread that is interrupted.
        boolean unusedBecauseItEndsHere = Thread.interrupted();
        LOG.info("Verification {} was stopped at position {}", run.verificationId(), run.position());
        return run.ended(State.INTERRUPTED, null, now());
    }

    private boolean goOn(AtomicReference<VerificationRun> last, long position) {
        Instant now = now();
        VerificationRun before = last.get();
        boolean isDue = !now.isBefore(before.seenAt().plus(PROGRESS_INTERVAL));
        VerificationRun after = before.at(position, isDue ? now : before.seenAt());
        last.set(after);
        if (isDue) {
            write(after);
        }
        return isRunning();
    }

    private void write(VerificationRun run) {
        var unused = runs.replaceOne(eq("_id", run.verificationId()), run);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public void start() {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("audit-verification").factory());
    }

    @Override
    public void stop() {
        thread.shutdownNow();
        try {
            boolean unusedBecauseNothingElseCanBeDone =
                    thread.awaitTermination(STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return !thread.isShutdown();
    }

    private static ExecutorService stopped() {
        ExecutorService stopped = Executors.newSingleThreadExecutor();
        stopped.shutdown();
        return stopped;
    }
}
