package io.waybill.orderview.customerorders;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderQuery.ChangedOrders;
import io.waybill.messages.order.OrderQuery.FindChangedOrders;
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
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * One document per order, with what a list shows of it. The number in the names is the shape of the document: with
 * another shape the view starts from the first event again, beside the old one.
 */
@Projection
@ProcessingGroup("customer-orders-2")
class CustomerOrdersView {

    private static final String ORDER_ID = "view.order.orderId";
    private static final String CUSTOMER_ID = "view.order.customerId";
    private static final String STATUS = "view.order.status";
    private static final String PLACED_AT = "view.order.placedAt";
    /** Of the last event of the order. */
    private static final String POSITION = "position";

    private final ViewStore<Row> orders;
    private final QueryUpdateEmitter updates;

    /**
     * What is kept of an order.
     *
     * @param underway parcels that have left the house and not arrived: without any, a complete order is delivered
     */
    public record Row(OrderSummary order, int underway) {

        private OrderStatus status() {
            return order.status();
        }

        private Row underway(int more) {
            return new Row(order, underway + more);
        }

        private Row touched(Instant at) {
            return moved(status(), at);
        }

        private Row moved(OrderStatus status, Instant at) {
            return new Row(
                    new OrderSummary(order.orderId(), order.customerId(), status, order.total(), order.placedAt(), at),
                    underway);
        }

        private Row priced(Money total, Instant at) {
            return new Row(
                    new OrderSummary(order.orderId(), order.customerId(), order.status(), total, order.placedAt(), at),
                    underway);
        }
    }

    CustomerOrdersView(MongoDatabase database, QueryUpdateEmitter updates) {
        this.updates = updates;
        orders = new ViewStore<>(database, "customerOrders2", Row.class);
        for (String field : List.of(CUSTOMER_ID, STATUS)) {
            orders.index(Indexes.compoundIndex(Indexes.ascending(field), Indexes.descending(PLACED_AT, ORDER_ID)));
        }
        orders.index(Indexes.descending(PLACED_AT, ORDER_ID));
        orders.index(Indexes.ascending(POSITION));
    }

    @EventHandler
    void on(OrderEvent event, TrackingToken token, @SequenceNumber long sequence, @Timestamp Instant at) {
        orders.fold(event.orderId(), Positions.of(token), sequence, order -> told(fold(order, event, at)));
    }

    /** Whoever follows the list is told once the batch is stored. */
    private Row told(Row row) {
        if (orders.isFoldedToBeShown()) {
            updates.emit(FindChangedOrders.class, query -> query.wants(row.order()), row.order());
        }
        return row;
    }

    /** Asks for one row more than a page has, to know whether there is a next page. */
    @QueryHandler
    OrderPage handle(FindOrders query) {
        List<OrderSummary> rows =
                orders.find(filter(query), descending(PLACED_AT, ORDER_ID), query.limit() + 1).stream()
                        .map(Row::order)
                        .toList();
        if (rows.size() <= query.limit()) {
            return new OrderPage(rows, null);
        }
        List<OrderSummary> page = List.copyOf(rows.subList(0, query.limit()));
        OrderSummary last = page.getLast();
        return new OrderPage(page, new OrderCursor(last.placedAt(), last.orderId()));
    }

    @QueryHandler
    ChangedOrders handle(FindChangedOrders query) {
        List<Bson> filters = of(query.customerId(), query.status());
        filters.add(gt(POSITION, query.after()));
        return new ChangedOrders(orders.find(and(filters), ascending(POSITION), query.limit()).stream()
                .map(Row::order)
                .toList());
    }

    private static List<Bson> of(@Nullable String customerId, @Nullable OrderStatus status) {
        List<Bson> filters = new ArrayList<>();
        if (customerId != null) {
            filters.add(eq(CUSTOMER_ID, customerId));
        }
        if (status != null) {
            filters.add(eq(STATUS, status.name()));
        }
        return filters;
    }

    private static Bson filter(FindOrders query) {
        List<Bson> filters = of(query.customerId(), query.status());
        if (query.from() != null) {
            filters.add(gte(PLACED_AT, query.from()));
        }
        if (query.to() != null) {
            filters.add(lt(PLACED_AT, query.to()));
        }
        if (query.after() != null) {
            Instant placedAt = query.after().placedAt();
            // What follows says the same, but an index cannot begin there.
            filters.add(lte(PLACED_AT, placedAt));
            filters.add(or(
                    lt(PLACED_AT, placedAt),
                    and(eq(PLACED_AT, placedAt), lt(ORDER_ID, query.after().orderId()))));
        }
        return filters.isEmpty() ? empty() : and(filters);
    }

    static Row fold(@Nullable Row row, OrderEvent event, Instant at) {
        if (event instanceof OrderPlaced placed) {
            return new Row(
                    new OrderSummary(placed.orderId(), placed.customerId(), OrderStatus.PLACED, placed.total(), at, at),
                    0);
        }
        Row before = Objects.requireNonNull(row, "moved before it was placed");
        return switch (event) {
            case OrderPlaced placed -> throw new IllegalStateException("An order is placed once");
            case OrderConfirmed confirmed -> before.moved(OrderStatus.CONFIRMED, at);
            case OrderRejected rejected -> before.moved(OrderStatus.REJECTED, at);
            case OrderCancelled cancelled -> before.moved(OrderStatus.CANCELLED, at);
            case RestCancelled rest
            when rest.complete() ->
                before.moved(before.underway() == 0 ? OrderStatus.DELIVERED : OrderStatus.SHIPPED, at);
            case OrderAmended amended -> before.priced(amended.total(), at);
            case OrderShipped shipped ->
                before.underway(1).moved(shipped.complete() ? OrderStatus.SHIPPED : OrderStatus.PARTIALLY_SHIPPED, at);
            case ShipmentDelivered delivered ->
                before.underway(-1).moved(delivered.complete() ? OrderStatus.DELIVERED : before.status(), at);
            case RestCancelled rest -> before.touched(at);
            case AmendmentRequested requested -> before.touched(at);
            case AmendmentRefused refused -> before.touched(at);
            case BackorderArrived arrived -> before.touched(at);
            case ShipmentRequested requested -> before.touched(at);
            case ShipmentRefused refused -> before.touched(at);
            case ReturnRequested requested -> before.touched(at);
            case ExchangeRequested requested -> before.touched(at);
            case ReturnReceived received -> before.touched(at);
            case ReturnInspected inspected -> before.touched(at);
            case ReturnCompleted completed -> before.touched(at);
            case ReturnRefundRefused refused -> before.touched(at);
        };
    }
}
