package io.waybill.chassis.web;

import java.util.List;
import org.springframework.http.HttpStatus;

/** A request with faults that its sender can mend; carries all of them at once. */
public final class InvalidRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * One fault.
     *
     * @param pointer where in the body, as a JSON pointer (RFC 6901); for a query parameter or header its name
     * @param code stable name of the fault, {@code UPPER_SNAKE_CASE}
     * @param detail a sentence for people
     */
    public record Fault(String pointer, String code, String detail) {}

    private final HttpStatus status;
    private final String code;
    private final transient List<Fault> faults;

    /** A body whose form is wrong: answered by 400 {@code INVALID_REQUEST}. */
    public InvalidRequest(List<Fault> faults) {
        this(HttpStatus.BAD_REQUEST, "INVALID_REQUEST", "Mend the faults listed under errors.", faults);
    }

    /** A body that is well formed but contradicts what is known: 422 with the given code. */
    public static InvalidRequest contradicting(String code, String detail, List<Fault> faults) {
        return new InvalidRequest(HttpStatus.UNPROCESSABLE_CONTENT, code, detail, faults);
    }

    private InvalidRequest(HttpStatus status, String code, String detail, List<Fault> faults) {
        super(detail);
        this.status = status;
        this.code = code;
        this.faults = List.copyOf(faults);
    }

    /** Every fault, at least one unless the code says it all. */
    public List<Fault> faults() {
        return faults;
    }

    Problem problem() {
        return Problem.of(status, code, String.valueOf(getMessage()), faults);
    }
}
