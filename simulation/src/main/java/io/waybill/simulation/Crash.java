package io.waybill.simulation;

import com.mongodb.MongoWriteException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;

/** A process ends in the midst of what it does; what it has not stored by then is lost. */
final class Crash extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Crash(String why) {
        // Thousands are thrown, and nobody looks where.
        super(why, null, false, false);
    }

    /** Whether something went wrong that is tried again: a crash, or that another was faster, also in a database. */
    static boolean isBehind(@Nullable Throwable thrown) {
        return thrown instanceof Crash
                || thrown instanceof ConcurrencyException
                || thrown instanceof MongoWriteException
                || (thrown != null && isBehind(thrown.getCause()));
    }
}
