package io.waybill.axonserver.http;

import io.grpc.Status;
import io.waybill.axonserver.security.Access;
import java.util.Map;

/** A request that cannot be served, and the status that says so. */
final class HttpFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TOO_MANY_REQUESTS = 429;
    static final int INTERNAL_ERROR = 500;
    static final int UNAVAILABLE = 503;
    private static final int TIMEOUT = 504;

    private final int status;
    private final Map<String, String> headers;

    HttpFault(int status, String message) {
        this(status, message, Map.of());
    }

    private HttpFault(int status, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    /** There is something at the path, but only for the methods in {@code allowed}. */
    static HttpFault wrongMethod(String allowed) {
        return new HttpFault(
                METHOD_NOT_ALLOWED, "Only %s is allowed here".formatted(allowed), Map.of("Allow", allowed));
    }

    /** The caller's token is missing or does not give the right to what was asked for. */
    static HttpFault of(Access.Refused refused) {
        return refused.reason() == Access.Reason.TOKEN_MISSING
                ? new HttpFault(UNAUTHORIZED, refused.message(), Map.of("WWW-Authenticate", "Bearer"))
                : new HttpFault(FORBIDDEN, refused.message());
    }

    /** The fault that a gRPC call would end with. */
    static HttpFault of(Status status) {
        int http = switch (status.getCode()) {
            case NOT_FOUND -> NOT_FOUND;
            case INVALID_ARGUMENT -> BAD_REQUEST;
            case RESOURCE_EXHAUSTED -> TOO_MANY_REQUESTS;
            case DEADLINE_EXCEEDED -> TIMEOUT;
            case UNAVAILABLE -> UNAVAILABLE;
            default -> INTERNAL_ERROR;
        };
        return new HttpFault(http, String.valueOf(status.getDescription()));
    }

    Answer answer() {
        return Answer.outcome(status, false, String.valueOf(getMessage())).with(headers);
    }
}
