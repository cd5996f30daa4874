package io.waybill.axonserver.log;

/** An append that was not stored. Nothing of its transaction is in the log. */
public final class AppendRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why the append was refused; decides what the caller should do next. */
    public enum Reason {
        /** Another transaction took the aggregate's sequence number: reload and decide again. */
        SEQUENCE_CONFLICT,
        /** The transaction can never be stored as it is. */
        INVALID,
        /** More is waiting than memory allows for: try again later. */
        BUSY,
        /** The disk did not take it, for example because it is full: try again when it has space. */
        NOT_WRITTEN,
        /** The log takes no appends any more: it was closed, or the disk failed to confirm a write. */
        STOPPED
    }

    private final Reason reason;

    AppendRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    AppendRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why the append was refused. */
    public Reason reason() {
        return reason;
    }
}
