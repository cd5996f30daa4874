package io.waybill.chassis.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.StoredEvent;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.FindTally;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterDiscarded;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetried;
import io.waybill.messages.operations.DeadLetterEvent.DeadLettersRetried;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.common.Registration;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SampleTest
@NullUnmarked // a null is a failure here
class DeadLetterTest {

    private static final String ALL = "/api/ops/dead-letters/sample";
    private static final String TALLIES = ALL + "/tallies";
    private static final JsonMapper JSON = new JsonMapper();

    @Autowired
    private MockMvcTester web;

    @Autowired
    private RequestCommands commands;

    @Autowired
    private RequestQueries queries;

    @Autowired
    private EventStore eventStore;

    @Autowired
    private AxonServerConnectionManager connections;

    @Autowired
    private SampleApplication.Tallies tallies;

    @AfterEach
    void mendEverything() {
        tallies.spoilt.clear();
        tallies.storeIsAway = false;
        post(TALLIES + "/retry", 200);
    }

    @Test
    void areShownInTheirOrderWithWhatWentWrong() {
        park("shown-letters", 1, 2);

        List<JsonNode> letters = letters("shown-letters");

        assertThat(letters).hasSize(2);
        assertThat(letters.getFirst().at("/processor").asString()).isEqualTo("tallies");
        assertThat(letters.getFirst().at("/type").asString()).isEqualTo(SampleApplication.Counted.class.getName());
        assertThat(letters.getFirst().at("/causeType").asString()).isEqualTo(IllegalStateException.class.getName());
        assertThat(letters.getFirst().at("/cause").asString()).isEqualTo("shown-letters is spoilt.");
        assertThat(letters.getFirst().at("/attempts").asInt()).isEqualTo(1);
        assertThat(letters.getLast().at("/cause").isNull()).isTrue();
        assertThat(letters.getLast().at("/attempts").asInt()).isZero();
        assertThat(letters.getLast().at("/position").asLong())
                .isGreaterThan(letters.getFirst().at("/position").asLong());
    }

    @Test
    void areShownPageByPage() {
        park("paged-letters", 1, 2, 3);

        JsonNode first = get(ALL + "?processor=tallies&limit=2", 200);
        String cursor = first.at("/nextCursor").asString();
        JsonNode second = get(ALL + "?processor=tallies&limit=500&cursor=" + cursor, 200);

        assertThat(first.at("/items").size()).isEqualTo(2);
        assertThat(second.at("/nextCursor").isNull()).isTrue();
        assertThat(items(second).map(letter -> letter.at("/letterId").asString()))
                .isNotEmpty()
                .doesNotContainAnyElementsOf(items(first)
                        .map(letter -> letter.at("/letterId").asString())
                        .toList());
        assertThat(code(get(ALL + "?limit=2&cursor=" + cursor, 400))).isEqualTo("INVALID_REQUEST");
    }

    @Test
    void canBeInspected() {
        park("inspected", 5);

        JsonNode letter = get(TALLIES + "/" + letterId("inspected", 0), 200);

        assertThat(letter.at("/payload")).isEqualTo(JSON.readTree("{\"tally\": \"inspected\", \"by\": 5}"));
        assertThat(letter.at("/metaData/service").asString()).isEqualTo("sample");
        assertThat(letter.at("/letter/cause").asString()).isEqualTo("inspected is spoilt.");
    }

    @Test
    void oneOfATypeThatNobodyHandlesHoldsUpNobody() {
        store("foreign", "com.example.SomethingElse", "{}");

        commands.send(new Count("after-the-foreign-one", 1));

        await().untilAsserted(() -> assertThat(queries.ask(new FindTally("after-the-foreign-one"), Tally.class))
                .isEqualTo(new Tally("after-the-foreign-one", 1)));
    }

