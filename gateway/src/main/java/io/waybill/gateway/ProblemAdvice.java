package io.waybill.gateway;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers what no service answered as an RFC 9457 problem with a stable {@code code}, like the services do. */
@RestControllerAdvice
class ProblemAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);
    /** A restarted service is back by then; not the same for all, or all would come back at once. */
    private static final int SHORTEST_WAIT_SECONDS = 2;

    private static final int LONGEST_WAIT_SECONDS = 6;

    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(Exception failure, HttpServletResponse response) {
        if (!response.isCommitted()) {
            // What a service had begun to answer before it broke off is no part of this answer.
            response.reset();
        }
        if (failure instanceof NoResourceFoundException) {
            return problem(
                    HttpStatus.NOT_FOUND,
                    HttpStatus.NOT_FOUND.name(),
                    "There is nothing at this address. GET /api/openapi describes what there is.");
        }
        if (failure instanceof ErrorResponse refusal) {
            HttpStatus status = HttpStatus.valueOf(refusal.getStatusCode().value());
            @Nullable String detail = refusal.getBody().getDetail();
            return problem(
                    status,
                    status == HttpStatus.CONTENT_TOO_LARGE ? "BODY_TOO_LARGE" : status.name(),
                    detail == null ? "The request is not one that is taken here." : detail);
        }
        if (failure instanceof ReplayController.NoSuchProjection unknown) {
            return problem(HttpStatus.NOT_FOUND, "PROJECTION_NOT_FOUND", String.valueOf(unknown.getMessage()));
        }
        if (failure instanceof ServiceCalls.Overloaded) {
            return problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "OVERLOADED",
                    "More is asked than can be done now. Repeat the request unchanged after Retry-After.");
        }
        if (failure instanceof ResourceAccessException
                || failure instanceof IOException
                || failure instanceof CallNotPermittedException
                || failure instanceof ServiceCalls.BrokeOff) {
            LOG.warn("A service cannot be reached or broke off: {}", failure.toString());
            return problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "SERVICE_UNAVAILABLE",
                    "A part of the system is not available. Repeat the request unchanged in a moment.");
        }
        LOG.error("A request failed", failure);
        return problem(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "INTERNAL_ERROR",
                "This is our fault. Repeat the request, and report its time if it fails again.");
    }

    private static ResponseEntity<ProblemDetail> problem(HttpStatus status, String code, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            int seconds = ThreadLocalRandom.current().nextInt(SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS + 1);
            answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
        }
        return answer.body(problem);
    }
}
