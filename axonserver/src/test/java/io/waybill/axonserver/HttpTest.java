package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.control.ProcessorInstructionHandler;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.connector.query.QueryDefinition;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo;
import io.axoniq.axonserver.grpc.control.EventProcessorInfo.SegmentStatus;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.conformance.Clients;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpTest {

    private static final String PROCESSOR = "/v1/components/bank/processors/projection%2Fone";

    private final Clients clients = new Clients();
    private final HttpClient http = HttpClient.newHttpClient();
    private AxonServerNode node;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded().withPorts(0, 0).withContexts("billing"));
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
        http.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/actuator/health", "/actuator/health/readiness", "/actuator/health/liveness"})
    void healthIsUpWhileTheNodeRuns(String path) throws Exception {
        HttpResponse<String> response = get(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nowhere, 404",
        "GET, /, 404",
        "GET, /health/, 404",
        "GET, /v1/components/bank/processors/x/pause, 405",
        "POST, /health, 405",
        "HEAD, /health, 405",
        "GET, /v1/public/status?context=elsewhere, 404",
        "PATCH, /v1/components/bank/processors/x/pause, 400",
        "PATCH, /v1/components/bank/processors/x/segments/one/move?tokenStoreIdentifier=s&target=t, 400",
        "PATCH, /v1/components/bank/processors/x/pause?tokenStoreIdentifier=s, 404",
    })
    void whatCannotBeServedIsRefusedWithAReason(String method, String path, int status) throws Exception {
        HttpResponse<String> response = send(method, path);

        assertThat(response.statusCode()).isEqualTo(status);
        if (!method.equals("HEAD")) {
            assertThat(json(response).get("success").asBoolean()).isFalse();
            assertThat(json(response).get("message").asString()).isNotEmpty();
        }
        assertThat(response.headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
    }

    @Test
    void nodeTellsWhoItIs() throws Exception {
        JsonNode me = json(get("/v1/public/me"));

        assertThat(me.get("grpcPort").asInt()).isEqualTo(node.port());
        assertThat(me.get("httpPort").asInt()).isEqualTo(node.httpPort());
        assertThat(me.get("contextNames")).extracting(JsonNode::asString).containsExactly("default", "billing");
        assertThat(json(get("/actuator/info")).get("version").asString()).isNotEmpty();
        assertThat(json(get("/v1/public/version")).get("version").asString()).isNotEmpty();
        assertThat(json(get("/v1/public/mycontexts")).size()).isEqualTo(2);
    }

    @Test
    void applicationsAndTheirHandlersAreListed() throws Exception {
        bank();

        JsonNode application = json(get("/v1/public/applications")).get(0);
        assertThat(application.get("name").asString()).isEqualTo("bank");
        assertThat(application.get("clients").get(0).get("name").asString()).startsWith("bank-");
        assertThat(application.get("commands")).extracting(JsonNode::asString).containsExactly("Open");
        assertThat(application.get("queries")).extracting(JsonNode::asString).containsExactly("Balance");
        assertThat(json(get("/v1/public/applications?context=billing")).size()).isZero();

        assertThat(names("/v1/components/bank/commands")).containsExactly("Open");
        assertThat(names("/v1/components/bank/queries?context=default")).containsExactly("Balance");
        assertThat(names("/v1/components/shop/commands")).isEmpty();
        assertThat(names("/v1/components/bank/instances")).hasSize(1);
        assertThat(json(get("/v1/components/clients"))
                        .get(0)
                        .get("componentName")
                        .asString())
                .isEqualTo("bank");
        assertThat(json(get("/v1/commands")).get(0).get("commands").get(0).asString())
                .isEqualTo("Open");
        JsonNode query = json(get("/v1/queries")).get(0);
        assertThat(query.get("query").asString()).isEqualTo("Balance");
        assertThat(query.get("components").get(0).get("component").asString()).isEqualTo("bank");
    }

    @Test
    void processorIsShownWithItsSegmentsAndTakesInstructions() throws Exception {
        AxonServerConnection bank = bank();
        RecordingProcessor processor = new RecordingProcessor();
        bank.controlChannel().registerEventProcessor("projection/one", HttpTest::report, processor);
        Awaitility.await()
                .until(() -> json(get("/v1/components/bank/processors?context=default"))
                                .size()
                        == 1);

        JsonNode shown = json(get("/v1/components/bank/processors")).get(0);
        assertThat(shown.get("fullName").asString()).isEqualTo("projection/one@store");
        assertThat(shown.get("trackers").get(0).get("tokenPosition").asLong()).isEqualTo(41);
        assertThat(shown.get("canSplit").asBoolean()).isTrue();
        assertThat(json(get("/v1/processors/projection%2Fone/clients?tokenStoreIdentifier=store"))
                        .size())
                .isEqualTo(1);

        String query = "?context=default&tokenStoreIdentifier=store";
        HttpResponse<String> paused = send("PATCH", PROCESSOR + "/pause" + query);
        assertThat(paused.statusCode()).isEqualTo(200);
        assertThat(json(paused).get("message").asString()).isEqualTo("processor projection/one paused");
        assertThat(send("PATCH", PROCESSOR + "/start" + query).statusCode()).isEqualTo(200);
        assertThat(send("PATCH", PROCESSOR + "/segments/split" + query).statusCode())
                .isEqualTo(200);
        HttpResponse<String> merged = send("PATCH", PROCESSOR + "/segments/merge" + query);
        assertThat(merged.statusCode()).isEqualTo(500);
        assertThat(json(merged).get("message").asString()).contains("AXONIQ-1004", "not today");
        assertThat(processor.seen).containsExactly("pause", "start", "split 3", "merge 3");
    }

    @Test
    void storesAreMeasured() throws Exception {
        AxonServerConnection bank = clients.connect(node, "bank");
        await(bank.eventChannel().appendEvents(event("a", 0), event("a", 1)));
        await(bank.eventChannel().appendSnapshot(event("a", 1)));
        try (EventStream stream = bank.eventChannel().openStream(-1, 10)) {
            stream.nextIfAvailable(5, TimeUnit.SECONDS);
            stream.nextIfAvailable(5, TimeUnit.SECONDS);

            JsonNode status = json(get("/v1/public/status"));
            assertThat(status.get("nrOfEvents").asLong()).isEqualTo(2);
            assertThat(status.get("nrOfSnapshots").asLong()).isEqualTo(1);
            assertThat(status.get("eventTrackers").iterator().next().get(0).asLong())
                    .isEqualTo(1);
        }
        JsonNode stores = json(get("/v1/public/stores"));
        assertThat(stores.get("nrOfEvents").asLong()).isEqualTo(2);
        assertThat(stores.get("nrOfSnapshots").asLong()).isEqualTo(1);
        assertThat(stores.get("snapshots").get("segments").asInt()).isEqualTo(1);
        assertThat(stores.get("events").get("segments").asInt()).isEqualTo(1);
        assertThat(stores.get("events").get("bytes").asLong()).isPositive();
        assertThat(json(get("/v1/public/stores?context=billing"))
                        .get("nrOfEvents")
                        .asLong())
                .isZero();
    }

    @Test
    void metricsCountWhatHappened() throws Exception {
        AxonServerConnection bank = bank();
        await(bank.eventChannel().appendEvents(event("a", 0), event("a", 1)));
        CompletableFuture<?> conflict = bank.eventChannel().appendEvents(event("a", 1));
        Awaitility.await().until(conflict::isCompletedExceptionally);
        await(bank.commandChannel().sendCommand(command("Open")));
        await(bank.commandChannel().sendCommand(command("Unknown")));
        // A call has ended when its end has reached the network, which is a moment after the client has its answer.
        Awaitility.await().until(() -> metrics().contains("outcome=\"AXONIQ-4000\"} 1"));

        try (EventStream stream = bank.eventChannel().openStream(-1, 10)) {
            stream.nextIfAvailable(5, TimeUnit.SECONDS);
            String of = "{context=\"default\",call=";
            assertThat(metrics().lines())
                    .contains(
                            "axonserver_calls_total" + of + "\"append\",outcome=\"ok\"} 1",
                            "axonserver_calls_total" + of + "\"append\",outcome=\"AXONIQ-2000\"} 1",
                            "axonserver_calls_total" + of + "\"command\",outcome=\"ok\"} 1",
                            "axonserver_calls_in_progress" + of + "\"command\"} 0",
                            "axonserver_calls_in_progress" + of + "\"tracking_read\"} 1",
                            "axonserver_call_seconds_count" + of + "\"append\"} 2",
                            "axonserver_call_seconds_bucket" + of + "\"command\",le=\"+Inf\"} 2",
                            "axonserver_events_appended_total{context=\"default\"} 2",
                            "axonserver_events_appended_total{context=\"billing\"} 0",
                            "axonserver_last_token{context=\"default\"} 1",
                            "axonserver_clients{context=\"default\"} 1",
                            "axonserver_store_segments{context=\"default\",store=\"events\"} 1",
                            "axonserver_up 1",
                            "# TYPE jvm_gc_collection_seconds summary");
            Awaitility.await()
                    .until(() -> metrics()
                            .contains("axonserver_tracking_lag_events{context=\"default\",component=\"bank\","
                                    + "processor=\"\"} 0"));
        }
    }

    @Test
    void readerThatFallsBehindIsSeen() throws Exception {
        AxonServerConnection bank = clients.connect(node, "bank");
        await(bank.eventChannel().appendEvents(event("a", 0), event("a", 1), event("a", 2)));
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(node.address()).usePlaintext().build();
        try {
            StreamObserver<GetEventsRequest> reader =
                    EventStoreGrpc.newStub(channel).listEvents(new Ignored());
            reader.onNext(GetEventsRequest.newBuilder()
                    .setComponentName("report\"s")
                    .setProcessor("slow")
                    .setNumberOfPermits(1)
                    .build());

            Awaitility.await()
                    .until(() -> metrics()
                            .contains("axonserver_tracking_lag_events{context=\"default\","
                                    + "component=\"report\\\"s\",processor=\"slow\"} 2\n"));
        } finally {
            channel.shutdownNow();
        }
        Awaitility.await().until(() -> !metrics().contains("processor=\"slow\""));
    }

    @Test
    void metricsAreInTheTextFormat() throws Exception {
        HttpResponse<String> response = get("/actuator/prometheus");

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body().lines())
                .allMatch(line -> line.matches("# (HELP|TYPE) [a-z_]+ .+")
                        || line.matches("[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)+})? -?[0-9.E-]+"));
    }

    @Test
    void callersThatNeverFinishTheirRequestsKeepNobodyWaiting() throws Exception {
        List<Socket> hanging = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = new Socket("localhost", node.httpPort());
                hanging.add(socket);
                socket.getOutputStream().write("GET /health HTTP/1.1\r\nHos".getBytes(StandardCharsets.US_ASCII));
            }

            assertThat(get("/health").statusCode()).isEqualTo(200);
            await(clients.connect(node, "bank").eventChannel().appendEvents(event("a", 0)));
        } finally {
            for (Socket socket : hanging) {
                socket.close();
            }
        }
    }

    private AxonServerConnection bank() throws Exception {
        AxonServerConnection bank = clients.connect(node, "bank");
        bank.commandChannel()
                .registerCommandHandler(
                        command -> CompletableFuture.completedFuture(CommandResponse.getDefaultInstance()), 100, "Open")
                .awaitAck(5, TimeUnit.SECONDS);
        bank.queryChannel()
                .registerQueryHandler(
                        (query, responses) -> responses.complete(), new QueryDefinition("Balance", "long"))
                .awaitAck(5, TimeUnit.SECONDS);
        Awaitility.await().until(() -> json(get("/v1/components/clients")).size() == 1);
        return bank;
    }

    private static Command command(String name) {
        return Command.newBuilder().setName(name).build();
    }

    private static EventProcessorInfo report() {
        return EventProcessorInfo.newBuilder()
                .setProcessorName("projection/one")
                .setTokenStoreIdentifier("store")
                .setMode("Pooled Streaming")
                .setIsStreamingProcessor(true)
                .setRunning(true)
                .addSegmentStatus(SegmentStatus.newBuilder()
                        .setSegmentId(3)
                        .setOnePartOf(4)
                        .setTokenPosition(41))
                .build();
    }

    private List<String> names(String path) throws Exception {
        List<String> names = new ArrayList<>();
        json(get(path)).forEach(item -> names.add(item.get("name").asString()));
        return names;
    }

    private String metrics() throws Exception {
        return get("/actuator/prometheus").body();
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path);
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(10))
                .method(method, BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + node.httpPort() + path);
    }

    private static final class Ignored implements StreamObserver<EventWithToken> {

        @Override
        public void onNext(EventWithToken event) {}

        @Override
        public void onError(Throwable fault) {}

        @Override
        public void onCompleted() {}
    }

    private static final class RecordingProcessor implements ProcessorInstructionHandler {

        private final List<String> seen = new ArrayList<>();

        @Override
        public CompletableFuture<Boolean> releaseSegment(int segment) {
            return done("release " + segment);
        }

        @Override
        public CompletableFuture<Boolean> splitSegment(int segment) {
            return done("split " + segment);
        }

        @Override
        public CompletableFuture<Boolean> mergeSegment(int segment) {
            seen.add("merge " + segment);
            return CompletableFuture.failedFuture(new IllegalStateException("not today"));
        }

        @Override
        public CompletableFuture<Void> pauseProcessor() {
            return done("pause").thenAccept(done -> {});
        }

        @Override
        public CompletableFuture<Void> startProcessor() {
            return done("start").thenAccept(done -> {});
        }

        private CompletableFuture<Boolean> done(String instruction) {
            seen.add(instruction);
            return CompletableFuture.completedFuture(true);
        }
    }
}