    @Test
    void areNotWhatOnlyWaitsForTheStore() {
        tallies.storeIsAway = true;
        commands.send(new Count("waits-for-the-store", 3));
        await().until(() -> tallies.missedStore.get() > 1);

        tallies.storeIsAway = false;

        await().untilAsserted(() -> assertThat(queries.ask(new FindTally("waits-for-the-store"), Tally.class))
                .isEqualTo(new Tally("waits-for-the-store", 3)));
        assertThat(letters("waits-for-the-store")).isEmpty();
    }

    private void store(String aggregate, String type, String json) {
        new StoredEvent("TallyAggregate", aggregate, 0, type, "", json).appendTo(connections.getConnection());
    }

    @Test
    void areHandledInTheirOrderWhenOneIsRetried() {
        park("repaired", 1, 2, 3);
        tallies.spoilt.clear();

        JsonNode answer = post(TALLIES + "/" + letterId("repaired", 1) + "/retry", 200);

        assertThat(answer.at("/handled").asBoolean()).isTrue();
        assertThat(letters("repaired")).isEmpty();
        assertThat(tally("repaired")).isEqualTo(6);
        assertThat(decision(answer))
                .isInstanceOfSatisfying(
                        DeadLetterRetried.class,
                        retried -> assertThat(retried.handled()).isTrue());
    }

    @Test
    void stayParkedInTheirOrderWhileTheFirstOneFails() {
        park("hopeless", 1, 2);
        String first = letterId("hopeless", 0);
        String second = letterId("hopeless", 1);

        JsonNode answer = post(TALLIES + "/" + second + "/retry", 200);

        assertThat(answer.at("/handled").asBoolean()).isFalse();
        assertThat(letterId("hopeless", 0)).isEqualTo(first);
        assertThat(letterId("hopeless", 1)).isEqualTo(second);
        assertThat(letters("hopeless").getFirst().at("/attempts").asInt()).isEqualTo(2);
        assertThat(decision(answer))
                .isInstanceOfSatisfying(
                        DeadLetterRetried.class,
                        retried -> assertThat(retried.handled()).isFalse());
    }

    @Test
    void areRetriedAllAtOnceEachSequenceByItself() {
        park("first-of-all", 1, 2);
        park("second-of-all", 4);
        park("still-spoilt", 8);
        tallies.spoilt.removeAll(List.of("first-of-all", "second-of-all"));

        JsonNode answer = post(TALLIES + "/retry", 200);

        assertThat(answer.at("/handled").asLong()).isEqualTo(3);
        assertThat(tally("first-of-all")).isEqualTo(3);
        assertThat(tally("second-of-all")).isEqualTo(4);
        assertThat(letters("still-spoilt")).hasSize(1);
        assertThat(decision(answer))
                .isEqualTo(new DeadLettersRetried(
                        "sample", "tallies", 3, answer.at("/parked").asLong()));
    }

    @Test
    void oneThatIsDiscardedNoLongerHoldsUpTheOthers() {
        park("discarded", 1, 2);
        String first = letterId("discarded", 0);
        long position = letters("discarded").getFirst().at("/position").asLong();

        JsonNode answer = post(TALLIES + "/" + first + "/discard", "{\"reason\": \"typed by mistake\"}", 200);
        tallies.spoilt.clear();
        post(TALLIES + "/" + letterId("discarded", 0) + "/retry", 200);

        assertThat(tally("discarded")).isEqualTo(2);
        assertThat(decision(answer))
                .isEqualTo(new DeadLetterDiscarded("sample", "tallies", first, position, "typed by mistake"));
    }

    @Test
    void oneIsNotDiscardedBeforeItIsTold() {
        park("told-first", 1);
        String letterId = letterId("told-first", 0);
        Registration storeIsAway = eventStore.registerDispatchInterceptor(events -> {
            throw new EventStoreException("The store is away.");
        });

        try (storeIsAway) {
            post(TALLIES + "/" + letterId + "/discard", "{\"reason\": \"typed by mistake\"}", 503);
        }

        assertThat(letters("told-first")).hasSize(1);
    }

