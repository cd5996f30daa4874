package io.waybill.chassis.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.FloodStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.atomic.AtomicInteger;
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

    /** One for all: whoever still listens hears of the next count, and is noticed if he is gone. */
    private static final String TALLY = UUID.randomUUID().toString();

    private static final String PATH = "/tallies/%s/stream".formatted(TALLY);
    /** So many that some leave just when the server ends what they asked for. */
    private static final int LEAVING = 100;

    private static final int WHILE_BUFFERS_ARE_FULL = 20;

    private static int sum;

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

        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpResponse<Stream<String>> answer;
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> end;

        Browser() throws Exception {
            answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, PATH)))
                            .timeout(SOON)
                            .build(),
                    BodyHandlers.ofLines());
            end = CompletableFuture.runAsync(
                    () -> answer.body().forEach(lines::add),
                    task -> Thread.ofVirtual().start(task));
        }

        boolean isTold() {
            return answer.statusCode() == 200;
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }

    @Test
    @Order(1)
    void tellsWhatIsThereAndWhatChanges() throws Exception {
        count(2);
        try (Browser browser = new Browser()) {
            assertThat(browser.isTold()).isTrue();
            assertThat(browser.answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            await().atMost(SOON).untilAsserted(() -> assertThat(browser.lines).contains("event:tally", "id:2"));
            count(3);

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(browser.lines)
                            .contains("data:{\"tally\":\"%s\",\"sum\":5}".formatted(TALLY), "id:5"));
            assertThat(browser.lines.getFirst()).startsWith("retry:");
        }
    }

    @Test
    @Order(2)
    void thereAreOnlySoManyUntilABrowserGoesAway() throws Exception {
        List<Browser> browsers = List.of(openSoon(), openSoon(), openSoon());

        try (Browser refused = new Browser()) {
            assertThat(refused.answer.statusCode()).isEqualTo(503);
            assertThat(refused.answer.headers().firstValue("Retry-After")).isPresent();
            refused.end.get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(refused.lines.getFirst()).contains("\"code\":\"OVERLOADED\"");
        }

        browsers.getFirst().close();
        openSoon().close();
        browsers.forEach(Browser::close);
    }

    @Test
    @Order(3)
    void whoLeavesWhileHeIsToldFailsNoThread() {
        var left = new AtomicInteger();
        // Fails by whatever a thread does not catch.
        await().catchUncaughtExceptions()
                .pollInterval(Duration.ZERO)
                .atMost(SOON)
                .until(() -> {
                    try (Browser browser = new Browser()) {
                        count(1);
                        return browser.isTold() && left.incrementAndGet() == LEAVING;
                    }
                });
    }

    @Test
    @Order(4)
    void aBrowserThatReadsNothingHoldsUpNobodyElse() throws Exception {
        try (var asleep = new Socket()) {
            asleep.setReceiveBufferSize(1024);
            asleep.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            asleep.getOutputStream().write("GET /flood HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(UTF_8));
            await().atMost(SOON).until(() -> FloodStream.PIECES_SENT.get() > 0);
            Browser browser = openSoon();
            int sent = 0;
            for (int counted = 0; counted < WHILE_BUFFERS_ARE_FULL; counted++) {
                if (sent != FloodStream.PIECES_SENT.get()) {
                    sent = FloodStream.PIECES_SENT.get();
                    counted = 0;
                }
                count(1);
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(browser.lines).contains("id:" + sum));
            }

            assertThat(sent).isLessThan(FloodStream.PIECES);
            browser.close();
            wakeUp(asleep);
            await().atMost(SOON).until(() -> FloodStream.PIECES_SENT.get() == FloodStream.PIECES);
        }
    }

    private static void wakeUp(Socket asleep) {
        var unused = Thread.ofVirtual().start(() -> {
            try {
                asleep.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It is closed when it has all.
            }
        });
    }

    @Test
    @Order(5)
    void endsAtOnceWhenTheServiceStops() throws Exception {
        count(1);
        Browser browser = openSoon();
        await().atMost(SOON).untilAsserted(() -> assertThat(browser.lines).contains("id:" + sum));

        CompletableFuture<Void> stop = CompletableFuture.runAsync(service::close);

        browser.end.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        stop.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Whoever is gone is noticed when something is written to him. */
    private static Browser openSoon() {
        return await().atMost(SOON)
                .until(
                        () -> {
                            Browser browser = new Browser();
                            if (!browser.isTold()) {
                                browser.close();
                                count(1);
                            }
                            return browser;
                        },
                        Browser::isTold);
    }

    private static void count(int by) {
        service.getBean(RequestCommands.class).send(new Count(TALLY, by));
        sum += by;
    }
}
