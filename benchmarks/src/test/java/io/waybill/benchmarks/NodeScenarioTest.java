package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.event.Event;
import io.grpc.Server;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole scenario, small, against nodes in this JVM. */
class NodeScenarioTest {

    private static final Scale TINY = new Scale(1, 20, 200, 0, 1_500, 500);

    @TempDir
    private Path directory;

    private AxonServerNode node;
    private Contender contender;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        contender = contender("node", node);
    }

    @AfterEach
    void stop() throws Exception {
        contender.close();
        node.close();
    }

    private static Contender contender(String name, AxonServerNode node) throws InterruptedException {
        return new Contender(name, node.address(), Optional.of(ProcessHandle.current()), new WrittenEvents());
    }

    @Test
    void tableHasEveryLineForBothServersAndTheirRatio() throws Exception {
        ResultTable table = new ResultTable(List.of("node", "against"));
        try (AxonServerNode other = AxonServerNode.start(AxonServerOptions.embedded());
                Contender against = contender("against", other)) {
            measure(List.of(contender, against), "", table);
        }

        String text = table.text();
        for (int inFlight : new int[] {1, 8, 64, 256}) {
            assertThat(text)
                    .contains("append, %d in flight x 1 event ".formatted(inFlight))
                    .contains("append, %d in flight x 10 events".formatted(inFlight))
                    .contains("append, %d in flight x 100 events".formatted(inFlight));
        }
        assertThat(text)
                .contains("tracking read, per 1,000 events")
                .contains("aggregate read, 10 events")
                .contains("aggregate read, 500 events")
                .contains("no-op command, 1 in flight", "no-op command, 64 in flight")
                .contains("command + append, 1 in flight", "command + append, 64 in flight")
                .contains("command + append, 256 in flight")
                .contains("fdatasync of 4 KiB")
                .contains("gRPC echo, 1 in flight", "gRPC echo, 64 in flight", "gRPC echo, 256 in flight");
        assertThat(text.lines().filter(line -> line.matches(".* +\\d+\\.\\d\\dx")))
                .hasSize(20);
        assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(130));
    }

    @Test
    void onlyWhatIsAskedForIsMeasuredAndJsonSaysTheSame() throws Exception {
        ResultTable table = new ResultTable(List.of("node"));
        measure(List.of(contender), "no-op command, 1 ", table);
        Path json = directory.resolve("table.json");

        table.writeJson(json);

        JsonNode document = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(document.path("lines").size()).isEqualTo(1);
        JsonNode line = document.path("lines").path(0);
        assertThat(line.path("name").asString()).isEqualTo("no-op command, 1 in flight");
        assertThat(line.path("figures").path(0).path("perSecond").asDouble()).isPositive();
        assertThat(line.path("figures").path(0).path("ofLimit").asDouble()).isPositive();
    }

    @Test
    void everyEventThatWasWrittenIsReadAgain() throws Exception {
        NodeScenario.fill(contender, TINY);

        assertThat(contender.readEverything().operations()).isEqualTo(TINY.storedEvents());
    }

    @Test
    void eventsOfOthersInTheSameStoreDoNotMatter() throws Exception {
        NodeScenario.fill(contender, TINY);
        try (Contender later = contender("later", node)) {
            NodeScenario.fill(later, TINY);

            assertThatNoException().isThrownBy(later::readEverything);
        }
    }

    @Test
    void eventThatIsNotInTheStoreFailsTheRun() throws Exception {
        NodeScenario.fill(contender, TINY);

        int aggregate = contender.written().newAggregate();
        contender.written().nextSequence(aggregate);

        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(contender::readEverything)
                .withMessageContaining("Lost");
    }

    @Test
    void eventWithOtherContentFailsTheRun() throws Exception {
        NodeScenario.fill(contender, TINY);

        Event right = nextEvent();
        store(right.toBuilder()
                .setPayload(
                        contender.written().content(right.getPayload().getData().byteAt(0) + 1))
                .build());

        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(contender::readEverything)
                .withMessageContaining("Misread");
    }

    @Test
    void eventThatWasStoredTwiceFailsTheRun() throws Exception {
        NodeScenario.fill(contender, TINY);

        Event event = nextEvent();
        store(event);
        store(event.toBuilder().setAggregateSequenceNumber(1).build());

        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(contender::readEverything)
                .withMessageContaining("invented");
    }

    @Test
    void aggregateThatIsReadShortFailsTheRun() {
        int aggregate = contender.written().newAggregate();
        contender.written().nextSequence(aggregate);
        EventReads reads = new EventReads(contender.events(), contender.written());

        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(() -> reads.aggregates(() -> aggregate, TINY.roundMillis()))
                .withMessageContaining("Lost");
    }

    @Test
    void wrongAnswerToACommandFailsTheRun() throws Exception {
        assertCommandsFailWhenAStrangerAnswers(command -> CommandResponse.getDefaultInstance(), "Misread");
    }

    @Test
    void commandThatNeverReachesItsHandlerFailsTheRun() throws Exception {
        assertCommandsFailWhenAStrangerAnswers(
                command -> CommandResponse.newBuilder()
                        .setPayload(command.getPayload())
                        .build(),
                "were handled");
    }

    private void assertCommandsFailWhenAStrangerAnswers(Function<Command, CommandResponse> answer, String word)
            throws Exception {
        AxonServerConnectionFactory stranger = AxonServerConnectionFactory.forClient("stranger")
                .routingServers(new ServerAddress("localhost", node.port()))
                .build();
        try {
            stranger.connect("default")
                    .commandChannel()
                    .registerCommandHandler(
                            command -> CompletableFuture.completedFuture(answer.apply(command)),
                            100,
                            CommandHandlers.NO_OP)
                    .awaitAck(5, TimeUnit.SECONDS);

            // With so many routing keys each of the two handlers gets some.
            assertThatExceptionOfType(RunFailedException.class)
                    .isThrownBy(() -> contender.commands(CommandHandlers.NO_OP, 64, 1_000, 1_000))
                    .withMessageContaining(word);
        } finally {
            stranger.shutdown();
        }
    }

    private Event nextEvent() {
        return new AggregateWriter(contender.written(), AggregateWriter.USUAL_EVENTS).next();
    }

    private void store(Event event) throws Exception {
        assertThat(contender
                        .events()
                        .appendEvents(event)
                        .get(5, TimeUnit.SECONDS)
                        .getSuccess())
                .isTrue();
    }

    private void measure(List<Contender> contenders, String only, ResultTable table) throws Exception {
        Server echoServer = Echo.startServer();
        try (DiskYardstick disk = new DiskYardstick(directory);
                Echo.Client echo = new Echo.Client(echoServer.getPort())) {
            for (Contender each : contenders) {
                NodeScenario.fill(each, TINY);
            }
            new NodeScenario(contenders, TINY, line -> line.contains(only), disk, echo, table, line -> {}).run();
        } finally {
            echoServer.shutdownNow();
        }
    }
}
