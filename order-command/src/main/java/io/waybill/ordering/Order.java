package io.waybill.ordering;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * An order. The handlers create it if it is missing, so that an unknown order is refused here and not in the framework.
 */
@Aggregate
class Order {

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String orderId;

    private @Nullable OrderPlaced placed;
    private OrderStatus status = OrderStatus.PLACED;

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(PlaceOrder command) {
        if (placed == null) {
            apply(new OrderPlaced(
                    command.orderId(),
                    command.customerId(),
                    command.lines(),
                    total(command.lines()),
                    command.shippingAddress(),
                    command.paymentToken()));
        } else if (!isRepeatedBy(command, placed)) {
            throw Misuse.invalid(
                    "IDEMPOTENCY_KEY_REUSED",
                    "This Idempotency-Key came with another body before. Use a new key for a new order.");
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ConfirmOrder command) {
        known(command.orderId());
        if (status == OrderStatus.PLACED) {
            apply(new OrderConfirmed(command.orderId()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RejectOrder command) {
        known(command.orderId());
        if (status == OrderStatus.PLACED) {
            apply(new OrderRejected(command.orderId(), command.reason()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CancelOrder command) {
        OrderPlaced order = known(command.orderId());
        switch (status) {
            case PLACED, CONFIRMED ->
                apply(new OrderCancelled(
                        order.orderId(),
                        command.reason(),
                        status,
                        order.lines().stream().map(OrderLine::sku).toList()));
            case REJECTED ->
                throw Misuse.conflict(
                        "ORDER_NOT_CANCELLABLE", "The order was rejected; there is nothing left to cancel.");
            case CANCELLED -> {}
        }
    }

    @EventSourcingHandler
    void on(OrderEvent event) {
        switch (event) {
            case OrderPlaced order -> {
                orderId = order.orderId();
                placed = order;
                status = OrderStatus.PLACED;
            }
            case OrderConfirmed confirmed -> status = OrderStatus.CONFIRMED;
            case OrderRejected rejected -> status = OrderStatus.REJECTED;
            case OrderCancelled cancelled -> status = OrderStatus.CANCELLED;
        }
    }

    private OrderPlaced known(String id) {
        if (placed == null) {
            throw Misuse.notFound("ORDER_NOT_FOUND", "There is no order " + id + ".");
        }
        return placed;
    }

    /** The unit prices are left out: they may have changed between the two requests, and the first ones count. */
    private static boolean isRepeatedBy(PlaceOrder command, OrderPlaced placed) {
        return command.customerId().equals(placed.customerId())
                && wanted(command.lines()).equals(wanted(placed.lines()))
                && command.shippingAddress().equals(placed.shippingAddress())
                && command.paymentToken().equals(placed.paymentToken());
    }

    private record Wanted(String sku, int quantity) {}

    private static List<Wanted> wanted(List<OrderLine> lines) {
        return lines.stream()
                .map(line -> new Wanted(line.sku(), line.quantity()))
                .toList();
    }

    private static Money total(List<OrderLine> lines) {
        return lines.stream().map(OrderLine::price).reduce(Money::plus).orElseThrow();
    }
}
