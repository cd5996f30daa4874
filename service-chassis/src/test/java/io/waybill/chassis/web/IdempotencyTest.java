package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.mongo.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

class IdempotencyTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static TestDatabase database;

    private final List<String> ids = new ArrayList<>();
    private Idempotency idempotency;

    @BeforeAll
    static void open() {
        database = new TestDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void start() {
        database.get().getCollection("idempotency").drop();
        idempotency = at(START);
    }

    @Test
    void refusesASecondRequestWhileTheFirstIsInFlight() {
        idempotency.once("op", "key", "body", id -> {
            assertThatThrownBy(() -> idempotency.once("op", "key", "body", this::answer))
                    .isInstanceOf(RequestRefused.class)
                    .extracting("code")
                    .isEqualTo("REQUEST_IN_PROGRESS");
            return answer(id);
        });

        assertThat(ids).hasSize(1);
    }

    @Test
    void takesOverWhatACrashLeftAndGivesTheSameIdAgain() {
        crashWithin("key");

        at(START.plus(Duration.ofSeconds(31))).once("op", "key", "body", this::answer);

        assertThat(ids).hasSize(2);
        assertThat(ids.getFirst()).isEqualTo(ids.getLast());
    }

    @Test
    void doesNotTakeOverWithAnotherBody() {
        crashWithin("key");

        assertThatThrownBy(() -> at(START.plus(Duration.ofSeconds(31))).once("op", "key", "other", this::answer))
                .isInstanceOf(RequestRefused.class)
                .extracting("code")
                .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void keepsAnswersForAtLeastADay() {
        idempotency.once("op", "key", "body", this::answer);

        at(START.plus(Duration.ofHours(47))).once("op", "key", "body", this::answer);
        assertThat(ids).hasSize(1);
        at(START.plus(Duration.ofHours(49))).once("op", "key", "body", this::answer);
        assertThat(ids).hasSize(2);
    }

    @Test
    void takesRequestsWithoutAKeyForDifferentOnes() {
        idempotency.once("op", null, "body", this::answer);
        idempotency.once("op", null, "body", this::answer);

        assertThat(ids).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void tellsOperationsApart() {
        idempotency.once("op", "key", "body", this::answer);
        idempotency.once("other op", "key", "body", this::answer);

        assertThat(ids).doesNotHaveDuplicates().hasSize(2);
    }

    /** An error is what none of the code above the action expects, as little as a crash. */
    private void crashWithin(String key) {
        assertThatThrownBy(() -> idempotency.once("op", key, "body", id -> {
                    ids.add(id);
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
    }

    private ResponseEntity<?> answer(String id) {
        ids.add(id);
        return ResponseEntity.accepted().body(List.of(id));
    }

    private static Idempotency at(Instant now) {
        MongoDatabase store = database.get();
        return new Idempotency(store, new JsonMapper(), Clock.fixed(now, ZoneOffset.UTC));
    }
}
