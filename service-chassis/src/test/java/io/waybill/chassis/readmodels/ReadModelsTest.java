package io.waybill.chassis.readmodels;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Updates.inc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.MongoAutoConfiguration;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.FindTally;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.axonframework.config.EventProcessingConfiguration;
import org.bson.Document;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;

/** A read model is made once more while it is shown, compared, and shown instead. */
@SampleTest
@NullUnmarked // a null is a failure here
class ReadModelsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String REPLAYS = "/internal/replays";
    private static final String REBUILDS = "/api/audit/replays/";

    @Autowired
    private MockMvc web;

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private RequestCommands commands;

    @Autowired
    private RequestQueries queries;

    @Autowired
    private MongoDatabase database;

    @Autowired
    private ReadModels models;

    @Autowired
    private EventProcessingConfiguration processing;

    @Autowired
    private Rebuilds rebuilds;

    @Autowired
    private SampleApplication.Tallies tallies;

    private final String tally = UUID.randomUUID().toString();
    private String id;

    /** The service is that of other tests too, who count on the first place. */
    @AfterEach
    void showFromTheFirstPlace() {
        await().atMost(SOON)
                .until(() -> models.all().stream()
                        .allMatch(model ->
                                model.rebuild() == null || model.rebuild().wipeAt() == null));
        database.getCollection(MongoAutoConfiguration.READ_MODELS).deleteMany(new Document());
        models.look();
        await().atMost(SOON)
                .until(() -> tally() != null
                        && !rebuilds.isUnderWay("tallies")
                        && !processing
                                .eventProcessor(Slot.SECOND.nameOf("tallies"))
                                .orElseThrow()
                                .isRunning());
    }

    @Test
    void isShownInsteadAndBackWhileEventsCome() throws Exception {
        count(1);
        start("""
                {"projection": "tallies"}""");
        count(2);

        awaitState("READY");
        assertThat(JsonPath.<Integer>read(shown(), "$.comparison.differences")).isZero();
        assertThat(JsonPath.<Integer>read(shown(), "$.comparison.documents")).isPositive();
        assertThat(JsonPath.<Integer>read(shown(), "$.progress.position")).isNotNegative();

        Slot before = models.live("tallies");
        assertThat(call("/switch").getStatus()).isEqualTo(200);
        assertThat(models.live("tallies")).isEqualTo(before.other());
        assertThat(tally().sum()).isEqualTo(2);
        count(3);
        await().atMost(SOON).until(() -> sumIn(before) == 3);

        assertThat(call("/rollback").getStatus()).isEqualTo(200);
        assertThat(models.live("tallies")).isEqualTo(before);
        count(4);
        assertThat(state()).isEqualTo("ROLLED_BACK");
        await().atMost(SOON)
                .until(() ->
                        database.getCollection(before.other().nameOf("tallies")).countDocuments(exists("view")) == 0);
        assertThat(processing
                        .eventProcessor(before.other().nameOf("tallies"))
                        .orElseThrow()
                        .isRunning())
                .isFalse();
        await().atMost(SOON).until(() -> SampleApplication.Tallies.areIndexed(database, before.other()));
    }

    @Test
    void tellsWhereTheLiveOneIsWrongAndMendsIt() throws Exception {
        count(1);
        spoil();

        start("""
                {"projection": "tallies"}""");
        awaitState("READY");

        assertThat(JsonPath.<Integer>read(shown(), "$.comparison.differences")).isEqualTo(1);
        assertThat(JsonPath.<String>read(shown(), "$.comparison.examples[0].id"))
                .isEqualTo(tally);
        assertThat(call("/switch").getStatus()).isEqualTo(200);
        assertThat(tally().sum()).isEqualTo(1);

        assertThat(call("/discard").getStatus()).isEqualTo(200);
        assertThat(call("/rollback").getStatus()).isEqualTo(409);
        assertThat(tally().sum()).isEqualTo(1);
    }

    /** Whose processor does not run any more once there is only the other place. */
    @Test
    void isWaitedForWhereItIsShown() throws Exception {
        count(1);
        Slot before = models.live("tallies");
        start("""
                {"projection": "tallies"}""");
        awaitState("READY");
        assertThat(call("/switch").getStatus()).isEqualTo(200);
        assertThat(call("/discard").getStatus()).isEqualTo(200);
        await().atMost(SOON)
                .until(() -> !processing
                        .eventProcessor(before.nameOf("tallies"))
                        .orElseThrow()
                        .isRunning());

        for (int sum = 2; sum <= 5; sum++) {
            long position = commands.send(new Count(tally, 1)).position();

            MvcTestResult answer = mvc.get()
                    .uri("/tallies/{tally}", tally)
                    .header("Waybill-Position", Long.toString(position))
                    .header("Prefer", "wait=10")
                    .exchange();
            assertThat(answer).hasStatusOk().bodyJson().extractingPath("$.sum").isEqualTo(sum);
            assertThat(Long.parseLong(answer.getResponse().getHeader("Waybill-Position")))
                    .isGreaterThanOrEqualTo(position);
        }
    }

    @Test
    void isOnlyComparedIfSoAsked() throws Exception {
        count(1);
        Slot live = models.live("tallies");

        start("""
                {"projection": "tallies", "verify": true}""");
        awaitState("VERIFIED");

        assertThat(JsonPath.<Integer>read(shown(), "$.comparison.differences")).isZero();
        assertThat(models.live("tallies")).isEqualTo(live);
        await().atMost(SOON)
                .until(() ->
                        database.getCollection(live.other().nameOf("tallies")).countDocuments(exists("view")) == 0);
    }

    /** Another instance, which was suspended as it cleared the place away, and meanwhile it is in use again. */
    @Test
    void isMadeAnewIfItsPlaceIsClearedTooLate() throws Exception {
        count(1);
        start("""
                {"projection": "tallies"}""");
        awaitState("READY");
        assertThat(call("/switch").getStatus()).isEqualTo(200);
        count(2);

        new ViewStore<>(database, "tallies", Tally.class).clear(models.live("tallies"));

        await().atMost(SOON).until(() -> tally() != null && tally().sum() == 2);
        assertThat(state()).isEqualTo("LIVE");
    }

    /** In either place: a command fails where it is sent, and other ways out are closed likewise. */
    @Test
    void nothingLeavesWhileItIsMade() throws Exception {
        tallies.meddledWith.add(tally);
        tallies.meddling.clear();
        count(1);

        start("""
                {"projection": "tallies", "verify": true}""");
        awaitState("VERIFIED");

        assertThat(tallies.meddling).containsOnlyKeys(Slot.FIRST, Slot.SECOND);
        assertThat(tallies.meddling.values())
                .allSatisfy(attempts -> assertThat(attempts)
                        .isNotEmpty()
                        .allSatisfy(attempt -> assertThat(attempt).get().isInstanceOf(IllegalStateException.class)));
        count(2);
        tallies.meddledWith.clear();
    }

    @Test
    void saysWhatToDoInsteadOfWhatCannotBe() throws Exception {
        count(1);
        assertRefused(post(REPLAYS, """
                {"projection": "tally"}"""), 404, "PROJECTION_NOT_FOUND", "tallies");
        assertRefused(post(REPLAYS, "{}"), 400, "INVALID_REQUEST", "");
        assertRefused(get("sample.tallies.999999"), 404, "REBUILD_NOT_FOUND", "");

        start("""
                {"projection": "tallies"}""");
        assertRefused(post(REPLAYS, """
                {"projection": "tallies"}"""), 409, "REBUILD_UNDER_WAY", id);
        assertRefused(call("/rollback"), 409, "REBUILD_STATE", id);
        assertThat(call("/discard").getStatus()).isEqualTo(200);
        assertRefused(call("/switch"), 409, "REBUILD_STATE", "start another");
    }

    /** Somebody may be clearing a place away, for as long as it takes. */
    @Test
    void answersWithoutWaitingForALookThatIsUnderWay() throws Exception {
        count(1);
        ReadModels looking = models;
        try (var anotherThread = Executors.newSingleThreadExecutor()) {
            Future<?> asked;
            synchronized (looking) {
                asked = anotherThread.submit(() -> {
                    start("""
                            {"projection": "tallies", "verify": true}""");
                    return true;
                });
                await().atMost(SOON).until(asked::isDone);
            }
            asked.get();
        }
        awaitState("VERIFIED");
    }

    private void count(int sum) {
        commands.send(new Count(tally, 1));
        await().atMost(SOON).until(() -> tally() != null && tally().sum() == sum);
    }

    private Tally tally() {
        return queries.ask(new FindTally(tally), Tally.class);
    }

    private int sumIn(Slot slot) {
        return database.getCollection(slot.nameOf("tallies"))
                .find(eq(tally))
                .first()
                .getEmbedded(List.of("view", "sum"), Integer.class);
    }

    private void spoil() {
        database.getCollection(models.live("tallies").nameOf("tallies")).updateOne(eq(tally), inc("view.sum", 7));
    }

    private void start(String body) throws Exception {
        MockHttpServletResponse answer = post(REPLAYS, body);
        assertThat(answer.getStatus()).as(answer.getContentAsString()).isEqualTo(202);
        id = JsonPath.read(answer.getContentAsString(), "$.id");
        assertThat(answer.getHeader("Location")).isEqualTo(REBUILDS + id);
    }

    private void awaitState(String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(state()).isEqualTo(state));
    }

    private String state() throws Exception {
        return JsonPath.read(shown(), "$.state");
    }

    private String shown() throws Exception {
        return get(id).getContentAsString();
    }

    private MockHttpServletResponse get(String rebuild) throws Exception {
        return web.perform(MockMvcRequestBuilders.get(REBUILDS + rebuild))
                .andReturn()
                .getResponse();
    }

    private MockHttpServletResponse call(String action) throws Exception {
        return post(REBUILDS + id + action, "");
    }

    private MockHttpServletResponse post(String path, String body) throws Exception {
        return web.perform(MockMvcRequestBuilders.post(path)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body))
                .andReturn()
                .getResponse();
    }

    private static void assertRefused(MockHttpServletResponse answer, int status, String code, String said)
            throws UnsupportedEncodingException {
        assertThat(answer.getStatus()).isEqualTo(status);
        assertThat(JsonPath.<String>read(answer.getContentAsString(), "$.code")).isEqualTo(code);
        assertThat(answer.getContentAsString()).contains(said);
    }
}
