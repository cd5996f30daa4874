package io.waybill.messages.order;

import io.waybill.messages.Money;
import java.time.Instant;

/** One row of a list of orders. */
public record OrderSummary(
        String orderId, String customerId, OrderStatus status, Money total, Instant placedAt, Instant updatedAt) {}
