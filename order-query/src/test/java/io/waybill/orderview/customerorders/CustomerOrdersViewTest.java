package io.waybill.orderview.customerorders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderQuery.FindChangedOrders;
import io.waybill.messages.order.OrderQuery.FindOrders;
import io.waybill.messages.order.OrderQuery.OrderCursor;
import io.waybill.messages.order.OrderQuery.OrderPage;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.order.OrderSummary;
import io.waybill.orderview.Batch;
import io.waybill.orderview.RandomHistory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;

class CustomerOrdersViewTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Money TOTAL = new Money(2500, "EUR");
    private static final Money LESS = new Money(1250, "EUR");
    private static final OrderPlaced PLACED = placed("order-1", "ada");
    private static final OrderConfirmed CONFIRMED = confirmed("order-1");
    private static final QueryUpdateEmitter UPDATES = mock();

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static CustomerOrdersView view;

    /** Orders 1 and 2 were placed in the same millisecond, order 3 a second later, order 4 another second later. */
    @BeforeAll
    static void placeFourOrders(@TempDir Path folder) {
        databases = new Databases("", folder);
        MongoDatabase database = databases.open("order_query");
        view = new CustomerOrdersView(database, UPDATES);
        on(0, 0, placed("order-1", "ada"), NOON);
        on(1, 0, placed("order-2", "ada"), NOON);
        on(2, 0, placed("order-3", "grace"), NOON.plusSeconds(1));
        on(3, 0, placed("order-4", "ada"), NOON.plusSeconds(2));
        on(4, 1, confirmed("order-4"), NOON.plusSeconds(3));
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    @Test
    void showsAPlacedOrder() {
        assertThat(after(PLACED)).isEqualTo(summary(OrderStatus.PLACED, TOTAL, NOON));
    }

    static Stream<Arguments> moves() {
        return Stream.of(
                arguments(List.of(CONFIRMED), OrderStatus.CONFIRMED),
                arguments(List.of(new OrderRejected("order-1", "OUT_OF_STOCK")), OrderStatus.REJECTED),
                arguments(
                        List.of(new OrderCancelled("order-1", "no", OrderStatus.PLACED, List.of())),
                        OrderStatus.CANCELLED),
                arguments(List.of(CONFIRMED, shipped("1", false)), OrderStatus.PARTIALLY_SHIPPED),
                arguments(List.of(CONFIRMED, shipped("1", false), shipped("2", true)), OrderStatus.SHIPPED),
                arguments(List.of(CONFIRMED, shipped("1", false), arrived("1", false)), OrderStatus.PARTIALLY_SHIPPED),
                arguments(List.of(CONFIRMED, shipped("1", true), arrived("1", true)), OrderStatus.DELIVERED),
                arguments(List.of(CONFIRMED, shipped("1", false), restCancelled(true)), OrderStatus.SHIPPED),
                arguments(
                        List.of(CONFIRMED, shipped("1", false), arrived("1", false), restCancelled(true)),
                        OrderStatus.DELIVERED),
                arguments(List.of(CONFIRMED, restCancelled(false)), OrderStatus.CONFIRMED));
    }

    @ParameterizedTest
    @MethodSource("moves")
    void followsAnOrder(List<OrderEvent> events, OrderStatus status) {
        OrderEvent[] all = Stream.concat(Stream.of(PLACED), events.stream()).toArray(OrderEvent[]::new);

        assertThat(after(all)).isEqualTo(summary(status, TOTAL, NOON.plusSeconds(events.size())));
    }

    @Test
    void showsThePriceOfAnAmendedOrderOnceItIsAmended() {
        var wanted = new AmendmentRequested("order-1", "a-1", List.of(), LESS, List.of(), List.of(), LESS.zero());
        var refused = new AmendmentRefused("order-1", "a-1", "OUT_OF_STOCK");
        var amended = new OrderAmended("order-1", "a-1", List.of(), LESS);

        assertThat(after(PLACED, CONFIRMED, wanted).total()).isEqualTo(TOTAL);
        assertThat(after(PLACED, CONFIRMED, wanted, refused).total()).isEqualTo(TOTAL);
        assertThat(after(PLACED, CONFIRMED, wanted, amended).total()).isEqualTo(LESS);
    }

    @Test
    void anyLifeEndsWhereItsEventsSay() {
        RandomHistory.many().forEach(history -> {
            OrderSummary order = after(history.events().toArray(OrderEvent[]::new));

            assertThat(order.status()).as("status of %s", history).isEqualTo(history.status());
            assertThat(order.total()).as("total of %s", history).isEqualTo(history.total());
            assertThat(order.updatedAt())
                    .isEqualTo(NOON.plusSeconds(history.events().size() - 1));
        });
    }

    @Test
    void refusesAnOrderThatMovesBeforeItWasPlaced() {
        assertThatThrownBy(() -> after(CONFIRMED)).hasMessageContaining("before it was placed");
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

    @Test
    void tellsWhatChangedSinceAPosition() {
        assertThat(changed(null, null, -1, 10)).containsExactly("order-1", "order-2", "order-3", "order-4");
        assertThat(changed(null, null, 1, 10)).containsExactly("order-3", "order-4");
        assertThat(changed(null, null, 0, 1)).containsExactly("order-2");
        assertThat(changed("ada", null, 0, 10)).containsExactly("order-2", "order-4");
        assertThat(changed(null, OrderStatus.CONFIRMED, -1, 10)).containsExactly("order-4");
        assertThat(changed(null, null, 4, 10)).isEmpty();
    }

    @Test
    void tellsWhoeverFollowsTheListOfEachChange() {
        List<String> told = Mockito.mockingDetails(UPDATES).getInvocations().stream()
                .map(invocation -> ((OrderSummary) invocation.getArgument(2)))
                .map(order -> order.orderId() + " " + order.status())
                .toList();

        assertThat(told)
                .containsExactly(
                        "order-1 PLACED", "order-2 PLACED", "order-3 PLACED", "order-4 PLACED", "order-4 CONFIRMED");
    }

    @Test
    void tellsNobodyOfWhatIsMadeBesideTheListThatIsShown() {
        QueryUpdateEmitter updates = mock();
        var rebuilt = new CustomerOrdersView(databases.open("rebuilt"), updates);
        Runnable handling = () -> rebuilt.on(PLACED, new GlobalSequenceTrackingToken(0), 0, NOON);

        Batch.handledIn(Slot.SECOND, "customer-orders-2", handling);
        verifyNoInteractions(updates);

        Batch.handledIn(Slot.FIRST, "customer-orders-2", handling);
        verify(updates).emit(eq(FindChangedOrders.class), any(), eq(after(PLACED)));
    }

    @Test
    void followsOnlyWhatIsAskedFor() {
        OrderSummary order = after(PLACED, CONFIRMED);

        assertThat(new FindChangedOrders(null, null, 0, 1).wants(order)).isTrue();
        assertThat(new FindChangedOrders("ada", OrderStatus.CONFIRMED, 0, 1).wants(order))
                .isTrue();
        assertThat(new FindChangedOrders("grace", null, 0, 1).wants(order)).isFalse();
        assertThat(new FindChangedOrders(null, OrderStatus.PLACED, 0, 1).wants(order))
                .isFalse();
    }

    private static List<String> changed(
            @Nullable String customerId, @Nullable OrderStatus status, long after, int limit) {
        return view.handle(new FindChangedOrders(customerId, status, after, limit)).items().stream()
                .map(OrderSummary::orderId)
                .toList();
    }

    private static OrderPage all(int limit, @Nullable OrderCursor after) {
        return view.handle(new FindOrders(null, null, null, null, limit, after));
    }

    private static List<String> ids(OrderPage page) {
        return page.items().stream().map(OrderSummary::orderId).toList();
    }

    private static void on(long position, long sequence, OrderEvent event, Instant at) {
        view.on(event, new GlobalSequenceTrackingToken(position), sequence, at);
    }

    /** The first event happens at noon, each later one a second after the one before. */
    private static OrderSummary after(OrderEvent... events) {
        CustomerOrdersView.@Nullable Row row = null;
        for (int i = 0; i < events.length; i++) {
            row = CustomerOrdersView.fold(row, events[i], NOON.plusSeconds(i));
        }
        return Objects.requireNonNull(row).order();
    }

    private static OrderSummary summary(OrderStatus status, Money total, Instant updatedAt) {
        return new OrderSummary("order-1", "ada", status, total, NOON, updatedAt);
    }

    private static OrderPlaced placed(String orderId, String customerId) {
        var address = new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
        return new OrderPlaced(orderId, customerId, List.of(), TOTAL, address, "tok_ok", null);
    }

    private static OrderConfirmed confirmed(String orderId) {
        return new OrderConfirmed(orderId, List.of());
    }

    private static OrderShipped shipped(String shipmentId, boolean complete) {
        return new OrderShipped("order-1", shipmentId, List.of(), LESS, null, complete);
    }

    private static ShipmentDelivered arrived(String shipmentId, boolean complete) {
        return new ShipmentDelivered("order-1", shipmentId, complete);
    }

    private static RestCancelled restCancelled(boolean complete) {
        return new RestCancelled("order-1", "cancellation-1", "too late", List.of(), complete);
    }
}
