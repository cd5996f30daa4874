package io.waybill.orderview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.Subscription;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderQuery.ChangedOrders;
import io.waybill.messages.order.OrderQuery.FindChangedOrders;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.order.OrderSummary;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

class BoardStreamTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    private final RequestQueries queries = mock();
    private final ReadPositions positions = mock();
    private final Subscription<ChangedOrders> subscription = mock();
    private final AtomicInteger woken = new AtomicInteger();
    private final Sent sent = new Sent();

    @BeforeEach
    void follow() {
        when(queries.follow(
                        any(FindChangedOrders.class), eq(ChangedOrders.class), eq(OrderSummary.class), any(), any()))
                .thenReturn(subscription);
        missed();
        passed(100);
    }

    @Test
    void tellsWhoeverComesFirstWhatChangesFromNowOn() throws Exception {
        missed(order("order-1", OrderStatus.PLACED));
        BoardStream board = board(null);

        board.sendNews(sent);
        update(order("order-2", OrderStatus.PLACED));
        passed(101);
        board.sendNews(sent);

        assertThat(asked().after()).isEqualTo(Long.MAX_VALUE);
        assertThat(woken).hasValue(1);
        assertThat(sent.lines()).containsExactly("100", "101 order order-2 PLACED");
    }

    @Test
    void tellsWhoeverComesBackWhatChangedMeanwhileAndSomeOfItAgain() throws Exception {
        missed(order("order-1", OrderStatus.PLACED), order("order-2", OrderStatus.CONFIRMED));

        board(500L).sendNews(sent);

        assertThat(asked().after()).isEqualTo(300);
        assertThat(sent.lines())
                .as("an ID that says that all was told comes after all")
                .containsExactly("- order order-1 PLACED", "- order order-2 CONFIRMED", "100");
    }

    @Test
    void sendsWhoeverMissedTooMuchToTheList() throws Exception {
        missed(IntStream.range(0, asLimited())
                .mapToObj(i -> order("order-" + i, OrderStatus.PLACED))
                .toArray(OrderSummary[]::new));

        board(0L).sendNews(sent);

        assertThat(sent.lines()).containsExactly("100 reload");
    }

    @Test
    void keepsTheLatestStateOnlyForABrowserThatIsSlow() throws Exception {
        BoardStream board = board(null);
        board.sendNews(sent);
        update(order("order-1", OrderStatus.PLACED));
        update(order("order-2", OrderStatus.PLACED));
        update(order("order-1", OrderStatus.CONFIRMED));

        board.sendNews(sent);

        assertThat(sent.lines()).containsExactly("100", "100 order order-1 CONFIRMED", "100 order order-2 PLACED");
    }

    @Test
    void endsRatherThanKeepMoreThanSoMuch() throws Exception {
        BoardStream board = board(null);
        board.sendNews(sent);
        for (int i = 0; i < asLimited() - 1; i++) {
            update(order("order-" + i, OrderStatus.PLACED));
        }
        update(order("order-0", OrderStatus.CONFIRMED));
        board.sendNews(sent);
        for (int i = 0; i < asLimited(); i++) {
            update(order("order-" + i, OrderStatus.PLACED));
        }

        assertThatThrownBy(() -> board.sendNews(sent)).hasMessageContaining("too slow");
    }

    /** Amid them a later one may be on its way from another thread, so what is told is only up to what all have passed. */
    @Test
    void marksOnlyWhatWasPassedBeforeTheUpdatesWereTaken() throws Exception {
        BoardStream board = board(null);
        board.sendNews(sent);
        when(positions.passed(BoardStream.MODEL)).thenAnswer(asked -> {
            update(order("order-1", OrderStatus.PLACED));
            return 101L;
        });

        board.sendNews(sent);

        assertThat(sent.lines()).containsExactly("100", "101 order order-1 PLACED");
    }

    @Test
    void endsWhenNoMoreUpdatesCome() throws Exception {
        BoardStream board = board(null);
        doThrow(new IllegalStateException("There are no more updates"))
                .when(subscription)
                .requireOpen();

        assertThatThrownBy(() -> board.sendNews(sent)).hasMessageContaining("no more");
        board.close();
        verify(subscription).close();
    }

    private BoardStream board(@Nullable Long last) {
        return new BoardStream(queries, positions, "ada", null, last, woken::incrementAndGet);
    }

    private int asLimited() {
        return 1001;
    }

    private FindChangedOrders asked() {
        ArgumentCaptor<Object> query = ArgumentCaptor.forClass(Object.class);
        verify(queries).follow(query.capture(), any(), any(), any(), any());
        return (FindChangedOrders) query.getValue();
    }

    @SuppressWarnings("unchecked")
    private void update(OrderSummary order) {
        ArgumentCaptor<Consumer<OrderSummary>> onUpdate = ArgumentCaptor.forClass(Consumer.class);
        verify(queries).follow(any(), eq(ChangedOrders.class), eq(OrderSummary.class), onUpdate.capture(), any());
        Objects.requireNonNull(onUpdate.getValue()).accept(order);
    }

    private void missed(OrderSummary... orders) {
        when(subscription.answer()).thenReturn(new ChangedOrders(List.of(orders)));
    }

    private void passed(long position) {
        when(positions.passed(BoardStream.MODEL)).thenReturn(position);
    }

    private static OrderSummary order(String orderId, OrderStatus status) {
        return new OrderSummary(orderId, "ada", status, new Money(100, "EUR"), NOON, NOON);
    }
}
