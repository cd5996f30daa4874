package io.waybill.systemtests;

import java.net.http.HttpResponse;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the API answered to one request. */
record Answer(
        int status,
        Optional<String> contentType,
        Optional<String> location,
        Optional<String> etag,
        Optional<String> retryAfter,
        String body) {

    private static final JsonMapper JSON = new JsonMapper();

    static Answer of(HttpResponse<String> response) {
        var headers = response.headers();
        return new Answer(
                response.statusCode(),
                headers.firstValue("Content-Type"),
                headers.firstValue("Location"),
                headers.firstValue("ETag"),
                headers.firstValue("Retry-After"),
                response.body());
    }

    /** The body as JSON; fails with the whole answer in the message if it is none. */
    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (RuntimeException e) {
            throw new AssertionError("not JSON: " + this, e);
        }
    }

    /** This answer, if it has the status; fails with the whole answer in the message if not. */
    Answer expect(int expected) {
        if (status != expected) {
            throw new AssertionError("expected " + expected + ", but got " + this);
        }
        return this;
    }

    /** Whether the same request is to be sent again: nothing is wrong with it, but it cannot be answered just now. */
    boolean asksForAnotherTry() {
        return status == 503 && retryAfter.isPresent();
    }

    /** The stable code of a problem, or an empty string. */
    String code() {
        return json().path("code").asString("");
    }
}
