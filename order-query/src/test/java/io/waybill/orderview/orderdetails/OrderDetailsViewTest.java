package io.waybill.orderview.orderdetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderDetailsViewTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final OrderPlaced PLACED = new OrderPlaced(
            "order-7",
            "customer-7",
            List.of(new OrderLine("TEA-500", 2, new Money(1250, "EUR"))),
            new Money(2500, "EUR"),
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB"),
            "tok_ok");

    @Test
    void showsAPlacedOrder() {
        assertThat(after(PLACED)).isEqualTo(view(OrderStatus.PLACED, null, 0));
    }

    @Test
    void showsAConfirmedOrder() {
        assertThat(after(PLACED, new OrderConfirmed("order-7"))).isEqualTo(view(OrderStatus.CONFIRMED, null, 1));
    }

    @Test
    void showsWhyAnOrderWasRejected() {
        assertThat(after(PLACED, new OrderRejected("order-7", "OUT_OF_STOCK")))
                .isEqualTo(view(OrderStatus.REJECTED, "OUT_OF_STOCK", 1));
    }

    @Test
    void showsWhyAnOrderWasCancelled() {
        var cancelled = new OrderCancelled("order-7", "changed my mind", OrderStatus.CONFIRMED, List.of("TEA-500"));

        assertThat(after(PLACED, new OrderConfirmed("order-7"), cancelled))
                .isEqualTo(view(OrderStatus.CANCELLED, "changed my mind", 2));
    }

    @Test
    void refusesAnOrderThatMovesBeforeItWasPlaced() {
        assertThatThrownBy(() -> after(new OrderConfirmed("order-7"))).hasMessageContaining("before it was placed");
    }

    private static OrderDetails view(OrderStatus status, @Nullable String reason, int version) {
        return new OrderDetails(
                "order-7",
                "customer-7",
                status,
                reason,
                PLACED.lines(),
                PLACED.total(),
                PLACED.shippingAddress(),
                version,
                START,
                START.plusSeconds(version));
    }

    /** The first event happens at the start, each later one a second after the one before. */
    private static OrderDetails after(OrderEvent... events) {
        @Nullable OrderDetails view = null;
        for (int version = 0; version < events.length; version++) {
            view = OrderDetailsView.fold(view, events[version], version, START.plusSeconds(version));
        }
        return Objects.requireNonNull(view);
    }
}