    @Test
    void areNotRetriedBeforeItIsTold() {
        park("retry-told-first", 1);
        String letterId = letterId("retry-told-first", 0);
        tallies.spoilt.clear();
        Registration storeIsAway = eventStore.registerDispatchInterceptor(events -> {
            throw new EventStoreException("The store is away.");
        });

        try (storeIsAway) {
            post(TALLIES + "/" + letterId + "/retry", 503);
            post(ALL + "/tallies/retry", 503);
        }

        assertThat(letters("retry-told-first")).hasSize(1);
    }

    @Test
    void areNotDiscardedWithoutAReason() {
        park("unreasonable", 1);

        JsonNode answer = post(TALLIES + "/" + letterId("unreasonable", 0) + "/discard", "{\"reason\": \" \"}", 400);

        assertThat(answer.at("/errors/0/pointer").asString()).isEqualTo("/reason");
        assertThat(letters("unreasonable")).hasSize(1);
    }

    @Test
    void whatThereIsNotIsNotFound() {
        assertThat(code(get(TALLIES + "/nothing", 404))).isEqualTo("DEAD_LETTER_NOT_FOUND");
        assertThat(code(post(TALLIES + "/nothing/retry", 404))).isEqualTo("DEAD_LETTER_NOT_FOUND");
        assertThat(code(post(ALL + "/echo/retry", 404))).isEqualTo("PROCESSOR_NOT_FOUND");
        assertThat(code(get("/api/ops/dead-letters/another", 404))).isEqualTo("SERVICE_NOT_FOUND");
        assertThat(code(post("/api/ops/dead-letters/another/tallies/retry", 404)))
                .isEqualTo("SERVICE_NOT_FOUND");
    }

    @Test
    void aQuestionOutOfRangeIsRefused() {
        assertThat(get(ALL + "?limit=0", 400).at("/errors/0/code").asString()).isEqualTo("OUT_OF_RANGE");
        assertThat(get(ALL + "?cursor=x", 400).at("/errors/0/pointer").asString())
                .isEqualTo("cursor");
    }

    private void park(String tally, int... counts) {
        tallies.spoilt.add(tally);
        for (int by : counts) {
            commands.send(new Count(tally, by));
        }
        await().untilAsserted(() -> assertThat(letters(tally)).hasSize(counts.length));
    }

    private List<JsonNode> letters(String sequence) {
        return items(get(ALL + "?processor=tallies&limit=500", 200))
                .filter(letter -> letter.at("/sequence").asString().equals(sequence))
                .toList();
    }

    private String letterId(String sequence, int index) {
        return letters(sequence).get(index).at("/letterId").asString();
    }

    private static Stream<JsonNode> items(JsonNode answer) {
        return StreamSupport.stream(answer.at("/items").spliterator(), false);
    }

    private int tally(String tally) {
        return queries.ask(new FindTally(tally), Tally.class).sum();
    }

    private Object decision(JsonNode answer) {
        try (var stream = eventStore.openStream(
                new GlobalSequenceTrackingToken(answer.at("/position").asLong() - 1))) {
            EventMessage<?> event = stream.nextAvailable();
            return event.getPayload();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String code(JsonNode problem) {
        return problem.at("/code").asString();
    }

    private JsonNode get(String uri, int status) {
        return answer(web.get().uri(uri).exchange(), status);
    }

    private JsonNode post(String uri, int status) {
        return answer(web.post().uri(uri).exchange(), status);
    }

    private JsonNode post(String uri, String body, int status) {
        return answer(
                web.post()
                        .uri(uri)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body)
                        .exchange(),
                status);
    }

    private static JsonNode answer(MvcTestResult result, int status) {
        assertThat(result).hasStatus(status);
        return JSON.readTree(result.getResponse().getContentAsByteArray());
    }
}
