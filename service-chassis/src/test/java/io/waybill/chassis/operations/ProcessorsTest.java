package io.waybill.chassis.operations;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.MessagingAutoConfiguration;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.Counted;
import io.waybill.chassis.sample.SampleTest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.serialization.Serializer;
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

    @Autowired
    private MongoDatabase database;

    @Autowired
    private Serializer serializer;

    @Autowired
    private EventStore eventStore;

    @Autowired
    private MongoTemplate template;

    @Autowired
    private DeadLetters letters;

    @Autowired
    private Failures failures;

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
            assertThat(tallies.at("/segments").size()).isEqualTo(MessagingAutoConfiguration.SEGMENTS);
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
        await().untilAsserted(() ->
                assertThat(isFarBehind("tallies", Duration.ofMillis(100))).isTrue());
        assertThat(isFarBehind("tallies", Duration.ofHours(1))).isFalse();
        await().untilAsserted(() ->
                assertThat(isFarBehind("echo", Duration.ofSeconds(1))).isFalse());
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
            // With pauses of half a second at the least.
            assertThat(failures.getFirst().at("/attempts").asInt()).isBetween(4, 60);
        });

        echo.confusing.clear();
        await().atMost(ofSeconds(30))
                .untilAsserted(() -> assertThat(failures("echo")).isEmpty());
    }

    @Test
    void aSegmentThatAnotherInstanceTookOverFailsNoLonger() {
        echo.confusing.add("taken over");
        long position = commands.send(new Count("taken over", 1)).position();
        await().atMost(ofSeconds(30))
                .untilAsserted(() -> assertThat(failures("echo")).hasSize(1));
        int segment = StreamSupport.stream(processor("echo").at("/segments").spliterator(), false)
                .filter(each -> !each.at("/failure").isNull())
                .findFirst()
                .orElseThrow()
                .at("/segment")
                .asInt();
        var token = and(eq("processorName", "echo"), eq("segment", segment));
        var passed = serializer.serialize(new GlobalSequenceTrackingToken(position), byte[].class);

        // As another instance would leave it, whose clock is ahead, so that nobody takes it away.
        database.getCollection("tokens")
                .updateOne(
                        token,
                        combine(
                                set("owner", "another"),
                                set("timestamp", Instant.now().plusSeconds(60).toEpochMilli()),
                                set("token", passed.getData()),
                                set("tokenType", passed.getType().getName())));

        await().atMost(ofSeconds(30)).untilAsserted(() -> {
            assertThat(failures("echo")).isEmpty();
            assertThat(processor("echo").findValuesAsString("claimed")).contains("ELSEWHERE");
        });
        database.getCollection("tokens").updateOne(token, set("owner", null));
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

    private boolean isFarBehind(String name, Duration limit) {
        var processors = new Processors(
                processing,
                eventStore,
                template,
                serializer,
                letters,
                failures,
                Set.of("tallies"),
                processor -> true,
                limit,
                Clock.systemUTC());
        return processors.all().stream()
                .filter(processor -> processor.processor().equals(name))
                .findFirst()
                .orElseThrow()
                .farBehind();
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
