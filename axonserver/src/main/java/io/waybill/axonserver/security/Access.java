package io.waybill.axonserver.security;

/** The answer to the question whether a call may go on. */
public sealed interface Access {

    /** It may. */
    record Granted(Application application) implements Access {}

    /**
     * It may not.
     *
     * @param reason what is missing
     * @param message the same in words for the caller: it names what to do and holds no secret
     */
    record Refused(Reason reason, String message) implements Access {}

    /** Why a call is refused. */
    enum Reason {
        /** No token came with it. */
        TOKEN_MISSING,
        /** The token is no application's. */
        TOKEN_UNKNOWN,
        /** The application lacks the right. */
        RIGHT_MISSING,
        /** The application has no business in this context. */
        CONTEXT_FORBIDDEN
    }
}
