package io.waybill.simulation;

import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.common.IdentifierFactory;

/** IDs of messages and sagas that are the same in every run, and cost nothing. */
public final class CountedIdentifiers extends IdentifierFactory {

    private static final AtomicLong LAST = new AtomicLong();

    /** Counts from the beginning, so that a history does not depend on those before it. */
    static void restart() {
        LAST.set(0);
    }

    @Override
    public String generateIdentifier() {
        return "id-" + LAST.incrementAndGet();
    }
}
