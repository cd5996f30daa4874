package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.ResultStream;
import io.axoniq.axonserver.connector.admin.AdminChannel;
import io.axoniq.axonserver.grpc.admin.EventProcessor;
import io.axoniq.axonserver.grpc.admin.EventProcessorInstance;
import io.axoniq.axonserver.grpc.admin.EventProcessorSegment;
import io.axoniq.axonserver.grpc.admin.LoadBalancingStrategy;
import io.axoniq.axonserver.grpc.admin.Result;
import io.grpc.Status;
import io.waybill.axonserver.conformance.Clients;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instructions to the event processors of applications on Axon Framework, which are what they are meant for. */
class EventProcessorsTest {

    private final Clients clients = new Clients();
    private final Deque<Configuration> applications = new ArrayDeque<>();
    private final InMemoryTokenStore tokens = new InMemoryTokenStore();
    private AxonServerNode node;
    private AdminChannel admin;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        AxonServerConnection operator = clients.connect(node, "operator");
        admin = operator.adminChannel();
        await(operator.eventChannel().appendEvents(looseEvent("something to have a position after")));
    }

    @AfterEach
    void stop() throws Exception {
        applications.forEach(Configuration::shutdown);
        clients.close();
        node.close();
    }

    @Test
    void processorIsPausedAndStarted() {
        StreamingEventProcessor processor = application("one");
        awaitSegments(1);

        assertThat(await(admin.pauseEventProcessor("projection", tokenStore(), "")))
                .isEqualTo(Result.SUCCESS);
        assertThat(processor.isRunning()).isFalse();
        Awaitility.await().until(() -> !instances().getFirst().getIsRunning());

        assertThat(await(admin.startEventProcessor("projection", tokenStore(), "default")))
                .isEqualTo(Result.SUCCESS);
        assertThat(processor.isRunning()).isTrue();
    }

    @Test
    void segmentIsSplitAndMergedAgain() {
        StreamingEventProcessor processor = application("one");
        awaitSegments(1);

        assertThat(await(admin.splitEventProcessor("projection", tokenStore(), "")))
                .isEqualTo(Result.SUCCESS);
        awaitSegments(2);
        assertThat(processor.processingStatus()).hasSize(2);

        assertThat(await(admin.mergeEventProcessor("projection", tokenStore(), "")))
                .isEqualTo(Result.SUCCESS);
        awaitSegments(1);
        assertThat(processor.processingStatus()).hasSize(1);
        assertFailed(
                admin.mergeEventProcessor("projection", tokenStore(), ""),
                "INTERNAL: [AXONIQ-1004] bank (one) did not carry out: Merge projection");
    }

    @Test
    void segmentIsMovedToAnotherInstance() {
        application("one");
        awaitSegments(1);
        StreamingEventProcessor other = application("two");
        Awaitility.await().until(() -> instances().size() == 2);

        assertThat(await(admin.moveEventProcessorSegment("projection", tokenStore(), 0, "two")))
                .isEqualTo(Result.SUCCESS);

        Awaitility.await().until(() -> other.processingStatus().containsKey(0));
        assertFailed(admin.moveEventProcessorSegment("projection", tokenStore(), 0, "three"), "AXONIQ-2801");
    }

    @Test
    void reportTellsWhereEachSegmentIs() {
        application("one");
        awaitSegments(1);
        Awaitility.await().until(() -> segments().getFirst().getIsCaughtUp());

        EventProcessor processor =
                processors(admin.eventProcessorsByComponent("bank")).getFirst();
        assertThat(processor.getIdentifier().getProcessorName()).isEqualTo("projection");
        assertThat(processor.getIdentifier().getContextName()).isEqualTo("default");
        assertThat(processor.getMode()).isEqualTo("Pooled Streaming");
        assertThat(processor.getIsStreaming()).isTrue();
        EventProcessorSegment segment = segments().getFirst();
        assertThat(segment.getClaimedBy()).isEqualTo("one");
        assertThat(segment.getOnePartOf()).isEqualTo(1);
        assertThat(segment.getTokenPosition()).isZero();
        assertThat(segment.getIsInError()).isFalse();
        assertThat(processors(admin.eventProcessorsByComponent("another"))).isEmpty();
        assertThat(await(admin.getAllConnectedApplications("default"))
                        .getApplications(0)
                        .getClients(0)
                        .getProcessorsList())
                .hasSize(1);
    }

    @Test
    void unknownProcessorIsRefusedInAnyContext() {
        assertFailed(admin.pauseEventProcessor("nothing", "store", ""), "AXONIQ-2800");
        assertFailed(admin.splitEventProcessor("nothing", "store", ""), "AXONIQ-2800");
        assertFailed(admin.pauseEventProcessor("nothing", "store", "elsewhere"), "AXONIQ-2800");
    }

    @Test
    void onlyStrategyIsToLeaveSegmentsWhereTheyAre() {
        assertThat(await(admin.getBalancingStrategies()))
                .extracting(LoadBalancingStrategy::getStrategy)
                .containsExactly("default");
        await(admin.loadBalanceEventProcessor("projection", "store", "default"));
        await(admin.setAutoLoadBalanceStrategy("projection", "store", "default"));
        assertFailed(
                admin.loadBalanceEventProcessor("projection", "store", "threadNumber"),
                Status.Code.UNIMPLEMENTED.name());
    }

    private static void assertFailed(CompletableFuture<?> outcome, String code) {
        assertThatThrownBy(() -> outcome.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(code);
    }

    private void awaitSegments(int count) {
        Awaitility.await().until(() -> segments().size() == count);
    }

    private String tokenStore() {
        return processors(admin.eventProcessors()).getFirst().getIdentifier().getTokenStoreIdentifier();
    }

    private List<EventProcessorInstance> instances() {
        return processors(admin.eventProcessors()).stream()
                .flatMap(processor -> processor.getClientInstanceList().stream())
                .toList();
    }

    private List<EventProcessorSegment> segments() {
        return instances().stream()
                .flatMap(instance -> instance.getClaimedSegmentList().stream())
                .toList();
    }

    private static List<EventProcessor> processors(ResultStream<EventProcessor> stream) {
        List<EventProcessor> found = new ArrayList<>();
        try (stream) {
            EventProcessor next = stream.nextIfAvailable(10, TimeUnit.SECONDS);
            while (next != null) {
                found.add(next);
                next = stream.nextIfAvailable(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    /** An instance of an application with one processor; all instances share the token store. */
    private StreamingEventProcessor application(String clientId) {
        AxonServerConfiguration server = AxonServerConfiguration.builder()
                .servers(node.address())
                .componentName("bank")
                .clientId(clientId)
                .build();
        server.setProcessorsNotificationInitialDelay(0);
        server.setProcessorsNotificationRate(50);
        Configuration application = DefaultConfigurer.defaultConfiguration()
                .configureSerializer(
                        configuration -> Jackson3Serializer.builder().build())
                .registerComponent(AxonServerConfiguration.class, configuration -> server)
                .eventProcessing(processing -> processing
                        .usingPooledStreamingEventProcessors((configuration, processor) ->
                                processor.initialSegmentCount(1).tokenClaimInterval(50))
                        .registerTokenStore(configuration -> tokens)
                        .registerEventHandler(configuration -> new Projection()))
                .start();
        applications.push(application);
        return Objects.requireNonNull(application
                .eventProcessingConfiguration()
                .eventProcessor("projection", StreamingEventProcessor.class)
                .orElse(null));
    }

    @ProcessingGroup("projection")
    static final class Projection {

        @EventHandler
        void on(Object event) {}
    }
}
