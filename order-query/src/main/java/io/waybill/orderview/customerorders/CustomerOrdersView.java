package io.waybill.orderview.customerorders;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.descending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderQuery.FindOrders;
import io.waybill.messages.order.OrderQuery.OrderCursor;
import io.waybill.messages.order.OrderQuery.OrderPage;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.order.OrderSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** One document per order, with what a list shows of it. */
@Projection
@ProcessingGroup("customer-orders")
class CustomerOrdersView {

    private static final String ORDER_ID = "view.orderId";
    private static final String PLACED_AT = "view.placedAt";

    private final ViewStore<OrderSummary> orders;

    CustomerOrdersView(MongoDatabase database) {
        orders = new ViewStore<>(database, "customerOrders", OrderSummary.class);
    }

    @EventHandler
    void on(OrderEvent event, TrackingToken token, @Timestamp Instant at) {
        orders.fold(event.orderId(), Positions.of(token), order -> fold(order, event, at));
    }

    /** Asks for one row more than a page has, to know whether there is a next page. */
    @QueryHandler
    OrderPage handle(FindOrders query) {
        List<OrderSummary> rows = orders.find(filter(query), descending(PLACED_AT, ORDER_ID), query.limit() + 1);
        if (rows.size() <= query.limit()) {
            return new OrderPage(rows, null);
        }
        List<OrderSummary> page = List.copyOf(rows.subList(0, query.limit()));
        OrderSummary last = page.getLast();
        return new OrderPage(page, new OrderCursor(last.placedAt(), last.orderId()));
    }

    private static Bson filter(FindOrders query) {
        List<Bson> filters = new ArrayList<>();
        if (query.customerId() != null) {
            filters.add(eq("view.customerId", query.customerId()));
        }
        if (query.status() != null) {
            filters.add(eq("view.status", query.status().name()));
        }
        if (query.from() != null) {
            filters.add(gte(PLACED_AT, query.from()));
        }
        if (query.to() != null) {
            filters.add(lt(PLACED_AT, query.to()));
        }
        if (query.after() != null) {
            Instant placedAt = query.after().placedAt();
            filters.add(or(
                    lt(PLACED_AT, placedAt),
                    and(eq(PLACED_AT, placedAt), lt(ORDER_ID, query.after().orderId()))));
        }
        return filters.isEmpty() ? empty() : and(filters);
    }

    static OrderSummary fold(@Nullable OrderSummary order, OrderEvent event, Instant at) {
        return switch (event) {
            case OrderPlaced placed ->
                new OrderSummary(placed.orderId(), placed.customerId(), OrderStatus.PLACED, placed.total(), at, at);
            case OrderConfirmed confirmed -> moved(order, OrderStatus.CONFIRMED, at);
            case OrderRejected rejected -> moved(order, OrderStatus.REJECTED, at);
            case OrderCancelled cancelled -> moved(order, OrderStatus.CANCELLED, at);
        };
    }

    private static OrderSummary moved(@Nullable OrderSummary order, OrderStatus status, Instant at) {
        OrderSummary before = Objects.requireNonNull(order, "moved before it was placed");
        return new OrderSummary(before.orderId(), before.customerId(), status, before.total(), before.placedAt(), at);
    }
}
