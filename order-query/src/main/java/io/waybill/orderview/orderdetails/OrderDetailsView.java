package io.waybill.orderview.orderdetails;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderQuery.FindOrder;
import java.time.Instant;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.jspecify.annotations.Nullable;

/**
 * One document per order. The number in the names is the shape of the document: with another shape the view starts from
 * the first event again, beside the old one.
 */
@Projection
@ProcessingGroup("order-details-2")
class OrderDetailsView {

    private final ViewStore<OrderDetails> orders;
    private final QueryUpdateEmitter updates;

    OrderDetailsView(MongoDatabase database, QueryUpdateEmitter updates) {
        this.updates = updates;
        orders = new ViewStore<>(database, "orderDetails2", OrderDetails.class);
    }

    @EventHandler
    void on(OrderEvent event, TrackingToken token, @SequenceNumber long version, @Timestamp Instant at) {
        orders.fold(
                event.orderId(),
                Positions.of(token),
                version,
                order -> told(OrderDetailsFold.fold(order, event, version, at)));
    }

    /** Whoever follows the order is told once the batch is stored. */
    private OrderDetails told(OrderDetails order) {
        if (orders.isFoldedToBeShown()) {
            updates.emit(FindOrder.class, query -> query.orderId().equals(order.orderId()), order);
        }
        return order;
    }

    @QueryHandler
    @Nullable
    OrderDetails handle(FindOrder query) {
        return orders.find(query.orderId());
    }
}
