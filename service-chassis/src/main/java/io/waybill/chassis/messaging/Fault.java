package io.waybill.chassis.messaging;

/**
 * What a handler tells a caller in another process about a misuse; travels as the details of the exception.
 *
 * @param kind what sort of misuse
 * @param code stable name of the fault, {@code UPPER_SNAKE_CASE}
 * @param detail a sentence for people that says what to do
 */
public record Fault(Kind kind, String code, String detail) {

    /** What sort of misuse. */
    public enum Kind {
        /** The request contradicts itself or what is known. */
        INVALID,
        /** What the request is about does not exist. */
        NOT_FOUND,
        /** What the request is about is not in a state that allows it. */
        CONFLICT,
        /** What the request is about is no longer what its sender knows. */
        STALE
    }
}
