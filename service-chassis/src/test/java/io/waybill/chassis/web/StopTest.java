package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.sample.SampleApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.axonframework.commandhandling.CommandBus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;

/** A service that stops finishes what it has begun; one whose event store is gone says so. */
class StopTest {

    private static final int PATIENCE_SECONDS = 20;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private AxonServerNode node;
    private ConfigurableApplicationContext service;
    private int port;

    @BeforeEach
    void start() throws IOException {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        service = new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=0",
                        "--axon.axonserver.servers=" + node.address(),
                        "--waybill.mongodb.uri=",
                        "--waybill.mongodb.data-folder=" + folder);
        port = service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        node.close();
    }

    @Test
    void aRequestInFlightIsAnsweredAndNoOtherIsTaken() throws Exception {
        var reached = new CountDownLatch(1);
        var stopping = new CountDownLatch(1);
        service.getBean(CommandBus.class).registerDispatchInterceptor(commands -> {
            reached.countDown();
            await(stopping);
            return (index, command) -> command;
        });
        CompletableFuture<HttpResponse<String>> inFlight = client.sendAsync(count(), BodyHandlers.ofString());
        await(reached);

        CompletableFuture<Void> stop = CompletableFuture.runAsync(service::close);
        Awaitility.await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(this::isRefused);
        stopping.countDown();

        HttpResponse<String> answer = inFlight.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        stop.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatIsAskedWhileTheConnectionIsLostIsToBeAskedAgain() throws Exception {
        node.close();

        for (HttpRequest request :
                List.of(count(), HttpRequest.newBuilder(uri()).build())) {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue(HttpHeaders.RETRY_AFTER)).isPresent();
        }
    }

    private HttpRequest count() {
        return HttpRequest.newBuilder(uri())
                .header(Idempotency.HEADER, "key")
                .header(HttpHeaders.CONTENT_TYPE, "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"note\": \"n\", \"steps\": [{\"by\": 2}]}"))
                .build();
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/tallies/any");
    }

    private boolean isRefused() {
        try {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
