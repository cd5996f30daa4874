package io.waybill.systemtests.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;

/**
 * What a client asked for, and what it knows of it in the end.
 *
 * @param kind such as {@code ship}
 * @param path below {@code /api}
 * @param key its Idempotency-Key, the same however often it was sent
 * @param status of the last answer; 0 if there was none
 * @param answer body of the last answer
 * @param micros from the first request to the last answer
 * @param attempts how often it was sent
 */
record Operation(
        String kind, String path, String key, Outcome outcome, int status, String answer, long micros, int attempts) {

    /** What a client knows. */
    enum Outcome {
        /** It was accepted. */
        OK,
        /** It was refused, so it has had no effect and never will. */
        REFUSED,
        /** It may or may not have been done, or still be done. */
        UNKNOWN
    }

    /** The ID that whatever it brings about is to have: it follows from the request alone. */
    String effectId() {
        return UUID.nameUUIDFromBytes(("POST /api" + path + "\n" + key).getBytes(UTF_8))
                .toString();
    }

    /** The n-th part of its path, counted from 0. */
    String part(int n) {
        return path.split("/", -1)[n + 1];
    }

    @Override
    public String toString() {
        return "%s (%s %s, %d after %d attempts: %s)".formatted(kind, path, outcome, status, attempts, answer);
    }
}
