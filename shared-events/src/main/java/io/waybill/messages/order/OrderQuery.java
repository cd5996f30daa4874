package io.waybill.messages.order;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be read about orders. */
public sealed interface OrderQuery {

    /**
     * Asks for one order; answered by {@link OrderDetails}, or null if there is none, and followed by one for each change.
     */
    record FindOrder(String orderId) implements OrderQuery {}

    /**
     * Asks for orders, newest first; answered by an {@link OrderPage}. Every filter that is null lets all pass.
     *
     * @param from earliest time of placing, inclusive
     * @param to latest time of placing, exclusive
     * @param limit rows per page, at least 1
     * @param after where the page before ended, or null for the first page
     */
    record FindOrders(
            @Nullable String customerId,
            @Nullable OrderStatus status,
            @Nullable Instant from,
            @Nullable Instant to,
            int limit,
            @Nullable OrderCursor after)
            implements OrderQuery {}

    /**
     * Asks for orders that changed after a position, those that changed first before the others; answered by
     * {@link ChangedOrders}, and followed by an {@link OrderSummary} for each one that changes. Every filter that is null lets
     * all pass; it is the order after the change that has to pass.
     *
     * @param after position of an event
     * @param limit at most so many, at least 1
     */
    record FindChangedOrders(
            @Nullable String customerId, @Nullable OrderStatus status, long after, int limit) implements OrderQuery {

        /** Whether an order is one of those asked for. */
        public boolean wants(OrderSummary order) {
            return (customerId == null || customerId.equals(order.customerId()))
                    && (status == null || status == order.status());
        }
    }

    /** Asks for the events of one order across all services; answered by an {@link OrderTimeline}. */
    record FindTimeline(String orderId) implements OrderQuery {}

    /**
     * Asks for what was sold, the last day first and each day by SKU; answered by a {@link SalesPage}.
     *
     * @param from first day, in UTC
     * @param to last day, which counts too
     * @param sku only this one, or null for all
     * @param limit rows per page, at least 1
     * @param after where the page before ended, or null for the first page
     */
    record FindSales(
            LocalDate from,
            LocalDate to,
            @Nullable String sku,
            int limit,
            @Nullable SalesCursor after) implements OrderQuery {}

    /** Orders that changed. A wrapper, because a bare list loses its element type on the wire. */
    record ChangedOrders(List<OrderSummary> items) {}

    /** Where a page of orders ended. */
    record OrderCursor(Instant placedAt, String orderId) {}

    /**
     * A page of orders. A wrapper, because a bare list loses its element type on the wire.
     *
     * @param next where the next page starts, or null if this is the last
     */
    record OrderPage(List<OrderSummary> items, @Nullable OrderCursor next) {}

    /** Where a page of sales ended. */
    record SalesCursor(LocalDate day, String sku, String currency) {}

    /**
     * A page of sales, without days on which nothing moved. A wrapper, because a bare list loses its element type on the
     * wire.
     *
     * @param next where the next page starts, or null if this is the last
     */
    record SalesPage(List<DailySales> items, @Nullable SalesCursor next) {}

    /** The events of one order in the order of the event store; empty if the order is unknown. */
    record OrderTimeline(String orderId, List<TimelineEntry> entries) {}
}
