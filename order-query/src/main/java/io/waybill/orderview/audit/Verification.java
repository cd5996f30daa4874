package io.waybill.orderview.audit;

import io.waybill.orderview.audit.EventSource.EventsUnreadable;
import io.waybill.orderview.audit.EventSource.Hashed;
import io.waybill.orderview.audit.EventSource.Reading;
import io.waybill.orderview.audit.Verdict.Finding;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Walks through the event store and compares each event with what was recorded of it; ends at the first fault. */
final class Verification {

    /** How long an event that is there may take; far more than a busy event store needs. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** How far it looks for an event that is not where it was. */
    private static final int LOOK_AHEAD_EVENTS = 10_000;
    /** So many that it never waits for the next ones to be asked for; some megabytes. */
    private static final int PERMITS = 10_000;

    /** Told how far a walk is; may end it. */
    interface Progress {

        /**
         * Called after each chunk.
         *
         * @param position of the last event that was compared
         * @return whether to go on
         */
        boolean at(long position);
    }

    /** The walk was ended from outside. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final EventSource events;
    private final ChainStore store;
    private final PublicAuditKey key;
    private final EventHash links = new EventHash();

    Verification(EventSource events, ChainStore store, PublicAuditKey key) {
        this.events = events;
        this.store = store;
        this.key = key;
    }

    /**
     * Compares.
     *
     * @param from position of the first event to look at; those before it in its chunk are looked at too
     * @param to position of the last; those behind it in its chunk are looked at too
     * @throws Stopped if the progress said so
     */
    Verdict run(long from, long to, Progress progress) throws InterruptedException {
        long number = Chunk.numberOf(from);
        Optional<Chunk> before = number == 0 ? Optional.empty() : store.chunk(number - 1);
        if (number > 0 && before.isEmpty()) {
            return gone(number - 1);
        }
        if (before.isPresent() && !isSigned(before.get(), store.origin())) {
            return forged(before.get());
        }
        byte[] chain = before.map(chunk -> chunk.head().chain()).orElse(EventHash.BEGINNING);
        try (Reading<Hashed> reading = events.hashesFrom(number * Chunk.EVENTS, PERMITS)) {
            return new Walk(reading, number, chain).to(to, progress);
        }
    }

    private static Verdict gone(long number) {
        return Verdict.of(
                Finding.RECORD_MISSING,
                number * Chunk.EVENTS,
                "The record of %d events from here on is gone from the audit chain.".formatted(Chunk.EVENTS));
    }

    private Verdict forged(Chunk chunk) {
        long position = chunk.first() + Math.max(0, chunk.count() - 1);
        return Verdict.of(
                Finding.HEAD_FORGED,
                position,
                "The head of the audit chain at this position is not one that key %s has signed.".formatted(key.id()));
    }

    private boolean isSigned(Chunk chunk, Optional<ChainOrigin> origin) {
        return chunk.agreesWithItsHead()
                && chunk.head().keyId().equals(key.id())
                && origin.filter(chunk.head().origin()::equals).isPresent()
                && key.hasSigned(chunk.head());
    }

    private final class Walk {

        private final Reading<Hashed> reading;
        /** Of a chain that has one; it is there before the first chunk is, and never changes. */
        private Optional<ChainOrigin> origin = Optional.empty();

        private long last = -1;
        private long number;
        private byte[] chain;

        Walk(Reading<Hashed> reading, long number, byte[] chain) {
            this.reading = reading;
            this.number = number;
            this.chain = chain;
        }

        Verdict to(long to, Progress progress) throws InterruptedException {
            long begin = number * Chunk.EVENTS;
            long end = begin - 1;
            while (number * Chunk.EVENTS <= to) {
                Optional<Chunk> chunk = store.chunk(number);
                if (chunk.isEmpty()) {
                    return store.hasHad(number) ? gone(number) : valid(begin, end);
                }
                @Nullable Verdict fault = compare(chunk.get());
                if (fault != null) {
                    return fault;
                }
                end = chunk.get().head().position();
                if (!progress.at(end)) {
                    throw new Stopped();
                }
                if (!chunk.get().isFull()) {
                    return valid(begin, end);
                }
                number++;
            }
            return valid(begin, end);
        }

