package io.waybill.orderview;

import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.Subscription;
import io.waybill.chassis.web.LiveStreams;
import io.waybill.messages.order.OrderQuery.ChangedOrders;
import io.waybill.messages.order.OrderQuery.FindChangedOrders;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.order.OrderSummary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Orders as they change. Of an order that changes again before the browser has taken it, the latest state is all that
 * waits.
 */
final class BoardStream implements LiveStreams.Source {

    static final String MODEL = "customer-orders-2";

    /** Orders that may wait for a browser, and that are told to one that was away. */
    private static final int MAX_ORDERS = 1000;
    /**
     * Events before the last ID that are told once more: updates come from several threads and maybe instances, so some may
     * have been on their way still.
     */
    private static final int TOLD_AGAIN = 200;

    private final ReadPositions positions;
    private final Subscription<ChangedOrders> subscription;
    private final boolean returns;
    private final Runnable wake;
    private final Map<String, OrderSummary> waiting = new LinkedHashMap<>();
    private boolean overflown;
    private boolean answered;
    private long marked = -1;

    /** What a browser is told that was away for so long that it should ask for the list again. */
    record Reload() {}

    /** @param last the position up to which the browser was told all, or null if it comes for the first time */
    BoardStream(
            RequestQueries queries,
            ReadPositions positions,
            @Nullable String customerId,
            @Nullable OrderStatus status,
            @Nullable Long last,
            Runnable wake) {
        this.positions = positions;
        this.wake = wake;
        returns = last != null;
        long after = last == null ? Long.MAX_VALUE : last - TOLD_AGAIN;
        subscription = queries.follow(
                new FindChangedOrders(customerId, status, after, MAX_ORDERS + 1),
                ChangedOrders.class,
                OrderSummary.class,
                this::take,
                wake);
    }

    private void take(OrderSummary order) {
        synchronized (waiting) {
            if (waiting.size() < MAX_ORDERS || waiting.containsKey(order.orderId())) {
                waiting.put(order.orderId(), order);
            } else {
                overflown = true;
            }
        }
        wake.run();
    }

    @Override
    public void sendNews(LiveStreams.Sink sink) throws IOException {
        // Before anything is taken: what is passed now was told already, or is told here.
        long passed = positions.passed(MODEL);
        if (!answered) {
            ChangedOrders missed = Objects.requireNonNull(subscription.answer(), "a list is never null");
            answered = true;
            if (returns) {
                catchUp(missed.items(), passed, sink);
            }
        }
        subscription.requireOpen();
        for (OrderSummary order : taken()) {
            sink.send(id(passed), "order", order);
            marked = passed;
        }
        if (marked < passed) {
            sink.mark(id(passed));
            marked = passed;
        }
    }

    private void catchUp(List<OrderSummary> missed, long passed, LiveStreams.Sink sink) throws IOException {
        if (missed.size() > MAX_ORDERS) {
            sink.send(id(passed), "reload", new Reload());
            marked = passed;
            return;
        }
        for (OrderSummary order : missed) {
            // Who goes away amid these has to be told all of them again.
            sink.send(null, "order", order);
        }
    }

    private List<OrderSummary> taken() {
        synchronized (waiting) {
            if (overflown) {
                throw new IllegalStateException("The browser is too slow");
            }
            List<OrderSummary> taken = List.copyOf(waiting.values());
            waiting.clear();
            return taken;
        }
    }

    private static String id(long position) {
        return Long.toString(Math.max(0, position));
    }

    @Override
    public void close() {
        subscription.close();
    }
}
