package io.waybill.chassis.web;

import org.springframework.http.HttpStatus;

/** A request that is understood and refused, before anything was asked of the domain. */
public final class RequestRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String code;

    /**
     * @param status the HTTP status of the answer
     * @param code stable name of the fault, {@code UPPER_SNAKE_CASE}
     * @param detail a sentence for people that says what to do
     */
    public RequestRefused(HttpStatus status, String code, String detail) {
        super(detail);
        this.status = status;
        this.code = code;
    }

    /** A 404 with the given code. */
    public static RequestRefused notFound(String code, String detail) {
        return new RequestRefused(HttpStatus.NOT_FOUND, code, detail);
    }

    /**
     * A 503 {@code OVERLOADED}: so much waits already that taking more would only make everybody wait longer.
     *
     * @param detail a sentence for people that says what to do
     */
    public static RequestRefused overloaded(String detail) {
        return new RequestRefused(HttpStatus.SERVICE_UNAVAILABLE, "OVERLOADED", detail);
    }

    HttpStatus status() {
        return status;
    }

    String code() {
        return code;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
