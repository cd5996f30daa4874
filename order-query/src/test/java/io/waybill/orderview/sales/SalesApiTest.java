package io.waybill.orderview.sales;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.chassis.web.ControllerBeans;
import io.waybill.chassis.web.WebAutoConfiguration;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderQuery.FindSales;
import io.waybill.messages.order.OrderQuery.SalesPage;
import io.waybill.orderview.sales.SalesController.Page;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks over HTTP, on a database of its own with three orders in it. It is the fifth of November. */
@NullUnmarked // a null is a failure here
@WebMvcTest
@ImportAutoConfiguration(WebAutoConfiguration.class)
class SalesApiTest {

    private static final Instant NOW = Instant.parse("2026-11-05T12:00:00Z");

    @SpringBootConfiguration
    @Import(ControllerBeans.class)
    static class Context {

        @Bean
        SalesView salesView(TestDatabase database) {
            var view = new SalesView(database.get());
            fill(view);
            return view;
        }

        @Bean
        SalesController salesController(SalesView view) {
            return controller(view, NOW);
        }
    }

    /** Asks the view, with question and answer as they are after the wire. */
    private static SalesController controller(SalesView view, Instant now) {
        var wire = Jackson3Serializer.builder().build();
        RequestQueries queries = mock();
        when(queries.ask(any(), any())).thenAnswer(call -> {
            FindSales query = wire.deserialize(wire.serialize(call.getArgument(0), byte[].class));
            SalesPage page = wire.deserialize(wire.serialize(view.handle(query), byte[].class));
            return page;
        });
        return new SalesController(queries, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static long position;

    /** Two in euros, confirmed a second before and a second after midnight; and one in yen on the next day. */
    private static void fill(SalesView view) {
        var beforeMidnight = Instant.parse("2026-11-02T23:59:59Z");
        var afterMidnight = Instant.parse("2026-11-03T00:00:01Z");
        on(view, 0, placed("order-1", line("MUG", 2, "EUR"), line("TIN", 1, "EUR")), beforeMidnight);
        on(view, 0, placed("order-2", line("MUG", 3, "EUR")), beforeMidnight);
        on(view, 0, placed("order-3", line("MUG", 1, "JPY")), beforeMidnight);
        on(view, 1, new OrderConfirmed("order-1", List.of()), beforeMidnight);
        on(view, 1, new OrderConfirmed("order-2", List.of()), afterMidnight);
        on(view, 2, shipped("order-1", "MUG", 2), afterMidnight);
        on(view, 2, shipped("order-2", "MUG", 1), afterMidnight.plusSeconds(5));
        on(view, 1, new OrderConfirmed("order-3", List.of()), Instant.parse("2026-11-03T18:00:00Z"));
        on(view, 3, returned("order-1", "MUG", 1), Instant.parse("2026-11-04T09:00:00Z"));
        // Handled once more after a crash.
        position--;
        on(view, 3, returned("order-1", "MUG", 1), Instant.parse("2026-11-04T09:00:00Z"));
    }

    private static void on(SalesView view, long sequence, OrderEvent event, Instant at) {
        view.on(event, new GlobalSequenceTrackingToken(position++), sequence, at);
    }

    @Autowired
    private MockMvcTester http;

    @Autowired
    private JsonMapper json;

    @Autowired
    private SalesView view;

    @Test
    void sumsUpWhatAllOrdersSoldTheLastDayFirst() {
        assertThat(rows("/api/sales"))
                .containsExactly(
                        "2026-11-04 MUG EUR confirmed 0/0 cancelled 0/0 shipped 0/0 returned 1/100",
                        "2026-11-03 MUG EUR confirmed 3/300 cancelled 0/0 shipped 3/300 returned 0/0",
                        "2026-11-03 MUG JPY confirmed 1/100 cancelled 0/0 shipped 0/0 returned 0/0",
                        "2026-11-02 MUG EUR confirmed 2/200 cancelled 0/0 shipped 0/0 returned 0/0",
                        "2026-11-02 TIN EUR confirmed 1/100 cancelled 0/0 shipped 0/0 returned 0/0");
    }

    @Test
    void bothDaysCount() {
        assertThat(rows("/api/sales?from=2026-11-03&to=2026-11-04")).hasSize(3);
        assertThat(rows("/api/sales?from=2026-11-02&to=2026-11-02")).hasSize(2);
        assertThat(rows("/api/sales?from=2026-11-05")).isEmpty();
    }

    @Test
    void showsOneSkuOnly() {
        assertThat(rows("/api/sales?sku=TIN"))
                .containsExactly("2026-11-02 TIN EUR confirmed 1/100 cancelled 0/0 shipped 0/0 returned 0/0");
        assertThat(rows("/api/sales?sku=NO-SUCH-THING")).isEmpty();
    }

    @Test
    void pagesShowEachRowOnce() {
        List<String> all = rows("/api/sales");
        for (int limit = 1; limit <= all.size(); limit++) {
            assertThat(rows("/api/sales?limit=" + limit))
                    .as("pages of %s", limit)
                    .isEqualTo(all);
        }
        assertThat(rows("/api/sales?sku=MUG&limit=1")).hasSize(4);
    }

    @Test
    void saysWhichDaysItLookedAt() {
        assertDays("/api/sales", "2026-10-07", "2026-11-05");
        assertDays("/api/sales?to=2026-03-01", "2026-01-31", "2026-03-01");
        assertDays("/api/sales?from=2026-11-01", "2026-11-01", "2026-11-05");
        assertDays("/api/sales?from=2024-01-01&to=2024-12-31", "2024-01-01", "2024-12-31");
    }

    @ParameterizedTest
    @CsvSource({
        "from=yesterday,                    from,   UNUSABLE_VALUE",
        "from=2026-02-30,                   from,   UNUSABLE_VALUE",
        "to=2026-11-01T12:00:00Z,           to,     UNUSABLE_VALUE",
        "from=2026-11-02&to=2026-11-01,     to,     BEFORE_FROM",
        "from=2026-11-06,                   to,     BEFORE_FROM",
        "from=2024-01-01&to=2025-01-01,     to,     RANGE_TOO_LONG",
        "from=%2B10000-01-01&to=%2B10000-01-01, to, OUT_OF_RANGE",
        "from=-999999999-01-01,             from,   OUT_OF_RANGE",
        "to=-999999999-01-01,               to,     OUT_OF_RANGE",
        "limit=0,                           limit,  OUT_OF_RANGE",
        "limit=201,                         limit,  OUT_OF_RANGE",
        "limit=many,                        limit,  UNUSABLE_VALUE",
        "cursor=nonsense,                   cursor, INVALID_CURSOR",
        "cursor=%25,                        cursor, INVALID_CURSOR"
    })
    void saysWhatIsWrong(String query, String pointer, String code) {
        assertThat(http.get().uri(URI.create("/api/sales?" + query)))
                .hasStatus(400)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"code": "INVALID_REQUEST", "errors": [{"pointer": "%s", "code": "%s"}]}
                        """.formatted(pointer, code));
    }

    @Test
    void aCursorBelongsToItsRequest() {
        String cursor = page("/api/sales?limit=1").path("next").asString();

        assertThat(page("/api/sales?limit=2&cursor=" + cursor).path("items")).hasSize(2);
        for (String other : List.of("sku=MUG", "from=2026-11-01", "to=2026-11-05")) {
            assertThat(http.get().uri("/api/sales?" + other + "&cursor=" + cursor))
                    .as(other)
                    .hasStatus(400)
                    .bodyText()
                    .contains("INVALID_CURSOR");
        }
    }

    /** Whoever begins before midnight goes on with the same days after it. */
    @Test
    void laterPagesAreOfTheDaysOfTheFirst() {
        Page first = controller(view, NOW).list(null, null, null, 1, null);
        Page rest = controller(view, NOW.plus(Duration.ofDays(1))).list(null, null, null, 10, first.next());

        assertThat(rest.from()).isEqualTo(first.from());
        assertThat(rest.to()).isEqualTo(first.to());
        assertThat(rest.items()).hasSize(4);
    }

    private void assertDays(String uri, String from, String to) {
        JsonNode page = page(uri);

        assertThat(page.path("from").asString()).isEqualTo(from);
        assertThat(page.path("to").asString()).isEqualTo(to);
    }

    /** Of all pages, each in one line. */
    private List<String> rows(String uri) {
        List<String> rows = new ArrayList<>();
        JsonNode page = page(uri);
        while (true) {
            page.path("items").forEach(row -> rows.add(told(row)));
            assertThat(rows).as("pages that come to an end").hasSizeLessThan(10);
            if (page.path("next").isNull()) {
                return rows;
            }
            String separator = uri.contains("?") ? "&" : "?";
            page = page(uri + separator + "cursor=" + page.path("next").asString());
        }
    }

    private JsonNode page(String uri) {
        MvcTestResult answer = http.get().uri(uri).exchange();
        assertThat(answer).hasStatusOk();
        return json.readTree(answer.getResponse().getContentAsByteArray());
    }

    private static String told(JsonNode row) {
        var told = new StringBuilder(row.path("day").asString())
                .append(' ')
                .append(row.path("sku").asString())
                .append(' ')
                .append(row.at("/shipped/amount/currency").asString());
        for (String movement : List.of("confirmed", "cancelled", "shipped", "returned")) {
            JsonNode goods = row.path(movement);
            told.append(" %s %d/%d"
                    .formatted(
                            movement,
                            goods.path("pieces").asLong(),
                            goods.at("/amount/minor").asLong()));
        }
        return told.toString();
    }

    private static OrderPlaced placed(String orderId, OrderLine... lines) {
        var address = new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
        Money total = lines[0].price();
        return new OrderPlaced(orderId, "ada", List.of(lines), total, address, "tok_ok", null);
    }

    private static OrderLine line(String sku, int quantity, String currency) {
        return new OrderLine(sku, quantity, new Money(100, currency));
    }

    private static OrderShipped shipped(String orderId, String sku, int quantity) {
        return new OrderShipped(
                orderId, "s-1", List.of(new LineQuantity(sku, quantity)), new Money(1, "EUR"), null, false);
    }

    private static ReturnInspected returned(String orderId, String sku, int quantity) {
        return new ReturnInspected(orderId, "r-1", List.of(new InspectedLine(sku, quantity, 0)), new Money(1, "EUR"));
    }
}
