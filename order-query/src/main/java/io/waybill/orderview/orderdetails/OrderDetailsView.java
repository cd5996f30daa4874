package io.waybill.orderview.orderdetails;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderQuery.FindOrder;
import io.waybill.messages.order.OrderStatus;
import java.time.Instant;
import java.util.Objects;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/** One document per order. */
@Projection
@ProcessingGroup("order-details")
class OrderDetailsView {

    private final ViewStore<OrderDetails> orders;

    OrderDetailsView(MongoDatabase database) {
        orders = new ViewStore<>(database, "orderDetails", OrderDetails.class);
    }

    @EventHandler
    void on(OrderEvent event, TrackingToken token, @SequenceNumber long version, @Timestamp Instant at) {
        orders.fold(event.orderId(), Positions.of(token), order -> fold(order, event, version, at));
    }

    @QueryHandler
    @Nullable
    OrderDetails handle(FindOrder query) {
        return orders.find(query.orderId());
    }

    static OrderDetails fold(@Nullable OrderDetails order, OrderEvent event, long version, Instant at) {
        return switch (event) {
            case OrderPlaced placed ->
                new OrderDetails(
                        placed.orderId(),
                        placed.customerId(),
                        OrderStatus.PLACED,
                        null,
                        placed.lines(),
                        placed.total(),
                        placed.shippingAddress(),
                        version,
                        at,
                        at);
            case OrderConfirmed confirmed -> moved(order, OrderStatus.CONFIRMED, null, version, at);
            case OrderRejected rejected -> moved(order, OrderStatus.REJECTED, rejected.reason(), version, at);
            case OrderCancelled cancelled -> moved(order, OrderStatus.CANCELLED, cancelled.reason(), version, at);
        };
    }

    private static OrderDetails moved(
            @Nullable OrderDetails order, OrderStatus status, @Nullable String reason, long version, Instant at) {
        OrderDetails before = Objects.requireNonNull(order, "moved before it was placed");
        return new OrderDetails(
                before.orderId(),
                before.customerId(),
                status,
                reason,
                before.lines(),
                before.total(),
                before.shippingAddress(),
                version,
                before.placedAt(),
                at);
    }
}
