package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.chassis.sample.SampleApplication.Echoed;
import io.waybill.chassis.sample.SampleApplication.Tallies;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.axonframework.eventhandling.gateway.EventGateway;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/** Whoever writes and then reads sees what was written, or is told why not. */
@SampleTest
@NullUnmarked // a null is a failure here
class PositionTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int WRITES = 50;
    private static final int EVENTS_FOR_OTHERS = 500;

    private final String tally = UUID.randomUUID().toString();

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private Tallies tallies;

    @Autowired
    private EventGateway events;

    @Autowired
    private ReadPositions positions;

    @Autowired
    private Rebuilds rebuilds;

    @Autowired
    private MongoDatabase database;

    @Autowired
    private JsonMapper json;

    @AfterEach
    void mendEverything() {
        tallies.spoilt.clear();
        tallies.storeIsAway = false;
        tallies.opened.countDown();
        assertThat(mvc.post().uri("/api/ops/dead-letters/sample/tallies/retry")).hasStatus(200);
    }

    @Test
    void showsEachWriteToWhoeverMadeIt() {
        for (int writes = 1; writes <= WRITES; writes++) {
            long position = count();

            MvcTestResult answer = read(position, "wait=10");

            assertThat(answer).hasStatusOk().bodyJson().extractingPath("$.sum").isEqualTo(writes);
            assertThat(Long.parseLong(answer.getResponse().getHeader(WantedPosition.HEADER)))
                    .isGreaterThanOrEqualTo(position);
        }
    }

    /** Such events come to no handler, and their position is stored seconds later. */
    @Test
    void isPassedByEventsThatTheReadModelDoesNotHandle() {
        count();
        for (int i = 0; i < EVENTS_FOR_OTHERS; i++) {
            events.publish(new Echoed(tally));
        }

        assertThat(read(positions.last(), "wait=10"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.sum")
                .isEqualTo(1);
    }

    @Test
    void isNotPassedWhileTheStoreIsAwayAndIsPassedWhenItIsBack() {
        tallies.storeIsAway = true;
        long position = count();

        MvcTestResult refusal = read(position, "wait=1");
        assertThat(refusal)
                .hasStatus(503)
                .hasHeader("Preference-Applied", "wait=1")
                .containsHeader("Retry-After")
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("READ_MODEL_FAILED");

        tallies.storeIsAway = false;
        assertThat(read(position, "wait=10")).hasStatusOk();
    }

    @Test
    void isNotPassedByAReadModelThatIsBehindUntilItComesToIt() {
        await().atMost(SOON).until(() -> !rebuilds.isUnderWay("tallies"));
        tallies.opened = new CountDownLatch(1);
        long position = count();

        assertLate(position, "READ_MODEL_BEHIND");
        assertThat(mvc.get().uri("/tallies/{tally}", tally))
                .as("without a position")
                .hasStatusOk();

        tallies.opened.countDown();
        assertThat(read(position, "wait=10"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.sum")
                .isEqualTo(1);
    }

    @Test
    void isNotPassedByAReadModelThatIsMadeAnewUntilItIs() {
        long position = count();
        assertThat(read(position, "wait=10")).hasStatusOk();

        new ViewStore<>(database, "tallies", Tally.class).clear(Slot.FIRST);
        tallies.opened = new CountDownLatch(1);
        await().atMost(SOON).untilAsserted(() -> assertLate(position, "READ_MODEL_REBUILDING"));

        tallies.opened.countDown();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(read(position, "wait=10"))
                        .hasStatusOk()
                        .bodyJson()
                        .extractingPath("$.sum")
                        .isEqualTo(1));
    }

    private void assertLate(long position, String code) {
        assertThat(read(position, "wait=1"))
                .hasStatus(503)
                .containsHeader("Retry-After")
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo(code);
    }

    @Test
    void saysThatWhatWasWrittenIsParkedWhileOthersAreShown() {
        tallies.spoilt.add(tally);
        long position = count();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(read(position, "wait=10"))
                        .hasStatus(503)
                        .bodyJson()
                        .extractingPath("$.code")
                        .isEqualTo("READ_MODEL_FAILED"));
        assertThat(mvc.get().uri("/tallies/{tally}?position={position}", UUID.randomUUID(), position))
                .hasStatusOk();
    }

    private MvcTestResult read(long position, String prefer) {
        return mvc.get()
                .uri("/tallies/{tally}", tally)
                .header(WantedPosition.HEADER, Long.toString(position))
                .header("Prefer", prefer)
                .exchange();
    }

    private long count() {
        String key = UUID.randomUUID().toString();
        // On a machine that is busy a service has trouble to begin with, and says that the request is to be repeated.
        MvcTestResult counted = await().atMost(Duration.ofSeconds(60))
                .until(() -> count(key), answer -> answer.getResponse().getStatus() != 503);
        assertThat(counted).hasStatus(202);
        return json.readTree(counted.getResponse().getContentAsByteArray())
                .get("position")
                .asLong();
    }

    private MvcTestResult count(String key) {
        return mvc.post()
                .uri("/tallies/{tally}", tally)
                .header(Idempotency.HEADER, key)
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"note\": \"n\", \"steps\": [{\"by\": 1}]}")
                .exchange();
    }
}
