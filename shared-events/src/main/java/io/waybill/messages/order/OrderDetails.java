package io.waybill.messages.order;

import io.waybill.messages.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order as its customer sees it.
 *
 * @param version number of the order's last event, counted from 0
 * @param reason why it was rejected or cancelled; null otherwise
 * @param placedAt time of the first event, to the millisecond
 * @param updatedAt time of the last event, to the millisecond
 */
public record OrderDetails(
        String orderId,
        String customerId,
        OrderStatus status,
        @Nullable String reason,
        List<OrderLine> lines,
        Money total,
        Address shippingAddress,
        long version,
        Instant placedAt,
        Instant updatedAt) {}
