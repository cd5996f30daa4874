package io.waybill.chassis.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Three streams at most, on a service that is stopped in the end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NullUnmarked // a null is a failure here
class StreamTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    /** The server waits for ten seconds for what it takes for a request that is being answered. */
    private static final long STOP_LIMIT_SECONDS = 8;

    @TempDir
    private static Path folder;

    private static AxonServerNode node;
    private static ConfigurableApplicationContext service;
    private static int port;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String tally = UUID.randomUUID().toString();

    @BeforeAll
    static void start() throws IOException {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        service = new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=0",
                        "--axon.axonserver.servers=" + node.address(),
                        "--waybill.mongodb.uri=",
                        "--waybill.mongodb.data-folder=" + folder,
                        "--waybill.web.streams=3");
        port = service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    @AfterAll
    static void stop() throws IOException {
        service.close();
        node.close();
    }

    /** What a browser gets. */
    private static final class Browser implements AutoCloseable {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Stream<String> body;
        private final CompletableFuture<Void> end;

        Browser(HttpResponse<Stream<String>> answer) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            body = answer.body();
            end = CompletableFuture.runAsync(
                    () -> body.forEach(lines::add), task -> Thread.ofVirtual().start(task));
        }

        @Override
        public void close() {
            body.close();
        }
    }

    @Test
    @Order(1)
    void tellsWhatIsThereAndWhatChanges() throws Exception {
        count(2);
        try (Browser browser = open()) {
            await().atMost(SOON).untilAsserted(() -> assertThat(browser.lines).contains("event:tally", "id:2"));
            count(3);

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(browser.lines)
                            .contains("data:{\"tally\":\"%s\",\"sum\":5}".formatted(tally), "id:5"));
            assertThat(browser.lines.getFirst()).startsWith("retry:");
        }
    }

    @Test
    @Order(2)
    void thereAreOnlySoManyUntilABrowserGoesAway() throws Exception {
        List<Browser> browsers = new CopyOnWriteArrayList<>();
        await().atMost(SOON).until(() -> {
            HttpResponse<Stream<String>> answer = ask();
            if (answer.statusCode() == 200) {
                browsers.add(new Browser(answer));
            }
            return browsers.size() == 3;
        });

        HttpResponse<Stream<String>> refusal = ask();
        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.headers().firstValue("Retry-After")).isPresent();
        assertThat(refusal.body().toList().getFirst()).contains("\"code\":\"OVERLOADED\"");

        browsers.removeFirst().close();
        await().atMost(SOON).until(() -> {
            count(1);
            HttpResponse<Stream<String>> answer = ask();
            answer.body().close();
            return answer.statusCode() == 200;
        });
        browsers.forEach(Browser::close);
    }

    @Test
    @Order(3)
    void aBrowserThatReadsNothingHoldsUpNobodyElse() throws Exception {
        try (var asleep = new Socket(InetAddress.getLoopbackAddress(), port)) {
            asleep.setReceiveBufferSize(1024);
            asleep.getOutputStream()
                    .write("GET /tallies/%s/stream HTTP/1.1\r\nHost: here\r\n\r\n"
                            .formatted(tally)
                            .getBytes(UTF_8));
            await().atMost(SOON).until(() -> asleep.getInputStream().read() == 'H');
            Browser browser = openSoon();
            for (int i = 0; i < 200; i++) {
                count(1);
            }

            await().atMost(SOON).untilAsserted(() -> assertThat(browser.lines).contains("id:200"));
            browser.close();
        }
    }

    @Test
    @Order(4)
    void endsAtOnceWhenTheServiceStops() throws Exception {
        count(1);
        Browser browser = openSoon();
        await().atMost(SOON).untilAsserted(() -> assertThat(browser.lines).contains("id:1"));

        CompletableFuture<Void> stop = CompletableFuture.runAsync(service::close);

        browser.end.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        stop.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private Browser open() throws Exception {
        return new Browser(ask());
    }

    /** Whoever is gone is noticed when something is written to him. */
    private Browser openSoon() {
        return await().atMost(SOON)
                .until(
                        () -> {
                            HttpResponse<Stream<String>> answer = ask();
                            return answer.statusCode() == 200 ? new Browser(answer) : null;
                        },
                        browser -> browser != null);
    }

    private HttpResponse<Stream<String>> ask() throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/tallies/%s/stream".formatted(port, tally)))
                        .timeout(SOON)
                        .build(),
                BodyHandlers.ofLines());
    }

    private void count(int by) {
        service.getBean(RequestCommands.class).send(new Count(tally, by));
    }
}
