package io.waybill.orderview;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.LiveStreams;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Shows orders as they change. */
@RestController
@RequestMapping("/api/orders")
class OrderStreamController {

    /** Given back by browsers that come back. */
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final LiveStreams streams;
    private final RequestQueries queries;
    private final History<OrderDetails> history;
    private final ReadPositions positions;

    OrderStreamController(
            LiveStreams streams, RequestQueries queries, History<OrderDetails> history, ReadPositions positions) {
        this.streams = streams;
        this.queries = queries;
        this.history = history;
        this.positions = positions;
    }

    /** Each change of an order in the list. The ID of an event is a position that the stream has told all up to. */
    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter board(
            @RequestParam @Nullable String customerId,
            @RequestParam @Nullable OrderStatus status,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String lastEventId) {
        @Nullable Long last = number(lastEventId);
        if (last != null) {
            requireThere(last);
        }
        return streams.open(wake -> new BoardStream(queries, positions, customerId, status, last, wake));
    }

    /** The order now, or what changed since the browser was here last, and then each change. The ID is the version. */
    @GetMapping(path = "/{orderId}/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter one(
            @PathVariable String orderId,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String lastEventId) {
        @Nullable Long last = number(lastEventId);
        long version = history.read(orderId, event -> false, unwanted -> {})
                .orElseThrow(() -> RequestRefused.notFound("ORDER_NOT_FOUND", "There is no order " + orderId + "."))
                .last();
        if (last != null && last > version) {
            throw invalid("The latest version is " + version + ".");
        }
        return streams.open(wake -> new OrderStream(queries, history, orderId, last, wake));
    }

    private void requireThere(long position) {
        long end = positions.last();
        if (position > end) {
            throw invalid("The last event is at position " + end + ".");
        }
    }

    private static @Nullable Long number(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return null;
        }
        if (!lastEventId.matches("[0-9]{1,18}")) {
            throw invalid("Give back the ID of the last event.");
        }
        return Long.valueOf(lastEventId);
    }

    private static InvalidRequest invalid(String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(LAST_EVENT_ID, "UNUSABLE_VALUE", detail)));
    }
}
