package io.waybill.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service streams what the test says, through a gateway that waits for a second for any other answer. */
class RelayedStreamsTest {

    private static final int PATIENCE_SECONDS = 30;
    /** Of the ten seconds that the server would wait for what is under way. */
    private static final int STOP_LIMIT_SECONDS = 8;
    /** Longer than the read timeout of the gateway. */
    private static final long SILENCE_MILLIS = 2500;

    private static final String END = "end";

    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    /** That the service could not say any more. */
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    private final HttpServer service;
    private final ConfigurableApplicationContext gateway;
    private final URI stream;

    RelayedStreamsTest() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway = new SpringApplicationBuilder(GatewayApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.http.clients.read-timeout=1s",
                        "--waybill.services.order-query=http://127.0.0.1:"
                                + service.getAddress().getPort());
        stream = URI.create(
                "http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port") + "/api/orders/stream");
    }

    @BeforeEach
    void start() {
        service.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        service.createContext("/", this::answer);
        service.start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        service.stop(0);
    }

    @Test
    void passWhatIsSaidAtOnceAndWaitForWhatIsNotSaidForLong() throws Exception {
        try (Stream<String> body = open()) {
            Iterator<String> lines = body.iterator();
            said.add("data: one");
            assertThat(next(lines)).isEqualTo("data: one");

            CompletableFuture.delayedExecutor(SILENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(() -> said.add("data: two"));

            assertThat(next(lines)).isEqualTo("data: two");
        }
    }

    @Test
    void endAtOnceWhenTheGatewayStops() throws Exception {
        try (Stream<String> body = open()) {
            Iterator<String> lines = body.iterator();
            said.add("data: one");
            assertThat(next(lines)).isEqualTo("data: one");

            CompletableFuture<Void> stop = CompletableFuture.runAsync(gateway::close);

            stop.get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void endAtTheServiceWhenTheBrowserIsGone() throws Exception {
        open().close();

        CompletableFuture<Void> beats = CompletableFuture.runAsync(() -> {
            while (!ended.isDone()) {
                said.add(": still here");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        });

        assertThat(ended).succeedsWithin(Duration.ofSeconds(PATIENCE_SECONDS)).isEqualTo(true);
        beats.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void anExportTakesAsLongAsItTakes() throws Exception {
        HttpRequest export =
                HttpRequest.newBuilder(stream.resolve("/api/audit/export")).build();
        said.add("one");
        CompletableFuture.delayedExecutor(SILENCE_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            said.add("two");
            said.add(END);
        });

        assertThat(HttpClient.newHttpClient()
                        .send(export, BodyHandlers.ofLines())
                        .body())
                .contains("one", "two");
    }

    private static String next(Iterator<String> lines) throws Exception {
        return CompletableFuture.supplyAsync(lines::next).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private Stream<String> open() throws Exception {
        said.add("retry: 1000");
        var answer =
                HttpClient.newHttpClient().send(HttpRequest.newBuilder(stream).build(), BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        Stream<String> body = answer.body();
        return body.filter(line -> line.startsWith("data"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean isExport = exchange.getRequestURI().getPath().endsWith("/export");
        exchange.getResponseHeaders().add("Content-Type", isExport ? "application/x-ndjson" : "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                var body = exchange.getResponseBody()) {
            for (String line = said.take(); !line.equals(END); line = said.take()) {
                body.write((line + "\n\n").getBytes(UTF_8));
                body.flush();
            }
        } catch (IOException e) {
            ended.complete(true);
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
