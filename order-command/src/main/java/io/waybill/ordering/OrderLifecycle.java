package io.waybill.ordering;

import static io.waybill.messages.order.OrderStatus.CANCELLED;
import static io.waybill.messages.order.OrderStatus.CONFIRMED;
import static io.waybill.messages.order.OrderStatus.DELIVERED;
import static io.waybill.messages.order.OrderStatus.PARTIALLY_SHIPPED;
import static io.waybill.messages.order.OrderStatus.PLACED;
import static io.waybill.messages.order.OrderStatus.REJECTED;
import static io.waybill.messages.order.OrderStatus.SHIPPED;
import static io.waybill.ordering.OrderLifecycle.Operation.AMEND;
import static io.waybill.ordering.OrderLifecycle.Operation.CANCEL;
import static io.waybill.ordering.OrderLifecycle.Operation.CONFIRM;
import static io.waybill.ordering.OrderLifecycle.Operation.DELIVER;
import static io.waybill.ordering.OrderLifecycle.Operation.REJECT;
import static io.waybill.ordering.OrderLifecycle.Operation.RETURN;
import static io.waybill.ordering.OrderLifecycle.Operation.SHIP;
import static io.waybill.ordering.OrderLifecycle.Operation.STOCK_ARRIVES;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.order.OrderStatus;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to an order in which status, and where that may lead: the one place where it is said. The picture in
 * {@code docs/order-lifecycle.md} is drawn from here.
 */
final class OrderLifecycle {

    /** What can be done to an order, as far as its status has a say in it. */
    enum Operation {
        CONFIRM(null, "confirmed"),
        REJECT(null, "rejected"),
        STOCK_ARRIVES(null, "supplied"),
        CANCEL("ORDER_NOT_CANCELLABLE", "cancelled"),
        AMEND("ORDER_NOT_AMENDABLE", "amended"),
        SHIP("ORDER_NOT_SHIPPABLE", "shipped"),
        DELIVER("ORDER_NOT_DELIVERABLE", "delivered"),
        RETURN("ORDER_NOT_RETURNABLE", "returned");

        /** Null for what only processes ask for: they may be late, which is nobody's mistake and changes nothing. */
        private final @Nullable String refusal;

        /** What an order is when it is done. */
        private final String done;

        Operation(@Nullable String refusal, String done) {
            this.refusal = refusal;
            this.done = done;
        }

        @Nullable
        String refusal() {
            return refusal;
        }
    }

    /** Where there is nothing left to be done, so that asking for it changes nothing. */
    private static final Set<OrderStatus> DONE = Set.of();

    private static final Map<OrderStatus, Map<Operation, Set<OrderStatus>>> NEXT = Map.of(
            PLACED,
            Map.of(
                    CONFIRM, Set.of(CONFIRMED),
                    REJECT, Set.of(REJECTED),
                    STOCK_ARRIVES, Set.of(PLACED),
                    CANCEL, Set.of(CANCELLED)),
            CONFIRMED,
            Map.of(
                    STOCK_ARRIVES, Set.of(CONFIRMED),
                    CANCEL, Set.of(CONFIRMED, CANCELLED),
                    AMEND, Set.of(CONFIRMED),
                    SHIP, Set.of(PARTIALLY_SHIPPED, SHIPPED)),
            PARTIALLY_SHIPPED,
            Map.of(
                    STOCK_ARRIVES, Set.of(PARTIALLY_SHIPPED),
                    CANCEL, Set.of(PARTIALLY_SHIPPED, SHIPPED, DELIVERED),
                    SHIP, Set.of(PARTIALLY_SHIPPED, SHIPPED),
                    DELIVER, Set.of(PARTIALLY_SHIPPED),
                    RETURN, Set.of(PARTIALLY_SHIPPED)),
            SHIPPED,
            Map.of(DELIVER, Set.of(SHIPPED, DELIVERED), RETURN, Set.of(SHIPPED)),
            DELIVERED,
            Map.of(DELIVER, DONE, RETURN, Set.of(DELIVERED)),
            REJECTED,
            Map.of(),
            CANCELLED,
            Map.of(CANCEL, DONE));

    private OrderLifecycle() {}

    /** Where an operation may lead; empty if it changes nothing, null if it is refused. */
    static @Nullable Set<OrderStatus> next(OrderStatus status, Operation operation) {
        Map<Operation, Set<OrderStatus>> known = NEXT.getOrDefault(status, Map.of());
        return operation.refusal() == null ? known.getOrDefault(operation, DONE) : known.get(operation);
    }

    /**
     * Whether the operation is to go ahead; false if there is nothing left to be done.
     *
     * @throws Misuse if an order in this status refuses it
     */
    static boolean allows(OrderStatus status, Operation operation) {
        @Nullable Set<OrderStatus> next = next(status, operation);
        if (next == null) {
            throw Misuse.conflict(
                    String.valueOf(operation.refusal()),
                    "An order that is " + status + " cannot be " + operation.done + ".");
        }
        return !next.isEmpty();
    }

    /** The status that an event leads to. A step that is not in the picture fails before its event is stored. */
    static OrderStatus move(OrderStatus from, Operation operation, OrderStatus to) {
        @Nullable Set<OrderStatus> next = next(from, operation);
        if (next == null || !next.contains(to)) {
            throw new IllegalStateException("An order cannot go from " + from + " to " + to + " by " + operation);
        }
        return to;
    }
}
