package io.waybill.benchmarks;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureStarted;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentUndone;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a shop has stored of its orders, in the order in which it came: many orders are under way at a time, each is placed,
 * paid for, shipped and delivered, and one in ten is declined.
 */
final class OrderHistories {

    private static final int UNDER_WAY = 64;
    private static final int SKUS = 200;
    private static final int CUSTOMERS = 5_000;
    private static final int MOST_LINES = 3;
    private static final Instant EXPIRY = Instant.parse("2030-01-01T00:00:00Z");
    private static final Address HOME = new Address("Ada Example", "Main Street 1", null, "12345", "Springfield", "DE");

    private final SplittableRandom choices;
    private final List<Deque<Stored>> underWay = new ArrayList<>();
    private int orders;

    /** An event of an aggregate. */
    record Stored(String aggregateType, String aggregateId, Object payload) {}

    OrderHistories(long seed) {
        choices = new SplittableRandom(seed);
        for (int i = 0; i < UNDER_WAY; i++) {
            underWay.add(new ArrayDeque<>());
        }
    }

    /** How many orders there are so far. */
    int orders() {
        return orders;
    }

    /** The next event of any of the orders that are under way. */
    Stored next() {
        Deque<Stored> order = underWay.get(choices.nextInt(UNDER_WAY));
        if (order.isEmpty()) {
            order.addAll(history());
        }
        return order.removeFirst();
    }

    private List<Stored> history() {
        String orderId = DerivedId.derive("bench", Integer.toString(orders++));
        List<OrderLine> lines = new ArrayList<>();
        int first = choices.nextInt(SKUS);
        for (int i = 0; i <= choices.nextInt(MOST_LINES); i++) {
            lines.add(new OrderLine(
                    "SKU-" + (first + i) % SKUS,
                    1 + choices.nextInt(3),
                    new Money(100 + choices.nextInt(9_900), "EUR")));
        }
        Money total = lines.stream().map(OrderLine::price).reduce(Money::plus).orElseThrow();
        var told = new Told(orderId);
        told.order(
                new OrderPlaced(orderId, "customer-" + choices.nextInt(CUSTOMERS), lines, total, HOME, "tok_ok", null));
        lines.forEach(told::reserved);
        String paymentId = DerivedId.payment(orderId);
        told.payment(new AuthorizationRequested(paymentId, orderId, paymentId, total, "tok_ok"));
        if (choices.nextInt(10) == 0) {
            told.payment(new PaymentDeclined(paymentId, orderId, paymentId, "DECLINED"));
            told.order(new OrderRejected(orderId, "DECLINED"));
            told.payment(new PaymentCancelled(paymentId, orderId));
            told.payment(new PaymentUndone(paymentId, orderId));
            lines.forEach(told::released);
            return told.events;
        }
        told.payment(new PaymentAuthorized(paymentId, orderId, paymentId, total, "ref-" + orderId, EXPIRY));
        told.order(new OrderConfirmed(orderId, List.of()));
        String shipmentId = DerivedId.derive(orderId, "shipment");
        List<LineQuantity> parcel = lines.stream()
                .map(line -> new LineQuantity(line.sku(), line.quantity()))
                .toList();
        told.order(new ShipmentRequested(orderId, shipmentId, parcel, total, "JD-1"));
        told.payment(new CaptureStarted(paymentId, orderId, shipmentId, total));
        told.payment(new CaptureRequested(paymentId, orderId, shipmentId, paymentId, total));
        told.payment(new PaymentCaptured(paymentId, orderId, shipmentId, paymentId, total));
        told.payment(new CaptureCompleted(paymentId, orderId, shipmentId, total));
        lines.forEach(line -> told.committed(line, shipmentId));
        told.order(new OrderShipped(orderId, shipmentId, parcel, total, "JD-1", true));
        told.order(new ShipmentDelivered(orderId, shipmentId, true));
        return told.events;
    }

    /** The events of one order. */
    private record Told(String orderId, List<Stored> events) {

        Told(String orderId) {
            this(orderId, new ArrayList<>());
        }

        void order(OrderEvent event) {
            events.add(new Stored("Order", orderId, event));
        }

        void payment(PaymentEvent event) {
            events.add(new Stored("Payment", event.paymentId(), event));
        }

        void reserved(OrderLine line) {
            stock(
                    line,
                    new StockReserved(
                            line.sku(), reservation(line), orderId, line.quantity(), allocations(line), EXPIRY));
        }

        void released(OrderLine line) {
            stock(line, new StockReleased(line.sku(), reservation(line), orderId, line.quantity(), allocations(line)));
        }

        void committed(OrderLine line, String shipmentId) {
            stock(
                    line,
                    new StockCommitted(
                            line.sku(), reservation(line), orderId, line.quantity(), shipmentId, allocations(line)));
        }

        private void stock(OrderLine line, Object event) {
            events.add(new Stored("StockItem", StockCommand.stockId(line.sku()), event));
        }

        private String reservation(OrderLine line) {
            return DerivedId.reservation(orderId, line.sku());
        }

        private static List<Allocation> allocations(OrderLine line) {
            return List.of(new Allocation("main", line.quantity()));
        }
    }
}
