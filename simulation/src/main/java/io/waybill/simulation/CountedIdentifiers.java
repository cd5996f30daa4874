package io.waybill.simulation;

import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.common.IdentifierFactory;

/** IDs of messages and sagas that are the same in every run, and cost nothing. */
public final class CountedIdentifiers extends IdentifierFactory {

    private final AtomicLong last = new AtomicLong();

    @Override
    public String generateIdentifier() {
        return "id-" + last.incrementAndGet();
    }
}
