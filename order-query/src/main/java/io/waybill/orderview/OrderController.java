package io.waybill.orderview;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.PageCursor;
import io.waybill.chassis.web.PastViews;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderQuery.FindOrder;
import io.waybill.messages.order.OrderQuery.FindOrders;
import io.waybill.messages.order.OrderQuery.FindTimeline;
import io.waybill.messages.order.OrderQuery.OrderCursor;
import io.waybill.messages.order.OrderQuery.OrderPage;
import io.waybill.messages.order.OrderQuery.OrderTimeline;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.order.OrderSummary;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows orders to the outside. */
@RestController
@RequestMapping("/api/orders")
class OrderController {

    private static final int DEFAULT_LIMIT = 50;
    /** A page that is read and sent in milliseconds. */
    private static final int MAX_LIMIT = 200;

    private final RequestQueries queries;
    private final History<OrderDetails> history;
    private final PastViews past;

    OrderController(RequestQueries queries, History<OrderDetails> history, PastViews past) {
        this.queries = queries;
        this.history = history;
        this.past = past;
    }

    /**
     * A page as the outside sees it.
     *
     * @param next opaque; given back as {@code cursor} of the same request it asks for the next page; null on the last
     */
    record Page(List<OrderSummary> items, @Nullable String next) {}

    @GetMapping
    @ReadsFrom("customer-orders-2")
    Page list(
            @RequestParam @Nullable String customerId,
            @RequestParam @Nullable OrderStatus status,
            @RequestParam @Nullable Instant from,
            @RequestParam @Nullable Instant to,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit,
            @RequestParam @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " orders at a time.");
        }
        String asked = Arrays.asList(customerId, status, from, to).toString();
        @Nullable OrderCursor after = cursor == null ? null : decode(asked, cursor);
        OrderPage page = Objects.requireNonNull(
                queries.ask(new FindOrders(customerId, status, from, to, limit, after), OrderPage.class));
        return new Page(page.items(), page.next() == null ? null : encode(asked, page.next()));
    }

    /** The version goes with it as the entity tag by which a change says what it was decided on. */
    @GetMapping("/{orderId}")
    @ReadsFrom(value = "order-details-2", aggregate = "{orderId}")
    ResponseEntity<OrderDetails> one(
            @PathVariable String orderId, @RequestParam @Nullable Long version, @RequestParam @Nullable Instant at) {
        if (version != null || at != null) {
            return past.show(history, orderId, version, at, () -> unknown(orderId));
        }
        @Nullable OrderDetails order = queries.ask(new FindOrder(orderId), OrderDetails.class);
        if (order == null) {
            throw unknown(orderId);
        }
        return ResponseEntity.ok().eTag("\"" + order.version() + "\"").body(order);
    }

    @GetMapping("/{orderId}/changes")
    PastViews.Changes changes(
            @PathVariable String orderId, @RequestParam @Nullable Long from, @RequestParam @Nullable Long to) {
        return past.changes(history, orderId, from, to, () -> unknown(orderId));
    }

    @GetMapping("/{orderId}/timeline")
    @ReadsFrom(value = "timeline", aggregate = "{orderId}")
    OrderTimeline timeline(@PathVariable String orderId) {
        OrderTimeline timeline = Objects.requireNonNull(queries.ask(new FindTimeline(orderId), OrderTimeline.class));
        if (timeline.entries().isEmpty()) {
            throw unknown(orderId);
        }
        return timeline;
    }

    private static RequestRefused unknown(String orderId) {
        return RequestRefused.notFound("ORDER_NOT_FOUND", "There is no order " + orderId + ".");
    }

    /** @param asked what is asked for, in words */
    static String encode(String asked, OrderCursor cursor) {
        return PageCursor.encode(asked, cursor.placedAt(), cursor.orderId());
    }

    static OrderCursor decode(String asked, String cursor) {
        return PageCursor.decode(
                asked, cursor, 2, place -> new OrderCursor(Instant.parse(place.getFirst()), place.getLast()));
    }

    private static InvalidRequest invalid(String parameter, String code, String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(parameter, code, detail)));
    }
}
