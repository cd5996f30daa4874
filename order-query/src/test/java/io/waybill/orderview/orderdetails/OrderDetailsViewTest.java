package io.waybill.orderview.orderdetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderQuery.FindOrder;
import io.waybill.orderview.Batch;
import io.waybill.orderview.RandomHistory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderDetailsViewTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    /** The longest there is, so that it has some of everything. */
    private static final List<OrderEvent> HISTORY = RandomHistory.many()
            .map(RandomHistory::events)
            .max(Comparator.comparingInt(List::size))
            .orElseThrow();

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static OrderDetailsView view;

    @BeforeAll
    static void open(@TempDir Path folder) {
        databases = new Databases("", folder);
        view = new OrderDetailsView(databases.open("order_query"), mock());
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    @Test
    void anOrderComesBackFromTheStoreAsItWasAfterEachEvent() {
        @Nullable OrderDetails order = null;
        for (int version = 0; version < HISTORY.size(); version++) {
            OrderEvent event = HISTORY.get(version);
            Instant at = START.plusSeconds(version);
            view.on(event, new GlobalSequenceTrackingToken(version), version, at);

            order = OrderDetailsFold.fold(order, event, version, at);
            assertThat(view.handle(new FindOrder(event.orderId()))).isEqualTo(order);
        }
        OrderDetails end = Objects.requireNonNull(order);
        assertThat(end.shipments()).isNotEmpty();
        assertThat(end.returns()).isNotEmpty();
        assertThat(afterTheWire(end)).isEqualTo(end);
    }

    @Test
    void tellsNobodyOfWhatIsMadeBesideTheOrderThatIsShown() {
        QueryUpdateEmitter updates = mock();
        var rebuilt = new OrderDetailsView(databases.open("rebuilt"), updates);
        OrderEvent placed = HISTORY.getFirst();
        Runnable handling = () -> rebuilt.on(placed, new GlobalSequenceTrackingToken(0), 0, START);

        Batch.handledIn(Slot.SECOND, "order-details-2", handling);
        verifyNoInteractions(updates);

        Batch.handledIn(Slot.FIRST, "order-details-2", handling);
        verify(updates).emit(eq(FindOrder.class), any(), eq(OrderDetailsFold.fold(null, placed, 0, START)));
    }

    @Test
    void knowsNothingOfAnOrderThatIsNone() {
        assertThat(view.handle(new FindOrder("order-8"))).isNull();
    }

    private static OrderDetails afterTheWire(OrderDetails order) {
        var serializer = Jackson3Serializer.builder().build();
        return serializer.deserialize(serializer.serialize(order, byte[].class));
    }
}
