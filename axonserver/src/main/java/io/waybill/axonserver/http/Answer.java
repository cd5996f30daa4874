package io.waybill.axonserver.http;

import java.util.HashMap;
import java.util.Map;

/** What goes back to the caller. */
record Answer(int status, Map<String, String> headers, String body) {

    static final int OK = 200;
    static final int ACCEPTED = 202;

    static Answer json(int status, Object value) {
        return new Answer(status, Map.of("Content-Type", "application/json"), Json.of(value));
    }

    static Answer json(Object value) {
        return json(OK, value);
    }

    /** This answer with more headers. */
    Answer with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(more);
        return new Answer(status, all, body);
    }

    /** How the original tells the outcome of an instruction, and here of any request that cannot be served. */
    static Answer outcome(int status, boolean success, String message) {
        return json(status, Fields.of("success", success).and("message", message));
    }
}
