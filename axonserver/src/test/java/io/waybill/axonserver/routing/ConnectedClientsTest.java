package io.waybill.axonserver.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.InstructionResult;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo.SegmentStatus;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction.RequestCase;
import io.waybill.axonserver.routing.EventProcessors.ProcessorId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectedClientsTest {

    private static final ProcessorId PROJECTION = new ProcessorId("projection", "store");

    private final ConnectedClients clients = new ConnectedClients();
    private final EventProcessors processors = new EventProcessors(clients);

    @Test
    void instructionSucceedsOnceAllClientsHaveCarriedItOut() {
        Application one = connected("one");
        Application two = connected("two");

        CompletableFuture<Outcome> outcome = processors.pause(PROJECTION);
        one.succeeds();
        assertThat(outcome).isNotDone();
        two.succeeds();

        assertThat(outcome).isCompletedWithValue(Outcome.SUCCESS);
        assertThat(one.stream.last().getPauseEventProcessor().getProcessorName())
                .isEqualTo("projection");
    }

    @Test
    void answerOfOneClientDoesNotCountForAnother() {
        Application one = connected("one");
        connected("two");

        CompletableFuture<Outcome> outcome = processors.pause(PROJECTION);
        one.succeeds();
        one.succeeds();

        assertThat(outcome).isNotDone();
    }

    @Test
    void instructionFailsWithTheErrorOfTheClient() {
        Application one = connected("one");

        CompletableFuture<Outcome> outcome = processors.start(PROJECTION);
        one.client.result(InstructionResult.newBuilder()
                .setInstructionId(one.instructionId())
                .setError(ErrorMessage.newBuilder().setErrorCode("AXONIQ-1004").setMessage("no thread left"))
                .build());

        assertFailed(outcome, "INTERNAL", "AXONIQ-1004", "no thread left");
    }

    @Test
    void instructionThatTheClientRefusesFails() {
        Application one = connected("one");

        CompletableFuture<Outcome> outcome = processors.start(PROJECTION);
        one.client.acknowledged(InstructionAck.newBuilder()
                .setInstructionId(one.instructionId())
                .setError(ErrorMessage.newBuilder().setErrorCode("AXONIQ-1002").setMessage("what is that?"))
                .build());

        assertFailed(outcome, "UNKNOWN", "AXONIQ-1002", "what is that?");
    }

    @Test
    void acknowledgementIsNoResultUnlessTheClientKnowsNoResults() {
        Application today = connected("today");
        Application before = connected("before", "4.5.9");

        CompletableFuture<Outcome> outcome = processors.start(PROJECTION);
        today.acknowledges();
        before.acknowledges();
        assertThat(outcome).isNotDone();
        today.succeeds();

        assertThat(outcome).isCompletedWithValue(Outcome.ACCEPTED);
    }

    @Test
    void instructionFailsWhenTheClientGoesOrIsGone() {
        Application one = connected("one");
        CompletableFuture<Outcome> outcome = processors.pause(PROJECTION);

        one.client.disconnected();

        assertFailed(outcome, "NOT_FOUND", "AXONIQ-6001", "bank (one) disconnected");
        assertThat(one.stream.completed).isTrue();
        assertFailed(processors.pause(PROJECTION), "NOT_FOUND", "AXONIQ-2800", "projection");
    }

    @Test
    void instructionThatIsNotAnsweredTimesOut() {
        connected("one");
        CompletableFuture<Outcome> outcome = processors.pause(PROJECTION);

        clients.instructions().expire(System.nanoTime());
        assertThat(outcome).isNotDone();
        clients.instructions().expire(System.nanoTime() + SentInstructions.TIMEOUT_NANOS);

        assertFailed(outcome, "DEADLINE_EXCEEDED", "AXONIQ-11000", "Pause projection");
    }

    @Test
    void tooManyInstructionsAtOnceAreRefused() {
        connected("one");
        for (int i = 0; i < 1_000; i++) {
            assertThat(processors.pause(PROJECTION)).isNotDone();
        }

        assertFailed(processors.pause(PROJECTION), "RESOURCE_EXHAUSTED", "AXONIQ-1900", "Too many");
    }

    @Test
    void largestSegmentIsSplitAtTheClientThatHasIt() {
        Application one = connected("one", segment(1, 4), segment(3, 4));
        Application two = connected("two", segment(0, 2));

        CompletableFuture<Outcome> outcome = processors.split(PROJECTION);

        assertThat(two.stream.last().getSplitEventProcessorSegment().getSegmentIdentifier())
                .isZero();
        assertThat(one.stream.sent).isEmpty();
        two.succeeds();
        assertThat(outcome).isCompletedWithValue(Outcome.SUCCESS);
        assertThat(one.stream.last().getRequestCase()).isEqualTo(RequestCase.REQUEST_EVENT_PROCESSOR_INFO);
    }

    @Test
    void smallestSegmentIsMergedAfterAllOthersWereToldToReleaseItsOtherHalf() {
        Application one = connected("one", segment(1, 4), segment(0, 2));
        Application two = connected("two", segment(3, 4));

        CompletableFuture<Outcome> outcome = processors.merge(PROJECTION);

        assertThat(two.stream.last().getMergeEventProcessorSegment().getSegmentIdentifier())
                .isEqualTo(3);
        assertThat(one.stream.last().getReleaseSegment().getSegmentIdentifier()).isEqualTo(1);
        two.succeeds();
        assertThat(outcome).isCompletedWithValue(Outcome.SUCCESS);
    }

    @Test
    void segmentIsMovedByMakingTheOthersReleaseIt() {
        Application one = connected("one", segment(0, 1));
        connected("two");

        CompletableFuture<Outcome> outcome = processors.move(PROJECTION, 0, "two");

        assertThat(one.stream.last().getReleaseSegment().getSegmentIdentifier()).isZero();
        one.succeeds();
        assertThat(outcome).isCompletedWithValue(Outcome.SUCCESS);
        assertThat(processors.move(PROJECTION, 0, "one")).isCompletedWithValue(Outcome.SUCCESS);
    }

    @Test
    void moveToAnUnknownOrBusyClientIsRefused() {
        connected("one", segment(0, 1));
        Application two = connected("two");
        two.client.report(
                report("projection").toBuilder().setAvailableThreads(0).build());

        assertFailed(processors.move(PROJECTION, 0, "three"), "NOT_FOUND", "AXONIQ-2801", "Target");
        assertFailed(processors.move(PROJECTION, 0, "two"), "NOT_FOUND", "AXONIQ-2802", "threads");
    }

    @Test
    void processorWithoutSegmentsCanNeitherBeSplitNorMerged() {
        connected("one");

        assertFailed(processors.split(PROJECTION), "NOT_FOUND", "AXONIQ-2800", "projection");
        assertFailed(processors.merge(PROJECTION), "NOT_FOUND", "AXONIQ-2800", "projection");
    }

    @Test
    void reportsOfOneClientAreBounded() {
        Application one = connected("one");
        for (int i = 0; i < 2_000; i++) {
            one.client.report(report("processor-" + i));
        }
        assertThat(one.client.processors()).hasSize(500);

        EventProcessorInfo.Builder huge = report("projection").toBuilder();
        for (int i = 0; i < 200_000; i++) {
            huge.addSegmentStatus(segment(i, 1 << 17));
        }
        one.client.report(huge.build());
        assertThat(one.client.processors().stream().mapToInt(EventProcessorInfo::getSegmentStatusCount))
                .containsOnly(0);
    }

    @Test
    void clientThatDoesNotReadIsLetGoBeforeItTakesMemory() {
        Application one = connected("one");
        one.stream.ready = false;
        Topology topology = new Topology("default");
        topology.subscribe(one.client);
        for (int i = 0; i < 100_000; i++) {
            topology.added(new Topology.Handler(Topology.Kind.COMMAND, "Command-" + i, handler()), 100);
        }
        assertThat(one.stream.sent.stream()
                        .mapToLong(PlatformOutboundInstruction::getSerializedSize)
                        .sum())
                .isLessThan(5 << 20);

        clients.beat();

        assertThat(one.stream.error).hasMessageContaining("AXONIQ-1900");
        assertThat(clients.count()).isZero();
    }

    private static HandlerStream<CommandProviderInbound> handler() {
        return new HandlerStream<>(new RecordingStream<>(), new Backlog(new AtomicLong()), overflowing -> {});
    }

    private static void assertFailed(CompletableFuture<Outcome> outcome, String... parts) {
        assertThat(outcome).isCompletedExceptionally();
        assertThatThrownBy(outcome::join).rootCause().message().contains(parts);
    }

    private Application connected(String clientId, SegmentStatus... segments) {
        return connected(clientId, "2025.2.1", segments);
    }

    private Application connected(String clientId, String version, SegmentStatus... segments) {
        RecordingStream<PlatformOutboundInstruction> stream = new RecordingStream<>();
        ConnectedClient client = clients.open(stream, gone -> {});
        client.register(ClientIdentification.newBuilder()
                .setClientId(clientId)
                .setComponentName("bank")
                .setVersion(version)
                .build());
        client.report(report("projection", segments));
        return new Application(stream, client);
    }

    private static EventProcessorInfo report(String name, SegmentStatus... segments) {
        return EventProcessorInfo.newBuilder()
                .setProcessorName(name)
                .setTokenStoreIdentifier("store")
                .setAvailableThreads(1)
                .addAllSegmentStatus(List.of(segments))
                .build();
    }

    private static SegmentStatus segment(int number, int onePartOf) {
        return SegmentStatus.newBuilder()
                .setSegmentId(number)
                .setOnePartOf(onePartOf)
                .build();
    }

    private record Application(RecordingStream<PlatformOutboundInstruction> stream, ConnectedClient client) {

        String instructionId() {
            return stream.last().getInstructionId();
        }

        void succeeds() {
            client.result(InstructionResult.newBuilder()
                    .setInstructionId(instructionId())
                    .setSuccess(true)
                    .build());
        }

        void acknowledges() {
            client.acknowledged(InstructionAck.newBuilder()
                    .setInstructionId(instructionId())
                    .setSuccess(true)
                    .build());
        }
    }
}
