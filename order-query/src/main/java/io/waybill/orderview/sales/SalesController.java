package io.waybill.orderview.sales;

import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.InvalidRequest.Fault;
import io.waybill.chassis.web.PageCursor;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.messages.order.DailySales;
import io.waybill.messages.order.OrderQuery.FindSales;
import io.waybill.messages.order.OrderQuery.SalesCursor;
import io.waybill.messages.order.OrderQuery.SalesPage;
import java.time.Clock;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows to the outside what was sold. */
@RestController
@RequestMapping("/api/sales")
class SalesController {

    private static final int DEFAULT_LIMIT = 50;
    /** A page that is sent in milliseconds. */
    private static final int MAX_LIMIT = 200;

    private static final int DEFAULT_DAYS = 30;
    /** A year, also a leap year. The orders of all these days are gone through for each page. */
    private static final int MAX_DAYS = 366;

    /** What is not between these is a mistake, and some of it no database can hold. */
    private static final LocalDate FIRST_DAY = LocalDate.of(1970, 1, 1);

    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private final RequestQueries queries;
    private final Clock clock;

    @Autowired
    SalesController(RequestQueries queries) {
        this(queries, Clock.systemUTC());
    }

    SalesController(RequestQueries queries, Clock clock) {
        this.queries = queries;
        this.clock = clock;
    }

    /**
     * A page as the outside sees it.
     *
     * @param from first day that was looked at
     * @param to last day that was looked at
     * @param next opaque; given back as {@code cursor} of the same request it asks for the next page; null on the last
     */
    record Page(
            LocalDate from,
            LocalDate to,
            List<DailySales> items,
            @Nullable String next) {}

    /**
     * What is looked at, and where to begin.
     *
     * @param after where the page before ended, or null for the first page
     */
    record Place(LocalDate from, LocalDate to, @Nullable SalesCursor after) {}

    @GetMapping
    @ReadsFrom("sales")
    Page list(
            @RequestParam @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate from,
            @RequestParam @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate to,
            @RequestParam @Nullable String sku,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit,
            @RequestParam @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " rows at a time.");
        }
        String asked = Arrays.asList(from, to, sku).toString();
        // The days of the first page are those of all: what today is may change on the way.
        Place place = cursor == null ? first(from, to) : decode(asked, cursor);
        requireDays(place.from(), place.to());
        SalesPage page = Objects.requireNonNull(
                queries.ask(new FindSales(place.from(), place.to(), sku, limit, place.after()), SalesPage.class));
        return new Page(
                place.from(),
                place.to(),
                page.items(),
                page.next() == null ? null : encode(asked, new Place(place.from(), place.to(), page.next())));
    }

    /** The last days up to the one that is asked for, or up to today. */
    private Place first(@Nullable LocalDate from, @Nullable LocalDate to) {
        LocalDate last = to == null ? LocalDate.now(clock) : to;
        requireDay("to", last);
        return new Place(from == null ? last.minusDays(DEFAULT_DAYS - 1L) : from, last, null);
    }

    private static void requireDay(String parameter, LocalDate day) {
        if (day.isBefore(FIRST_DAY) || day.isAfter(LAST_DAY)) {
            throw invalid(parameter, "OUT_OF_RANGE", "Ask for days from " + FIRST_DAY + " to " + LAST_DAY + ".");
        }
    }

    private static void requireDays(LocalDate from, LocalDate to) {
        requireDay("from", from);
        requireDay("to", to);
        if (to.isBefore(from)) {
            throw invalid("to", "BEFORE_FROM", to + " is before " + from + ": ask for days in their order.");
        }
        if (ChronoUnit.DAYS.between(from, to) >= MAX_DAYS) {
            throw invalid(
                    "to",
                    "RANGE_TOO_LONG",
                    from + " to " + to + " are too many days: ask for " + MAX_DAYS + " at a time.");
        }
    }

    // Cursors.

    /** @param asked what is asked for, in words */
    static String encode(String asked, Place place) {
        SalesCursor after = Objects.requireNonNull(place.after());
        return PageCursor.encode(asked, place.from(), place.to(), after.day(), after.currency(), after.sku());
    }

    static Place decode(String asked, String cursor) {
        return PageCursor.decode(asked, cursor, 5, parts -> {
            LocalDate from = LocalDate.parse(parts.get(0));
            LocalDate to = LocalDate.parse(parts.get(1));
            LocalDate day = LocalDate.parse(parts.get(2));
            if (day.isBefore(from) || day.isAfter(to)) {
                throw new IllegalArgumentException("a day outside the days that are asked for");
            }
            return new Place(from, to, new SalesCursor(day, parts.get(4), parts.get(3)));
        });
    }

    private static InvalidRequest invalid(String parameter, String code, String detail) {
        return new InvalidRequest(List.of(new Fault(parameter, code, detail)));
    }
}
