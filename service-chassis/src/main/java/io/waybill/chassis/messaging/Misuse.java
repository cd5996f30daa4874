package io.waybill.chassis.messaging;

import java.util.Optional;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.messaging.HandlerExecutionException;

/** Thrown by a handler that is asked for what cannot be. Asking again will not help, so no one retries it. */
public final class Misuse extends CommandExecutionException {

    private static final long serialVersionUID = 1L;

    private Misuse(Fault fault) {
        super(fault.code() + ": " + fault.detail(), null, fault);
    }

    /** The request contradicts itself or what is known. */
    public static Misuse invalid(String code, String detail) {
        return new Misuse(new Fault(Fault.Kind.INVALID, code, detail));
    }

    /** What the request is about does not exist. */
    public static Misuse notFound(String code, String detail) {
        return new Misuse(new Fault(Fault.Kind.NOT_FOUND, code, detail));
    }

    /** What the request is about is not in a state that allows it. */
    public static Misuse conflict(String code, String detail) {
        return new Misuse(new Fault(Fault.Kind.CONFLICT, code, detail));
    }

    /** What the request is about is no longer what its sender knows. */
    public static Misuse stale(String code, String detail) {
        return new Misuse(new Fault(Fault.Kind.STALE, code, detail));
    }

    /** The fault that an exception carries, also one that came from another process; empty if it is no misuse. */
    public static Optional<Fault> faultOf(Throwable thrown) {
        return HandlerExecutionException.resolveDetails(thrown)
                .filter(Fault.class::isInstance)
                .map(Fault.class::cast);
    }
}
