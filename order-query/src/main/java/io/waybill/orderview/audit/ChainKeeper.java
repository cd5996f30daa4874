package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.waybill.orderview.audit.EventSource.Reading;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the event store and keeps the chain of what it holds. What it has recorded once it never records anew: if the
 * event store is not what the chain says it was, it says so and records nothing more.
 *
 * <p>Of several instances one writes; another that tries finds the chunk changed, and waits.
 */
final class ChainKeeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ChainKeeper.class);

    /** Until then it only waits for the next event. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** After a failure, or when another instance writes. */
    private static final Duration PAUSE = Duration.ofSeconds(5);
    /** An event that is there comes at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** It keeps up with a busy shop with few. */
    private static final int PERMITS = 1_000;

    private static final long STOP_TIMEOUT_MILLIS = 5_000;

    /**
     * Where the chain is.
     *
     * @param head that this instance wrote or found last; null before the first
     * @param problem why it stands still until people have looked at it; null if it does not
     */
    record State(@Nullable ChainHead head, @Nullable String problem) {}

    private final EventSource events;
    private final ChainStore store;
    private final AuditKey key;
    private final Duration writeInterval;
    private final Clock clock;
    private final EventHash hash = new EventHash();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile State state = new State(null, null);
    private volatile @Nullable Thread thread;

    /** @param writeInterval how long events may wait for others that are written and signed with them */
    ChainKeeper(EventSource events, ChainStore store, AuditKey key, Duration writeInterval, Clock clock) {
        this.events = events;
        this.store = store;
        this.key = key;
        this.writeInterval = writeInterval;
        this.clock = clock;
    }

    /** How far it is, and what is wrong. */
    State state() {
        return state;
    }

    @Override
    public void start() {
        Thread keeper = new Thread(this::keep, "audit-chain");
        keeper.setDaemon(true);
        thread = keeper;
        keeper.start();
    }

    @Override
    public void stop() {
        Thread keeper = thread;
        thread = null;
        if (keeper == null) {
            return;
        }
        stopping.countDown();
        keeper.interrupt();
        try {
            keeper.join(STOP_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void keep() {
        boolean isOver = false;
        while (!isOver) {
            try {
                followOrTellWhyNot();
                isOver = stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                // Only stop() does that.
                isOver = true;
            }
        }
    }

    private void followOrTellWhyNot() throws InterruptedException {
        try {
            follow();
        } catch (Unlike e) {
            tell(e.getMessage());
        } catch (RuntimeException e) {
            if (!isRunning()) {
                return;
            }
            LOG.warn("The audit chain cannot go on now; tried again in {}", PAUSE, e);
        }
    }

    private void tell(@Nullable String problem) {
        if (!String.valueOf(problem).equals(state.problem())) {
            LOG.error("The audit chain stands still: {}", problem);
        }
        state = new State(state.head(), problem);
    }

    /** Records what comes, until another instance is found to do so. */
    private void follow() throws InterruptedException {
        Tail tail = resume();
        requireStoreAsRecorded(tail);
        state = new State(tail.head, null);
        try (Reading<EventWithToken> reading = events.from(tail.next(), PERMITS)) {
            boolean isMine = true;
            while (isMine) {
                @Nullable EventWithToken event = reading.next(tail.dueIn());
                if (event != null) {
                    tail.add(event);
                }
                if (tail.isDue()) {
                    isMine = tail.write();
                }
            }
        }
    }

    private Tail resume() {
        Optional<ChainOrigin> origin = store.origin();
        if (origin.isEmpty()) {
            begin();
            origin = store.origin();
        }
        ChainOrigin known = origin.orElseThrow(() -> new Unlike("The audit chain was lost again while it began."));
        Optional<Chunk> last = store.last();
        if (last.isEmpty()) {
            if (store.hasHad(0)) {
                throw new Unlike("The end of the audit chain is gone from its collection.");
            }
            return new Tail(known);
        }
        Chunk chunk = last.get();
        if (!chunk.agreesWithItsHead() || !chunk.head().origin().equals(known) || !isSigned(chunk.head())) {
            throw new Unlike("The end of the audit chain, at position %d, is not as it was signed by key %s."
                    .formatted(chunk.head().position(), key.open().id()));
        }
        return new Tail(known, chunk);
    }

    private boolean isSigned(ChainHead head) {
        return head.keyId().equals(key.open().id()) && key.open().hasSigned(head);
    }

    private void begin() {
        long there = events.last();
        var origin =
                new ChainOrigin(UUID.randomUUID().toString(), clock.instant().truncatedTo(ChronoUnit.MILLIS), there);
        store.begin(origin);
        if (there >= 0) {
            LOG.warn(
                    "The audit chain begins anew. It takes the events up to {} as it finds them, and proves nothing of before {}",
                    there,
                    origin.begunAt());
        }
    }

    /** Looks at the last event that was recorded: a store that was put back, or another one, has not the same. */
    private void requireStoreAsRecorded(Tail tail) throws InterruptedException {
        long recorded = tail.next() - 1;
        if (recorded < 0) {
            return;
        }
        long there = events.last();
        if (there < recorded) {
            throw new Unlike("The event store ends at position %d, but events up to %d were recorded."
                    .formatted(there, recorded));
        }
        try (Reading<EventWithToken> reading = events.from(recorded, 1)) {
            @Nullable EventWithToken event = reading.next(PATIENCE);
            if (event == null || event.getToken() != recorded || !tail.isLast(hash.of(event.getEvent()))) {
                throw new Unlike(
                        "The event at position %d is not the one that was recorded. POST /api/audit/verifications finds the first that is not."
                                .formatted(recorded));
            }
        }
    }

    /** The event store and the chain do not agree; only people can say why. */
    private static final class Unlike extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unlike(String message) {
            super(message);
        }
    }

    /** The last chunk as it grows. */
    private final class Tail {

        private final ChainOrigin origin;
        private final byte[] hashes = new byte[Chunk.EVENTS * EventHash.BYTES];
        private long number;
        private int count;
        private byte[] chain;
        private @Nullable ChainHead head;
        private boolean isNew;
        private int written;
        private long dueAtNanos;

        Tail(ChainOrigin origin) {
            this.origin = origin;
            this.chain = EventHash.BEGINNING;
            this.isNew = true;
        }

        Tail(ChainOrigin origin, Chunk last) {
            this.origin = origin;
            this.number = last.number();
            this.count = last.count();
            this.written = count;
            this.head = last.head();
            this.chain = last.head().chain();
            System.arraycopy(last.hashes(), 0, hashes, 0, last.hashes().length);
        }

        long next() {
            return number * Chunk.EVENTS + count;
        }

        boolean isLast(byte[] eventHash) {
            int from = (count - 1) * EventHash.BYTES;
            return Arrays.equals(hashes, from, from + EventHash.BYTES, eventHash, 0, EventHash.BYTES);
        }

        void add(EventWithToken event) {
            if (event.getToken() != next()) {
                throw new Unlike("The event store gives the event at position %d where %d is the next."
                        .formatted(event.getToken(), next()));
            }
            if (count == Chunk.EVENTS) {
                number++;
                count = 0;
                written = 0;
                isNew = true;
            }
            if (count == written) {
                dueAtNanos = System.nanoTime() + writeInterval.toNanos();
            }
            byte[] eventHash = hash.of(event.getEvent());
            chain = hash.link(chain, event.getToken(), eventHash);
            System.arraycopy(eventHash, 0, hashes, count * EventHash.BYTES, EventHash.BYTES);
            count++;
        }

        Duration dueIn() {
            return count == written ? IDLE : Duration.ofNanos(Math.max(0, dueAtNanos - System.nanoTime()));
        }

        boolean isDue() {
            return count > written && (count == Chunk.EVENTS || System.nanoTime() - dueAtNanos >= 0);
        }

        /** Whether nobody else has written meanwhile. */
        boolean write() {
            Instant now = clock.instant();
            ChainHead next = key.sign(origin, next() - 1, chain, now);
            var chunk = new Chunk(number, Arrays.copyOf(hashes, count * EventHash.BYTES), next);
            if (!store.write(chunk, isNew, number * Chunk.EVENTS + written - 1)) {
                return false;
            }
            isNew = false;
            written = count;
            head = next;
            state = new State(next, null);
            return true;
        }
    }
}
