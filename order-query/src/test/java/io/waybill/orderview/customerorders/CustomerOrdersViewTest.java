package io.waybill.orderview.customerorders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
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
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustomerOrdersViewTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Money TOTAL = new Money(2500, "EUR");

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static CustomerOrdersView view;

    /** Orders 1 and 2 were placed in the same millisecond, order 3 a second later, order 4 another second later. */
    @BeforeAll
    static void placeFourOrders(@TempDir Path folder) {
        databases = new Databases("", folder);
        MongoDatabase database = databases.open("order_query");
        view = new CustomerOrdersView(database);
        on(0, placed("order-1", "ada"), NOON);
        on(1, placed("order-2", "ada"), NOON);
        on(2, placed("order-3", "grace"), NOON.plusSeconds(1));
        on(3, placed("order-4", "ada"), NOON.plusSeconds(2));
        on(4, new OrderConfirmed("order-4"), NOON.plusSeconds(3));
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    @Test
    void showsAPlacedOrder() {
        assertThat(CustomerOrdersView.fold(null, placed("order-1", "ada"), NOON))
                .isEqualTo(summary(OrderStatus.PLACED, NOON));
    }

    @Test
    void followsAnOrder() {
        Instant later = NOON.plusSeconds(1);
        OrderSummary before = summary(OrderStatus.PLACED, NOON);

        assertThat(CustomerOrdersView.fold(before, new OrderConfirmed("order-1"), later))
                .isEqualTo(summary(OrderStatus.CONFIRMED, later));
        assertThat(CustomerOrdersView.fold(before, new OrderRejected("order-1", "OUT_OF_STOCK"), later))
                .isEqualTo(summary(OrderStatus.REJECTED, later));
        assertThat(CustomerOrdersView.fold(
                        before, new OrderCancelled("order-1", "no", OrderStatus.PLACED, List.of()), later))
                .isEqualTo(summary(OrderStatus.CANCELLED, later));
    }

    @Test
    void refusesAnOrderThatMovesBeforeItWasPlaced() {
        assertThatThrownBy(() -> CustomerOrdersView.fold(null, new OrderConfirmed("order-1"), NOON))
                .hasMessageContaining("before it was placed");
    }

    @Test
    void listsNewestFirst() {
        assertThat(ids(all(10, null))).containsExactly("order-4", "order-3", "order-2", "order-1");
    }

    @Test
    void pagesShowEachOrderOnceAlsoWhenSeveralWerePlacedAtOnce() {
        List<String> seen = new ArrayList<>();
        @Nullable OrderCursor after = null;
        do {
            OrderPage page = all(1, after);
            seen.addAll(ids(page));
            after = page.next();
        } while (after != null);

        assertThat(seen).containsExactly("order-4", "order-3", "order-2", "order-1");
    }

    @Test
    void aFullLastPageHasNoNext() {
        assertThat(all(4, null).next()).isNull();
        assertThat(all(3, null).next()).isEqualTo(new OrderCursor(NOON, "order-2"));
    }

    @Test
    void filtersByCustomer() {
        assertThat(ids(view.handle(new FindOrders("ada", null, null, null, 10, null))))
                .containsExactly("order-4", "order-2", "order-1");
    }

    @Test
    void filtersByStatus() {
        assertThat(ids(view.handle(new FindOrders(null, OrderStatus.CONFIRMED, null, null, 10, null))))
                .containsExactly("order-4");
    }

    @Test
    void filtersFromInclusiveToExclusive() {
        assertThat(ids(view.handle(new FindOrders(null, null, NOON.plusSeconds(1), NOON.plusSeconds(2), 10, null))))
                .containsExactly("order-3");
    }

    private static OrderPage all(int limit, @Nullable OrderCursor after) {
        return view.handle(new FindOrders(null, null, null, null, limit, after));
    }

    private static List<String> ids(OrderPage page) {
        return page.items().stream().map(OrderSummary::orderId).toList();
    }

    private static void on(long position, OrderEvent event, Instant at) {
        view.on(event, new GlobalSequenceTrackingToken(position), at);
    }

    private static OrderSummary summary(OrderStatus status, Instant updatedAt) {
        return new OrderSummary("order-1", "ada", status, TOTAL, NOON, updatedAt);
    }

    private static OrderPlaced placed(String orderId, String customerId) {
        var address = new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
        return new OrderPlaced(orderId, customerId, List.of(), TOTAL, address, "tok_ok");
    }
}
