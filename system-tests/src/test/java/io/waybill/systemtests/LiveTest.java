package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What is now, what was, and what is just changing, through the gateway. */
@ExtendWith(WaybillExtension.class)
class LiveTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String sku = Names.sku("live");
    private final String customer = Names.customer("live");

    LiveTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @BeforeEach
    void fillTheShop() {
        waybill.offer(sku, "Tea", 1250, 10);
    }

    /** What a browser gets of a stream. */
    private static final class Browser implements AutoCloseable {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Stream<String> body;
        private final CompletableFuture<Void> end;

        Browser(Stream<String> body) {
            this.body = body;
            end = CompletableFuture.runAsync(
                    () -> body.forEach(lines::add), task -> Thread.ofVirtual().start(task));
        }

        List<String> ids() {
            return lines.stream()
                    .filter(line -> line.startsWith("id:"))
                    .map(line -> line.substring("id:".length()))
                    .toList();
        }

        void await(String what) {
            Awaitility.await(what)
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(lines)
                            .anySatisfy(line -> assertThat(line).contains(what)));
        }

        @Override
        public void close() {
            body.close();
        }
    }

    @Test
    void aReaderSeesWhatHeWroteAtOnce() {
        for (int pieces = 1; pieces <= 5; pieces++) {
            long position =
                    waybill.receive(sku, 1).expect(202).json().path("position").asLong();

            Answer stock = waybill.send(
                    waybill.request("GET", "/stock/" + sku, "").header("Waybill-Position", Long.toString(position)));

            assertThat(stock.expect(200).json().path("onHand").asInt()).isEqualTo(10 + pieces);
        }
        waybill.placeUntilAccepted(NewOrder.of(Names.customer("earlier"), "tok_ok", line(sku, 1)));
        JsonNode placed = waybill.place(NewOrder.of(customer, "tok_ok", line(sku, 1)))
                .expect(202)
                .json();
        String query = "?position=" + placed.path("position").asLong();
        String orderId = placed.path("orderId").asString();
        waybill.get("/orders/" + orderId + query).expect(200);
        assertThat(waybill.get("/orders" + query + "&customerId=" + customer)
                        .expect(200)
                        .json()
                        .path("items"))
                .hasSize(1);
        waybill.get("/orders/" + orderId + "/timeline" + query).expect(200);
        waybill.get("/orders/" + orderId + "?position=yesterday").expect(400);
        waybill.get("/orders/" + orderId + "?position=999999999999").expect(400);
    }

    @Test
    void anOrderIsShownAsItWas() {
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(sku, 2)));
        JsonNode now = waybill.awaitStatus(orderId, "CONFIRMED");
        long version = now.path("version").asLong();

        JsonNode first =
                waybill.get("/orders/" + orderId + "?version=0").expect(200).json();
        assertThat(first.path("status").asString()).isEqualTo("PLACED");
        assertThat(waybill.get("/orders/" + orderId + "?version=" + version)
                        .expect(200)
                        .json())
                .isEqualTo(now);
        assertVersionsAtTheirTimes(orderId);
        assertThat(waybill.get("/orders/" + orderId + "?version=99").expect(404).code())
                .isEqualTo("VERSION_NOT_FOUND");
        JsonNode changes = waybill.get("/orders/" + orderId + "/changes?from=0&to=" + version)
                .expect(200)
                .json();
        assertThat(changes.path("difference").findValuesAsString("pointer")).contains("/status", "/version");
        assertThat(changes.at("/versions/0/type").asString()).isEqualTo("OrderConfirmed");
        assertThat(changes.at("/versions/0/command").asString()).isEqualTo("ConfirmOrder");
        assertThat(changes.at("/versions/0/causingEventId").asString()).isNotEmpty();
        String paymentId =
                waybill.awaitPayment(orderId, "AUTHORIZED").path("paymentId").asString();
        JsonNode payment =
                waybill.get("/payments/" + paymentId + "/changes").expect(200).json();
        assertThat(payment.at("/versions/0/type").asString()).isEqualTo("AuthorizationRequested");
    }

    /** Of several versions within a millisecond the last one is shown. */
    private void assertVersionsAtTheirTimes(String orderId) {
        List<Instant> times = waybill.get("/orders/" + orderId + "/changes")
                .expect(200)
                .json()
                .path("versions")
                .valueStream()
                .map(step -> Instant.parse(step.path("at").asString()))
                .toList();
        assertThat(times.getFirst()).isBefore(times.getLast());
        for (Instant time : times) {
            long until = times.stream().takeWhile(each -> !each.isAfter(time)).count();
            assertThat(waybill.get("/orders/" + orderId + "?at=" + time)
                            .expect(200)
                            .json()
                            .path("version")
                            .asLong())
                    .isEqualTo(until - 1);
        }
    }

    @Test
    void aBrowserSeesEachVersionOfAnOrderThoughItGoesAwayInBetween() throws Exception {
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(sku, 2)));
        String last;
        try (Browser board = open("/orders/stream?customerId=" + customer, null);
                Browser browser = open("/orders/" + orderId + "/stream", null)) {
            browser.await("\"status\":\"CONFIRMED\"");
            waybill.ship(orderId, line(sku, 1)).expect(202);
            browser.await("\"status\":\"PARTIALLY_SHIPPED\"");
            board.await("\"status\":\"PARTIALLY_SHIPPED\"");
            last = browser.ids().getLast();
            assertThat(browser.ids()).isSorted().doesNotHaveDuplicates();
        }
        waybill.ship(orderId).expect(202);
        long version = waybill.awaitStatus(orderId, "SHIPPED").path("version").asLong();

        try (Browser back = open("/orders/" + orderId + "/stream", last)) {
            back.await("\"status\":\"SHIPPED\"");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(back.ids())
                            .isEqualTo(Stream.iterate(Long.parseLong(last) + 1, id -> id <= version, id -> id + 1)
                                    .map(String::valueOf)
                                    .toList()));
        }
    }

    @Test
    void theBoardTellsWhoeverComesBackWhatHeMissed() throws Exception {
        String last;
        try (Browser board = open("/orders/stream?customerId=" + customer, null)) {
            await().atMost(SOON).until(() -> !board.ids().isEmpty());
            last = board.ids().getLast();
        }
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(sku, 1)));
        waybill.awaitStatus(orderId, "CONFIRMED");

        try (Browser back = open("/orders/stream?customerId=" + customer, last)) {
            back.await(orderId);
        }
    }

    @Test
    void nothingWaitsForAStreamWhenItIsStopped() throws Exception {
        for (Service stopped : List.of(Service.ORDER_QUERY, Service.GATEWAY)) {
            try (Browser board = open("/orders/stream", null)) {
                await().atMost(SOON).until(() -> !board.ids().isEmpty());
                CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> system.stop(stopped));

                assertThat(board.end.handle((end, failure) -> "over").get(20, TimeUnit.SECONDS))
                        .isEqualTo("over");
                stop.get(60, TimeUnit.SECONDS);
            }
            system.start(stopped);
        }
    }

    @Test
    void whatIsNoStreamIsAProblemAndWaitsForNothing() throws Exception {
        assertThat(ask("/orders/unknown/stream", null).statusCode()).isEqualTo(404);
        assertThat(ask("/orders/stream", "yesterday").statusCode()).isEqualTo(400);
        assertThat(ask("/orders/stream", "999999999999").statusCode()).isEqualTo(400);
        assertThat(ask("/orders/stream?status=LOST", null).statusCode()).isEqualTo(400);
    }

    private Browser open(String path, @Nullable String lastEventId) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = ask(path, lastEventId);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        return new Browser(answer.body());
    }

    private HttpResponse<Stream<String>> ask(String path, @Nullable String lastEventId)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(system.url(Service.GATEWAY) + "/api" + path));
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return http.send(request.timeout(SOON).build(), BodyHandlers.ofLines());
    }
}
