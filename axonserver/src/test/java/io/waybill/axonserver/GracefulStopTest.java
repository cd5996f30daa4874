package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc.EventStoreStub;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.conformance.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to stop finishes what it has begun, and loses nothing that it has acknowledged. */
class GracefulStopTest {

    /** Several connections, because each is a chance for an answer to be lost when it is closed. */
    private static final int CONNECTIONS = 16;

    private static final int IN_FLIGHT = 256;

    @TempDir
    private Path data;

    private final Clients clients = new Clients();
    private AxonServerNode node;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(options());
        channel = ManagedChannelBuilder.forTarget(node.address()).usePlaintext().build();
    }

    private AxonServerOptions options() {
        return AxonServerOptions.embedded()
                .withPorts(0, 0)
                .withDataDirectory(data)
                .withDrainTimeout(Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        clients.close();
        node.close();
    }

    @Test
    void commandInProgressMayStillStoreItsEventsAndIsAnswered() throws Exception {
        CompletableFuture<CommandResponse> handled = new CompletableFuture<>();
        AxonServerConnection handler = handle("Order", handled);
        CompletableFuture<CommandResponse> answer = send("Order");
        Awaitility.await().until(() -> metric("axonserver_calls_in_progress{context=\"default\",call=\"command\"} 1"));

        CompletableFuture<Void> closed = CompletableFuture.runAsync(this::closeNode);
        Awaitility.await().until(() -> readiness() == 503);
        assertThatThrownBy(() -> CommandServiceGrpc.newBlockingStub(channel)
                        .dispatch(Command.newBuilder().setName("Order").build()))
                .hasMessageContaining("UNAVAILABLE: The node is stopping");
        await(handler.eventChannel().appendEvents(event("a", 0)));
        assertThat(closed).isNotDone();
        handled.complete(
                CommandResponse.newBuilder().setPayload(payload("done")).build());

        assertThat(await(answer).getPayload().getData().toStringUtf8()).isEqualTo("done");
        await(closed);
        assertThat(highestSequenceAfterRestart("a")).isZero();
    }

    /** Twice, because a connection that is closed too early loses an answer in every second stop at most. */
    @RepeatedTest(2)
    void appendsAreAcknowledgedAndKeptOrRefused() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Queue<Status> refused = new ConcurrentLinkedQueue<>();
        Phaser inFlight = new Phaser(1);
        List<ManagedChannel> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(ManagedChannelBuilder.forTarget(node.address())
                    .usePlaintext()
                    .build());
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            inFlight.register();
            EventStoreStub events = EventStoreGrpc.newStub(connections.get(i % CONNECTIONS));
            appendUntilRefused(events, acknowledged, refused, inFlight);
        }
        Awaitility.await().until(() -> acknowledged.size() > 10 * IN_FLIGHT);

        node.close();
        inFlight.awaitAdvanceInterruptibly(inFlight.arrive(), 20, TimeUnit.SECONDS);
        connections.forEach(ManagedChannel::shutdownNow);

        assertThat(refused)
                .hasSize(IN_FLIGHT)
                .allSatisfy(status -> assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        node = AxonServerNode.start(options());
        AxonServerConnection reader = clients.connect(node, "reader");
        // Each append was refused as a whole or acknowledged: there is nothing in between.
        assertThat(await(reader.eventChannel().getLastToken()) + 1).isEqualTo(acknowledged.size());
        for (String aggregate : acknowledged) {
            assertThat(await(reader.eventChannel().findHighestSequence(aggregate)))
                    .isZero();
        }
    }

    @Test
    void streamsEndLastAndSayWhy() throws Exception {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        EventStoreGrpc.newStub(channel)
                .listEvents(new StreamObserver<>() {
                    @Override
                    public void onNext(EventWithToken event) {}

                    @Override
                    public void onError(Throwable fault) {
                        ended.complete(Status.fromThrowable(fault));
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(Status.OK);
                    }
                })
                .onNext(GetEventsRequest.newBuilder().setNumberOfPermits(1).build());
        Awaitility.await()
                .until(() -> metric("axonserver_calls_in_progress{context=\"default\",call=\"tracking_read\"} 1"));

        node.close();

        assertThat(await(ended).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(await(ended).getDescription()).isEqualTo("The node is stopping");
    }

    @Test
    void callThatDoesNotEndIsCutOff() throws Exception {
        node.close();
        node = AxonServerNode.start(options().withDrainTimeout(Duration.ofMillis(50)));
        handle("Hang", new CompletableFuture<>());
        CompletableFuture<CommandResponse> answer = send("Hang");
        Awaitility.await().until(() -> metric("axonserver_calls_in_progress{context=\"default\",call=\"command\"} 1"));

        node.close();

        Awaitility.await().until(answer::isCompletedExceptionally);
        node.close();
    }

    private static void appendUntilRefused(
            EventStoreStub events, Set<String> acknowledged, Queue<Status> refused, Phaser inFlight) {
        String aggregate = UUID.randomUUID().toString();
        StreamObserver<Event> append = events.appendEvent(new StreamObserver<>() {
            @Override
            public void onNext(Confirmation confirmation) {
                acknowledged.add(aggregate);
            }

            @Override
            public void onError(Throwable fault) {
                refused.add(Status.fromThrowable(fault));
                inFlight.arriveAndDeregister();
            }

            @Override
            public void onCompleted() {
                appendUntilRefused(events, acknowledged, refused, inFlight);
            }
        });
        append.onNext(event(aggregate, 0));
        append.onCompleted();
    }

    private AxonServerConnection handle(String command, CompletableFuture<CommandResponse> answer) throws Exception {
        AxonServerConnection handler = clients.connect(node, "handler");
        handler.commandChannel()
                .registerCommandHandler(received -> answer, 100, command)
                .awaitAck(5, TimeUnit.SECONDS);
        return handler;
    }

    private CompletableFuture<CommandResponse> send(String command) {
        return clients.connect(node, "sender")
                .commandChannel()
                .sendCommand(Command.newBuilder().setName(command).build());
    }

    private void closeNode() {
        try {
            node.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long highestSequenceAfterRestart(String aggregate) throws IOException {
        node = AxonServerNode.start(options());
        return await(clients.connect(node, "reader").eventChannel().findHighestSequence(aggregate));
    }

    private int readiness() throws Exception {
        return get("/actuator/health/readiness").statusCode();
    }

    private boolean metric(String line) throws Exception {
        return get("/actuator/prometheus").body().lines().anyMatch(line::equals);
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://localhost:" + node.httpPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        }
    }
}
