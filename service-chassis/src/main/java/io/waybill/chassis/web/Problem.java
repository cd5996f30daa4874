package io.waybill.chassis.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/**
 * The body of every error answer, RFC 9457 {@code application/problem+json}.
 *
 * @param title the HTTP status in words
 * @param status the HTTP status
 * @param code stable name of the fault, {@code UPPER_SNAKE_CASE}: what a client may depend on
 * @param detail a sentence for people that says what to do
 * @param errors every single fault of an invalid request; empty for other problems
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Problem(String title, int status, String code, String detail, List<InvalidRequest.Fault> errors) {

    static Problem of(HttpStatusCode status, String code, String detail) {
        return of(status, code, detail, List.of());
    }

    static Problem of(HttpStatusCode status, String code, String detail, List<InvalidRequest.Fault> errors) {
        @Nullable HttpStatus known = HttpStatus.resolve(status.value());
        return new Problem(known == null ? "Error" : known.getReasonPhrase(), status.value(), code, detail, errors);
    }
}
