package io.waybill.chassis.web;

import static java.util.stream.Collectors.joining;

import com.mongodb.MongoException;
import io.axoniq.axonserver.connector.AxonServerException;
import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Misuse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.axonframework.common.AxonException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every exception that leaves a controller becomes a problem that says what to do and nothing of the inside. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidRequest invalid) {
        return answer(invalid.problem());
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(RequestRefused refused) {
        return answer(Problem.of(refused.status(), refused.code(), refused.detail()));
    }

    @ExceptionHandler
    ResponseEntity<Object> failed(Exception failure) {
        Optional<Fault> misuse = Misuse.faultOf(failure);
        if (misuse.isPresent()) {
            Fault fault = misuse.get();
            return answer(Problem.of(status(fault.kind()), fault.code(), fault.detail()));
        }
        if (isUnavailable(failure)) {
            LOG.warn("A request could not be handled now", failure);
            return answer(Problem.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "SERVICE_UNAVAILABLE",
                    "A part of the system is not available. Repeat the request unchanged in a moment."));
        }
        LOG.error("A request failed", failure);
        return answer(Problem.of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "INTERNAL_ERROR",
                "This is our fault. Repeat the request, and report its Waybill-Correlation-Id if it fails again."));
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception failure, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem = switch (failure) {
            case HttpMessageNotReadableException unreadable
            when unreadable.getMostSpecificCause() instanceof BodyLimitFilter.BodyTooLarge ->
                BodyLimitFilter.tooLarge();
            case HttpMessageNotReadableException unreadable ->
                Problem.of(status, "MALFORMED_JSON", "Send a JSON body.");
            case MissingRequestHeaderException missing ->
                Problem.of(
                        status,
                        missing.getHeaderName().equals(Idempotency.HEADER)
                                ? "IDEMPOTENCY_KEY_MISSING"
                                : "HEADER_MISSING",
                        "Send the header " + missing.getHeaderName() + ".");
            case MethodArgumentTypeMismatchException mismatch ->
                unusable(mismatch.getName(), expected(mismatch.getRequiredType()));
            case MissingServletRequestParameterException missing ->
                unusable(missing.getParameterName(), "Send this query parameter.");
            default -> Problem.of(status, code(status), detail(failure));
        };
        return problem.answer(headers);
    }

    private static Problem unusable(String parameter, String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(parameter, "UNUSABLE_VALUE", detail))).problem();
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "The value is of the wrong type.";
        }
        if (type.isEnum()) {
            return "Use one of "
                    + Stream.of(type.getEnumConstants()).map(String::valueOf).collect(joining(", ")) + ".";
        }
        return switch (type.getSimpleName()) {
            case "boolean", "Boolean" -> "Use true or false.";
            case "int", "Integer", "long", "Long" -> "Use a whole number.";
            case "Instant" -> "Use an instant such as 2026-11-01T12:00:00Z.";
            case "LocalDate" -> "Use a date such as 2026-11-01.";
            default -> "The value is of the wrong type.";
        };
    }

    private static String detail(Exception failure) {
        @Nullable
        String detail =
                failure instanceof ErrorResponse refusal ? refusal.getBody().getDetail() : null;
        return detail == null ? "The request is not one that is taken here." : detail;
    }

    private static String code(HttpStatusCode status) {
        return status instanceof HttpStatus known ? known.name() : "HTTP_" + status.value();
    }

    private static HttpStatus status(Fault.Kind kind) {
        return switch (kind) {
            case INVALID -> HttpStatus.UNPROCESSABLE_CONTENT;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case CONFLICT -> HttpStatus.CONFLICT;
            case STALE -> HttpStatus.PRECONDITION_FAILED;
        };
    }

    /**
     * The event store, a peer or the database did not answer, or a handler failed for want of one of them. A fault of
     * the handler's own looks the same from here; to repeat the request is right, and harmless, either way.
     */
    private static boolean isUnavailable(Exception failure) {
        return failure instanceof MongoException
                || failure instanceof AxonException
                || failure instanceof AxonServerException;
    }

    private static ResponseEntity<Object> answer(Problem problem) {
        return problem.answer(HttpHeaders.EMPTY);
    }
}
