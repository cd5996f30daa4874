package io.waybill.payment.provider.stripe;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error of Stripe's, as its API answers it. */
final class StripeFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final boolean executed;
    private final transient Map<String, Object> error = new HashMap<>();

    private StripeFault(int status, String type, @Nullable String code, String message, boolean executed) {
        super(message);
        this.status = status;
        this.executed = executed;
        error.put("type", type);
        error.put("message", message);
        with("code", code);
    }

    /** The request is not of the API's form, which is found before anything is done. */
    static StripeFault parameter(String code, String parameter, String message) {
        return new StripeFault(400, "invalid_request_error", code, message, false).with("param", parameter);
    }

    /** The request cannot be done. */
    static StripeFault request(int status, @Nullable String code, String message) {
        return new StripeFault(status, "invalid_request_error", code, message, true);
    }

    static StripeFault card(String code, String declineCode) {
        return new StripeFault(402, "card_error", code, "Your card was declined.", true)
                .with("decline_code", declineCode);
    }

    /** The request was not let in at all. */
    static StripeFault outside(int status, String type, @Nullable String code, String message) {
        return new StripeFault(status, type, code, message, false);
    }

    static StripeFault server() {
        return new StripeFault(500, "api_error", null, "An unknown error occurred.", true);
    }

    StripeFault with(String field, @Nullable Object value) {
        if (value != null) {
            error.put(field, value);
        }
        return this;
    }

    int status() {
        return status;
    }

    /** Whether Stripe had begun to do it, and so keeps the answer under the idempotency key. */
    boolean isExecuted() {
        return executed;
    }

    Map<String, Object> body() {
        return Map.of("error", error);
    }
}
