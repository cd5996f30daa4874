package io.waybill.chassis.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

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

    /** A restarted peer is back by then; not the same for all, or all would come back at once. */
    private static final int SHORTEST_WAIT_SECONDS = 2;

    private static final int LONGEST_WAIT_SECONDS = 6;

    static Problem of(HttpStatusCode status, String code, String detail) {
        return of(status, code, detail, List.of());
    }

    static Problem of(HttpStatusCode status, String code, String detail, List<InvalidRequest.Fault> errors) {
        @Nullable HttpStatus known = HttpStatus.resolve(status.value());
        return new Problem(known == null ? "Error" : known.getReasonPhrase(), status.value(), code, detail, errors);
    }

    /** The answer of a controller. */
    ResponseEntity<Object> answer(HttpHeaders headers) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status).headers(headers);
        if (mayBeRepeated()) {
            answer.header(HttpHeaders.RETRY_AFTER, secondsToWait());
        }
        return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(this);
    }

    /** The answer of a filter. */
    void send(HttpServletResponse response, JsonMapper json) throws IOException {
        response.setStatus(status);
        if (mayBeRepeated()) {
            response.setHeader(HttpHeaders.RETRY_AFTER, secondsToWait());
        }
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(this));
    }

    private boolean mayBeRepeated() {
        return status == HttpStatus.SERVICE_UNAVAILABLE.value();
    }

    private static String secondsToWait() {
        return String.valueOf(ThreadLocalRandom.current().nextInt(SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS + 1));
    }
}
