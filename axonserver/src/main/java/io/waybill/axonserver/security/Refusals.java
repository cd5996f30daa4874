package io.waybill.axonserver.security;

import io.waybill.axonserver.security.Access.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts refused calls, and logs them no faster than somebody can read. */
final class Refusals {

    /** An application with a wrong token tries again every other second; once in a while is enough to notice it. */
    static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoTime;
    private final Consumer<String> log;
    private final Map<Reason, Tally> tallies = new EnumMap<>(Reason.class);

    Refusals(LongSupplier nanoTime, Consumer<String> log) {
        this.nanoTime = nanoTime;
        this.log = log;
        for (Reason reason : Reason.values()) {
            tallies.put(reason, new Tally());
        }
    }

    /** Notes a refusal; {@code message} is what the caller is told. */
    void note(Reason reason, Call call, String message) {
        Tally tally = Objects.requireNonNull(tallies.get(reason));
        tally.count.incrementAndGet();
        long unmentioned = tally.toMention(nanoTime.getAsLong());
        if (unmentioned > 0) {
            String others = unmentioned == 1 ? "" : " (and %d more like it)".formatted(unmentioned - 1);
            log.accept("Refused a call from %s: %s%s".formatted(call.peer(), message, others));
        }
    }

    Map<Reason, Long> counts() {
        Map<Reason, Long> counts = new EnumMap<>(Reason.class);
        tallies.forEach((reason, tally) -> counts.put(reason, tally.count.get()));
        return counts;
    }

    /** The refusals for one reason. Each reason has its own, so that one cannot hide behind a flood of another. */
    private static final class Tally {

        private final AtomicLong count = new AtomicLong();
        private long mentioned;
        private long mentionedNanos;

        /** How many there are to log, or 0 when it is too early to log again. */
        synchronized long toMention(long nowNanos) {
            if (mentioned > 0 && nowNanos - mentionedNanos < QUIET_NANOS) {
                return 0;
            }
            long counted = count.get();
            long unmentioned = counted - mentioned;
            mentioned = counted;
            mentionedNanos = nowNanos;
            return unmentioned;
        }
    }
}
