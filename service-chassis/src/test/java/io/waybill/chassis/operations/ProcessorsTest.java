package io.waybill.chassis.operations;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.Counted;
import io.waybill.chassis.sample.SampleTest;
import java.util.List;
import java.util.stream.StreamSupport;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SampleTest
@NullUnmarked // a null is a failure here
class ProcessorsTest {

    private static final String ALL = "/api/ops/processors/sample";

    @Autowired
    private MockMvcTester web;

    @Autowired
    private RequestCommands commands;

    @Autowired
    private SampleApplication.EchoProcess echo;

    @Autowired
    private EventProcessingConfiguration processing;

    @AfterEach
    void clearUp() {
        echo.confusing.clear();
        if (!tallies().isRunning()) {
            tallies().start();
        }
    }

    @Test
    void areShownWithEachSegmentAndWhoWorksOnIt() {
        commands.send(new Count("seen", 1));

        await().untilAsserted(() -> {
            JsonNode tallies = processor("tallies");
            assertThat(tallies.at("/kind").asString()).isEqualTo("PROJECTION");
            assertThat(tallies.at("/running").asBoolean()).isTrue();
            assertThat(tallies.at("/caughtUp").asBoolean()).isTrue();
            assertThat(tallies.at("/farBehind").asBoolean()).isFalse();
            assertThat(tallies.at("/segments").size()).isEqualTo(4);
            assertThat(tallies.findValuesAsString("claimed")).containsOnly("HERE");
        });
        assertThat(processor("echo").at("/kind").asString()).isEqualTo("PROCESS");
    }

    @Test
    void oneThatIsStoppedIsSeenToFallBehind() {
        tallies().shutDown();
        long position = commands.send(new Count("waiting", 1)).position();

        await().untilAsserted(() -> {
            JsonNode tallies = processor("tallies");
            assertThat(tallies.at("/running").asBoolean()).isFalse();
            assertThat(tallies.at("/behind").asLong()).isPositive();
            assertThat(tallies.at("/position").asLong()).isLessThan(position);
            assertThat(tallies.at("/oldestUnhandled").isNull()).isFalse();
            assertThat(tallies.findValuesAsString("claimed")).containsOnly("NOBODY");
        });
        assertThat(web.get().uri("/actuator/health/readiness").exchange()).hasStatus(503);
    }

    @Test
    void aSegmentThatKeepsFailingIsSeenWithItsEventUntilItGetsOn() {
        echo.confusing.add("confusing");
        commands.send(new Count("confusing", 1));

        await().atMost(ofSeconds(30)).untilAsserted(() -> {
            List<JsonNode> failures = failures("echo");
            assertThat(failures).hasSize(1);
            assertThat(failures.getFirst().at("/event/type").asString()).isEqualTo(Counted.class.getName());
            assertThat(failures.getFirst().at("/error").asString()).contains("confusing is confusing.");
            assertThat(failures.getFirst().at("/attempts").asInt()).isGreaterThan(1);
        });

        echo.confusing.clear();
        await().atMost(ofSeconds(30))
                .untilAsserted(() -> assertThat(failures("echo")).isEmpty());
    }

    @Test
    void thoseOfAnotherServiceAreNotFound() {
        assertThat(web.get().uri("/api/ops/processors/another").exchange()).hasStatus(404);
    }

    private StreamingEventProcessor tallies() {
        return processing
                .eventProcessor("tallies", StreamingEventProcessor.class)
                .orElseThrow();
    }

    private List<JsonNode> failures(String name) {
        return processor(name).findValues("failure").stream()
                .filter(failure -> !failure.isNull())
                .toList();
    }

    private JsonNode processor(String name) {
        MvcTestResult result = web.get().uri(ALL).exchange();
        assertThat(result).hasStatusOk();
        JsonNode answer = new JsonMapper().readTree(result.getResponse().getContentAsByteArray());
        assertThat(answer.at("/service").asString()).isEqualTo("sample");
        return StreamSupport.stream(answer.at("/processors").spliterator(), false)
                .filter(processor -> processor.at("/processor").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
