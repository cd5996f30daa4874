package io.waybill.chassis.web;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Updates.set;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers a repeated request with the first answer. The answers are kept in the service's database, but nothing depends
 * on it being there: what the request creates gets an ID that is derived from the key, so that even a request whose
 * record is lost, or that was cut off between its effect and its answer, has its effect once.
 */
public final class Idempotency {

    /** The request header that names a request. */
    public static final String HEADER = "Idempotency-Key";

    private static final TimeBasedEpochGenerator NEW_IDS = Generators.timeBasedEpochGenerator();

    private static final int MAX_KEY_LENGTH = 255;
    /** A client that repeats a request later than this has forgotten why. */
    private static final Duration KEPT = Duration.ofDays(2);
    /** Longer than any request takes; a record without an answer is then the remains of a crash. */
    private static final Duration IN_FLIGHT_AT_MOST = Duration.ofSeconds(30);

    private static final Duration PURGE_INTERVAL = Duration.ofHours(1);

    private final MongoCollection<Document> records;
    private final JsonMapper json;
    private final Clock clock;
    private final AtomicReference<Instant> purgeDue = new AtomicReference<>(Instant.MIN);

    Idempotency(MongoDatabase database, JsonMapper json, Clock clock) {
        this.records = database.getCollection("idempotency");
        this.json = json;
        this.clock = clock;
    }

    /**
     * Does what is asked, once per key.
     *
     * @param operation names what is asked, such as {@code POST /orders}
     * @param key the client's name for this request, 1 to 255 characters; null if the client does not mind that a
     *     repetition is another request
     * @param body the request's body; the same key with another body is refused
     * @param action gets the ID derived from the key, or a new one, to be used for whatever it creates
     * @throws RequestRefused 400 if the key is unusable, 422 if it came with another body before, 409 if the first
     *     request with it is still being handled
     */
    public ResponseEntity<Object> once(
            String operation, @Nullable String key, Object body, Function<String, ResponseEntity<?>> action) {
        if (key == null) {
            return copyOf(action.apply(NEW_IDS.generate().toString()));
        }
        if (key.isBlank() || key.length() > MAX_KEY_LENGTH) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST,
                    "IDEMPOTENCY_KEY_INVALID",
                    "The header " + HEADER + " takes 1 to " + MAX_KEY_LENGTH + " characters.");
        }
        purgeWhenDue();
        String id = sha256(operation + "\n" + key);
        String fingerprint = sha256(json.writeValueAsString(body));
        @Nullable Document earlier = startOrFind(id, fingerprint);
        if (earlier != null) {
            return answerOf(earlier, fingerprint);
        }
        try {
            ResponseEntity<?> answer = action.apply(operationId(operation, key));
            records.updateOne(eq(id), set("answer", stored(answer)));
            return copyOf(answer);
        } catch (RuntimeException e) {
            // A refusal must not use up the key, and after a failure the client is to try again.
            records.deleteOne(and(eq(id), eq("answer", null)));
            throw e;
        }
    }

    private static ResponseEntity<Object> copyOf(ResponseEntity<?> answer) {
        return ResponseEntity.status(answer.getStatusCode())
                .headers(answer.getHeaders())
                .body(answer.getBody());
    }

    private static String operationId(String operation, String key) {
        return UUID.nameUUIDFromBytes((operation + "\n" + key).getBytes(UTF_8)).toString();
    }

    /** Null if this request is the first and may go ahead. */
    private @Nullable Document startOrFind(String id, String fingerprint) {
        Instant now = clock.instant();
        try {
            records.insertOne(new Document("_id", id)
                    .append("fingerprint", fingerprint)
                    .append("startedAt", Date.from(now))
                    .append("expiresAt", Date.from(now.plus(KEPT))));
            return null;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
        }
        // Whoever left this record without an answer is gone: exactly one request may take its place.
        boolean tookOver = records.updateOne(
                                and(
                                        eq(id),
                                        eq("fingerprint", fingerprint),
                                        eq("answer", null),
                                        lt("startedAt", Date.from(now.minus(IN_FLIGHT_AT_MOST)))),
                                set("startedAt", Date.from(now)))
                        .getMatchedCount()
                == 1;
        if (tookOver) {
            return null;
        }
        @Nullable Document earlier = records.find(eq(id)).first();
        // It failed and was removed between our insert and our look: as good as still in flight.
        return earlier == null ? new Document("fingerprint", fingerprint) : earlier;
    }

    private ResponseEntity<Object> answerOf(Document earlier, String fingerprint) {
        if (!fingerprint.equals(earlier.getString("fingerprint"))) {
            throw new RequestRefused(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "IDEMPOTENCY_KEY_REUSED",
                    "This " + HEADER + " came with another body before. Use a new key for a new request.");
        }
        @Nullable Document answer = earlier.get("answer", Document.class);
        if (answer == null) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    "REQUEST_IN_PROGRESS",
                    "The first request with this " + HEADER + " is still being handled. Repeat it in a moment.");
        }
        ResponseEntity.BodyBuilder response = ResponseEntity.status(answer.getInteger("status"));
        @Nullable String location = answer.getString("location");
        if (location != null) {
            response.location(URI.create(location));
        }
        return response.contentType(MediaType.APPLICATION_JSON).body(json.readTree(answer.getString("body")));
    }

    private Document stored(ResponseEntity<?> answer) {
        @Nullable URI location = answer.getHeaders().getLocation();
        return new Document("status", answer.getStatusCode().value())
                .append("location", location == null ? null : location.toString())
                .append("body", json.writeValueAsString(answer.getBody()));
    }

    /** An index that expires documents would do, but the embedded store has none. */
    private void purgeWhenDue() {
        Instant now = clock.instant();
        Instant due = purgeDue.get();
        if (now.isAfter(due) && purgeDue.compareAndSet(due, now.plus(PURGE_INTERVAL))) {
            records.deleteMany(lt("expiresAt", Date.from(now)));
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