        private static Verdict valid(long begin, long end) {
            return Verdict.valid(
                    end < begin
                            ? "Nothing was recorded there yet."
                            : "The events from %d to %d are as they were recorded.".formatted(begin, end));
        }

        /** The fault in it, or null. */
        private @Nullable Verdict compare(Chunk chunk) throws InterruptedException {
            if (chunk.head().position() > last) {
                last = events.last();
            }
            for (int i = 0; i < chunk.count(); i++) {
                long position = chunk.first() + i;
                @Nullable Hashed event;
                try {
                    event = position > last ? null : reading.next(PATIENCE);
                } catch (EventsUnreadable e) {
                    return Verdict.of(
                            Finding.UNREADABLE,
                            position,
                            "The event store cannot give this event: "
                                    + (e.getCause() == null
                                            ? e.getMessage()
                                            : e.getCause().getMessage()));
                }
                if (event == null) {
                    return position > last
                            ? cut(position)
                            : Verdict.of(Finding.UNREADABLE, position, "The event store does not give this event.");
                }
                if (event.position() != position || !chunk.isHash(i, event.hash())) {
                    return told(chunk, i, event.hash());
                }
                chain = links.link(chain, position, event.hash());
            }
            if (origin.isEmpty()) {
                origin = store.origin();
            }
            if (!isSigned(chunk, origin)) {
                return forged(chunk);
            }
            return Arrays.equals(chain, chunk.head().chain())
                    ? null
                    : Verdict.of(
                            Finding.RECORD_CHANGED,
                            chunk.first(),
                            "Among the events from here to %d, some and what was recorded of them were changed: the head that was signed there is of others."
                                    .formatted(chunk.head().position()));
        }

        private Verdict cut(long position) {
            return Verdict.of(
                    Finding.CUT,
                    position,
                    "The event store ends before this position, but an event was recorded there.");
        }

        /**
         * Tells what happened to an event by looking whether it was recorded further on, and whether what was recorded
         * here is further on now.
         */
        private Verdict told(Chunk chunk, int index, byte[] found) throws InterruptedException {
            long position = chunk.first() + index;
            boolean wasLater = wasRecorded(found, chunk, index + 1);
            boolean isLater = comes(chunk.hash(index), position);
            if (wasLater && isLater) {
                return Verdict.of(
                        Finding.REORDERED, position, "Events have changed places; this is the first of them.");
            }
            if (wasLater) {
                return Verdict.of(
                        Finding.MISSING, position, "The event that was recorded here is gone; later ones follow.");
            }
            if (isLater) {
                return Verdict.of(
                        Finding.INSERTED, position, "This event was never recorded; the one that was comes later now.");
            }
            return Verdict.of(Finding.DAMAGED, position, "This event is not as it was recorded.");
        }

        private boolean wasRecorded(byte[] wanted, Chunk chunk, int from) {
            int begin = from;
            Optional<Chunk> later = Optional.of(chunk);
            while (later.isPresent()) {
                for (int i = begin; i < later.get().count(); i++) {
                    if (later.get().isHash(i, wanted)) {
                        return true;
                    }
                }
                begin = 0;
                later = store.chunk(later.get().number() + 1);
            }
            return false;
        }

        /** Whether an event of this hash is among the next ones behind a position. */
        private boolean comes(byte[] wanted, long position) throws InterruptedException {
            try {
                long end = Math.min(position + LOOK_AHEAD_EVENTS, events.last());
                for (long ahead = position + 1; ahead <= end; ahead++) {
                    @Nullable Hashed event = reading.next(PATIENCE);
                    if (event != null && Arrays.equals(wanted, event.hash())) {
                        return true;
                    }
                }
                return false;
            } catch (EventsUnreadable e) {
                // What is wrong here is known; that more is wrong further on makes no difference.
                return false;
            }
        }
    }
}
