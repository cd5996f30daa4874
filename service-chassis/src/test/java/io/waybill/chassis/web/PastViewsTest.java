package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.History;
import io.waybill.chassis.web.PastViews.Change;
import io.waybill.chassis.web.PastViews.Changes;
import io.waybill.chassis.web.PastViews.Step;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.IntNode;

/** A sum was counted to 1, 3, 6, ... up to version 9; each event came ten seconds after the one before. */
class PastViewsTest {

    private static final String SUM = "sum-1";
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final int EVENTS = 10;
    private static final JsonMapper JSON = new JsonMapper();

    record Counted(int by) {}

    /** No view knows it. */
    record Ignored(int by) {}

    record Sum(int sum, long version, Instant at) {}

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final History<Sum> history = new History<>(
            eventStore,
            Counted.class,
            (@Nullable Sum before, Counted event, long sequence, Instant at) ->
                    new Sum((before == null ? 0 : before.sum()) + event.by(), sequence, at));
    private final PastViews past = new PastViews(JSON, Clock.fixed(START.plusSeconds(10 * EVENTS), ZoneOffset.UTC));

    PastViewsTest() {
        for (int number = 0; number < EVENTS; number++) {
            publish(SUM, number, new Counted(number + 1));
        }
    }

    @Test
    void showEachVersionAsItWas() {
        for (long version = 0; version < EVENTS; version++) {
            var answer = past.show(history, SUM, version, null, PastViewsTest::unknown);

            int sum = IntStream.rangeClosed(1, (int) version + 1).sum();
            assertThat(answer.getBody()).isEqualTo(new Sum(sum, version, START.plusSeconds(10 * version)));
            assertThat(answer.getHeaders().getETag()).isEqualTo("\"" + version + "\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-01T12:00:00Z, 0",
        "2026-11-01T12:00:09.999Z, 0",
        "2026-11-01T12:00:10Z, 1",
        "2026-11-01T12:01:29Z, 8",
        "2026-11-01T12:01:30Z, 9",
        "2026-11-01T12:01:40Z, 9"
    })
    void showWhatWasAtATime(Instant at, long version) {
        var answer = past.show(history, SUM, null, at, PastViewsTest::unknown);

        assertThat(Objects.requireNonNull(answer.getBody()).version()).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            sum-1, -1, -,                        INVALID_REQUEST, OUT_OF_RANGE
            sum-1, 10, -,                        VERSION_NOT_FOUND, -
            sum-1, 2,  2026-11-01T12:00:10Z,     INVALID_REQUEST, ONE_OF_TWO
            sum-1, -,  -,                        INVALID_REQUEST, ONE_OF_TWO
            sum-1, -,  2026-11-01T11:59:59.999Z, NOT_YET_THERE, -
            sum-1, -,  2026-11-01T12:01:41Z,     INVALID_REQUEST, IN_THE_FUTURE
            sum-2, 0,  -,                        UNKNOWN, -
            sum-2, -,  2026-11-01T12:01:41Z,     UNKNOWN, -
            """)
    void refuseWhatNeverWas(
            String id, @Nullable Long version, @Nullable Instant at, String code, @Nullable String fault) {
        refused(() -> past.show(history, id, version, at, PastViewsTest::unknown), code, fault);
    }

    @Test
    void knowNothingOfWhatHappenedToSomethingElse() {
        publish("other", 0, new Ignored(1));

        refused(() -> past.show(history, "other", 0L, null, PastViewsTest::unknown), "UNKNOWN", null);
        refused(() -> past.changes(history, "other", null, null, PastViewsTest::unknown), "UNKNOWN", null);
    }

    @Test
    void tellWhatChangedInBetweenAndByWhom() {
        Changes changes = past.changes(history, SUM, 2L, 4L, PastViewsTest::unknown);

        assertThat(changes.from()).isEqualTo(2);
        assertThat(changes.to()).isEqualTo(4);
        assertThat(changes.last()).isEqualTo(EVENTS - 1);
        assertThat(changes.difference()).contains(new Change("/sum", IntNode.valueOf(6), IntNode.valueOf(15)));
        assertThat(changes.versions()).extracting(Step::version).containsExactly(3L, 4L);
        Step step = changes.versions().getFirst();
        assertThat(step.at()).isEqualTo(START.plusSeconds(30));
        assertThat(step.type()).isEqualTo("Counted");
        assertThat(step.service()).isEqualTo("service-3");
        assertThat(step.actor()).isEqualTo("actor-3");
        assertThat(step.command()).isEqualTo("Count");
        assertThat(step.causationId()).isEqualTo("cause-3");
        assertThat(step.causingEventId()).isEqualTo("event-3");
        assertThat(step.correlationId()).isNull();
        assertThat(step.changes()).extracting(Change::pointer).containsExactlyInAnyOrder("/sum", "/version", "/at");
        assertThat(step.changes()).contains(new Change("/sum", IntNode.valueOf(6), IntNode.valueOf(10)));
    }

    @Test
    void tellOfTheFirstVersionAsAChangeFromNothing() {
        Changes changes = past.changes(history, SUM, null, 0L, PastViewsTest::unknown);

        assertThat(changes.from()).isNull();
        assertThat(changes.versions()).hasSize(1);
        assertThat(changes.difference())
                .containsExactly(new Change("", null, JSON.valueToTree(new Sum(1, 0, START))))
                .isEqualTo(changes.versions().getFirst().changes());
    }

    @Test
    void tellNothingWhereNothingChanged() {
        Changes changes = past.changes(history, SUM, 3L, 3L, PastViewsTest::unknown);

        assertThat(changes.difference()).isEmpty();
        assertThat(changes.versions()).isEmpty();
    }

    @Test
    void goAsFarAsTheyMayAndSayHowMuchIsLeft() {
        for (int number = EVENTS; number <= 300; number++) {
            publish(SUM, number, new Counted(1));
        }

        Changes first = past.changes(history, SUM, null, null, PastViewsTest::unknown);
        Changes second = past.changes(history, SUM, first.to(), null, PastViewsTest::unknown);

        assertThat(first.last()).isEqualTo(300);
        assertThat(first.versions())
                .hasSize(200)
                .last()
                .extracting(Step::version)
                .isEqualTo(first.to());
        assertThat(second.versions())
                .hasSize(101)
                .last()
                .extracting(Step::version)
                .isEqualTo(second.last());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            -1,  3,   INVALID_REQUEST, OUT_OF_RANGE
            0,   -1,  INVALID_REQUEST, OUT_OF_RANGE
            3,   2,   INVALID_REQUEST, OUT_OF_RANGE
            0,   201, INVALID_REQUEST, OUT_OF_RANGE
            -,   200, INVALID_REQUEST, OUT_OF_RANGE
            0,   10,  VERSION_NOT_FOUND, -
            10,  -,   VERSION_NOT_FOUND, -
            """)
    void refuseChangesThatNeverWere(@Nullable Long from, @Nullable Long to, String code, @Nullable String fault) {
        refused(() -> past.changes(history, SUM, from, to, PastViewsTest::unknown), code, fault);
    }

    private void publish(String id, long number, Object payload) {
        eventStore.publish(new GenericDomainEventMessage<>(
                "Sum",
                id,
                number,
                payload,
                Map.of(
                        Correlation.SERVICE,
                        "service-" + number,
                        Correlation.ACTOR,
                        "actor-" + number,
                        Correlation.COMMAND,
                        "Count",
                        Correlation.CAUSATION_ID,
                        "cause-" + number,
                        Correlation.CAUSING_EVENT_ID,
                        "event-" + number),
                UUID.randomUUID().toString(),
                START.plusSeconds(10 * number)));
    }

    private static RequestRefused unknown() {
        return RequestRefused.notFound("UNKNOWN", "There is no such sum.");
    }

    private static void refused(Runnable asked, String code, @Nullable String fault) {
        Throwable refusal = catchThrowable(asked::run);
        if (refusal instanceof InvalidRequest invalid) {
            assertThat(invalid.problem().code()).isEqualTo(code);
            assertThat(invalid.faults())
                    .extracting(InvalidRequest.Fault::code)
                    .isEqualTo(List.of(String.valueOf(fault)));
        } else {
            assertThat(refusal).isInstanceOfSatisfying(RequestRefused.class, refused -> {
                assertThat(refused.code()).isEqualTo(code);
                assertThat(fault).isNull();
            });
        }
    }
}
