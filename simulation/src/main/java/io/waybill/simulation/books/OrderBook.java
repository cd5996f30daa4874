package io.waybill.simulation.books;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the log says of orders, added up without the help of the aggregate. */
public final class OrderBook {

    /** Where an order can be, as far as the rules of goods and money are concerned. */
    public enum Stage {
        PLACED,
        CONFIRMED,
        REJECTED,
        CANCELLED
    }

    /** One order; everything is by SKU or by the ID of a shipment or return. */
    public static final class Entry {
        private final String orderId;
        private Stage stage = Stage.PLACED;
        private Map<String, OrderLine> lines;
        private final Map<String, Integer> shipped = new TreeMap<>();
        private final Map<String, Integer> withdrawn = new TreeMap<>();
        private final Map<String, Integer> announced = new TreeMap<>();
        private final Map<String, Integer> restocked = new TreeMap<>();
        private final Map<String, Integer> writtenOff = new TreeMap<>();
        private final Map<String, Long> refunds = new TreeMap<>();
        private final Map<String, ShipmentRequested> pendingShipments = new LinkedHashMap<>();
        private final Map<String, ShipmentRequested> shipments = new LinkedHashMap<>();
        private final Map<String, ReturnRequested> openReturns = new LinkedHashMap<>();
        private final Map<String, ReturnInspected> unpaidReturns = new LinkedHashMap<>();
        /** Whose money was refused at first. */
        private final Map<String, ReturnInspected> refusedReturns = new LinkedHashMap<>();

        private final Set<String> delivered = new HashSet<>();
        private final Set<String> refusedAmendments = new HashSet<>();

        private @Nullable AmendmentRequested amendment;

        Entry(OrderPlaced placed) {
            orderId = placed.orderId();
            lines = bySku(placed.lines());
        }

        public String orderId() {
            return orderId;
        }

        public Stage stage() {
            return stage;
        }

        /** What is ordered now; by SKU. */
        public Map<String, OrderLine> lines() {
            return Collections.unmodifiableMap(lines);
        }

        /** What has left the house and is paid for; by its ID. */
        public Map<String, ShipmentRequested> shipments() {
            return Collections.unmodifiableMap(shipments);
        }

        /** IDs of the shipments that have arrived. */
        public Set<String> delivered() {
            return Collections.unmodifiableSet(delivered);
        }

        /** What was announced to come back and has not been inspected; by its ID. */
        public Map<String, ReturnRequested> openReturns() {
            return Collections.unmodifiableMap(openReturns);
        }

        /** Pieces that have left the house and are not announced to come back; by SKU. */
        public Map<String, Integer> withCustomer() {
            Map<String, Integer> pieces = new TreeMap<>();
            shipped.forEach((sku, quantity) -> pieces.put(sku, quantity - announced.getOrDefault(sku, 0)));
            pieces.values().removeIf(quantity -> quantity <= 0);
            return pieces;
        }

        /** Pieces that may still leave the house, or are about to. */
        public int open(String sku) {
            if (stage == Stage.REJECTED || stage == Stage.CANCELLED) {
                return 0;
            }
            return ordered(sku) - shipped.getOrDefault(sku, 0) - withdrawn.getOrDefault(sku, 0);
        }

        /** Whether any piece may still leave the house, or is about to. */
        public boolean isOpen() {
            return lines.keySet().stream().anyMatch(sku -> open(sku) > 0);
        }

        long shippedMinor() {
            return shipments.values().stream()
                    .mapToLong(shipment -> shipment.amount().minor())
                    .sum();
        }

        private int ordered(String sku) {
            return lines.containsKey(sku) ? line(sku).quantity() : 0;
        }

        private Money unitPrice(String sku) {
            return line(sku).unitPrice();
        }

        private OrderLine line(String sku) {
            return Objects.requireNonNull(lines.get(sku), sku);
        }

        private Money price(List<LineQuantity> some) {
            return some.stream()
                    .map(line -> unitPrice(line.sku()).times(line.quantity()))
                    .reduce(Money::plus)
                    .orElseThrow();
        }
    }

    private final Map<String, Entry> orders = new LinkedHashMap<>();
    private final PaymentBook payments;

    /** @param payments to see that what is confirmed is authorized and what is shipped is paid for */
    OrderBook(PaymentBook payments) {
        this.payments = payments;
    }

    public Collection<Entry> orders() {
        return orders.values();
    }

    /** An order that must have been placed. */
    public Entry order(String orderId) {
        return Objects.requireNonNull(orders.get(orderId), orderId);
    }

    void add(OrderEvent event) {
        if (event instanceof OrderPlaced placed) {
            unless(total(placed.lines()).equals(placed.total()), 10, "lines do not add up: %s", placed);
            unless(orders.put(placed.orderId(), new Entry(placed)) == null, 10, "placed twice: %s", placed);
            return;
        }
        Entry order = order(event.orderId());
        switch (event) {
            case OrderPlaced e -> {}
            case OrderConfirmed e -> {
                move(order, Stage.PLACED, Stage.CONFIRMED, e);
                checkAuthorized(order, total(order.lines.values()), e);
            }
            case OrderRejected e -> move(order, Stage.PLACED, Stage.REJECTED, e);
            case OrderCancelled e -> {
                unless(order.shipped.isEmpty(), 10, "something had left the house: %s", e);
                unless(order.pendingShipments.isEmpty(), 10, "something was about to leave the house: %s", e);
                unless(order.amendment == null, 10, "its amendment was still pending: %s", e);
                move(order, order.stage == Stage.PLACED ? Stage.PLACED : Stage.CONFIRMED, Stage.CANCELLED, e);
            }
            case BackorderArrived e -> {}
            case RestCancelled e -> {
                stands(order, Stage.CONFIRMED, e);
                count(order.withdrawn, e.lines());
                checkNotTooMany(order, e);
                unless(e.complete() == isComplete(order), 10, "complete or not: %s", e);
            }
            case AmendmentRequested e -> {
                stands(order, Stage.CONFIRMED, e);
                unless(order.amendment == null, 10, "another amendment is pending: %s", e);
                unless(total(e.lines()).equals(e.total()), 10, "lines do not add up: %s", e);
                checkPrices(order, e.lines(), e);
                order.amendment = e;
            }
            case OrderAmended e -> {
                stands(order, Stage.CONFIRMED, e);
                unless(
                        order.amendment != null
                                && order.amendment.amendmentId().equals(e.amendmentId())
                                && order.amendment.lines().equals(e.lines()),
                        10,
                        "not the pending amendment: %s",
                        e);
                order.amendment = null;
                order.lines = bySku(e.lines());
                unless(total(e.lines()).equals(e.total()), 10, "lines do not add up: %s", e);
                checkAuthorized(order, e.total(), e);
            }
            case AmendmentRefused e -> {
                unless(order.amendment != null, 10, "no amendment is pending: %s", e);
                order.amendment = null;
                order.refusedAmendments.add(e.amendmentId());
            }
            case ShipmentRequested e -> {
                stands(order, Stage.CONFIRMED, e);
                unless(order.amendment == null, 10, "an amendment is pending: %s", e);
                unless(order.price(e.lines()).equals(e.amount()), 10, "not the price of its lines: %s", e);
                order.pendingShipments.put(e.shipmentId(), e);
                checkNotTooMany(order, e);
            }
            case OrderShipped e -> {
                stands(order, Stage.CONFIRMED, e);
                var requested = order.pendingShipments.remove(e.shipmentId());
                unless(requested != null && requested.lines().equals(e.lines()), 10, "not what was requested: %s", e);
                unless(payments.isPaid(e.shipmentId(), e.amount().minor()), 10, "not paid for: %s", e);
                order.shipments.put(e.shipmentId(), Objects.requireNonNull(requested));
                count(order.shipped, e.lines());
                unless(e.complete() == isComplete(order), 10, "complete or not: %s", e);
            }
            case ShipmentRefused e ->
                unless(order.pendingShipments.remove(e.shipmentId()) != null, 10, "not pending: %s", e);
            case ShipmentDelivered e -> {
                unless(order.shipments.containsKey(e.shipmentId()), 10, "never shipped: %s", e);
                unless(order.delivered.add(e.shipmentId()), 10, "delivered twice: %s", e);
            }
            case ReturnRequested e -> {
                order.openReturns.put(e.returnId(), e);
                count(order.announced, e.lines());
                order.announced.forEach((sku, pieces) -> unless(
                        pieces <= order.shipped.getOrDefault(sku, 0), 10, "more than was shipped comes back: %s", e));
            }
            case ExchangeRequested e -> {}
            case ReturnReceived e -> unless(order.openReturns.containsKey(e.returnId()), 10, "not announced: %s", e);
            case ReturnInspected e -> inspected(order, e);
            case ReturnCompleted e -> {
                var inspected = Optional.ofNullable(order.unpaidReturns.remove(e.returnId()))
                        .or(() -> Optional.ofNullable(order.refusedReturns.remove(e.returnId())));
                unless(
                        inspected
                                .map(ReturnInspected::refund)
                                .filter(e.refund()::equals)
                                .isPresent(),
                        10,
                        "not as inspected: %s",
                        e);
                unless(refundedFor(order, e.returnId()) == e.refund().minor(), 10, "not given back: %s", e);
            }
            case ReturnRefundRefused e -> {
                @Nullable ReturnInspected inspected = order.unpaidReturns.remove(e.returnId());
                unless(inspected != null, 10, "not inspected: %s", e);
                order.refusedReturns.put(e.returnId(), Objects.requireNonNull(inspected));
            }
        }
    }

    private static void inspected(Entry order, ReturnInspected event) {
        var announced = order.openReturns.remove(event.returnId());
        unless(announced != null, 10, "not announced, or inspected twice: %s", event);
        for (LineQuantity line : Objects.requireNonNull(announced).lines()) {
            int came = event.lines().stream()
                    .filter(inspected -> inspected.sku().equals(line.sku()))
                    .mapToInt(inspected -> inspected.restocked() + inspected.writtenOff())
                    .sum();
            unless(came <= line.quantity(), 10, "more than announced: %s", event);
            order.announced.merge(line.sku(), came - line.quantity(), Integer::sum);
        }
        long value = 0;
        for (InspectedLine line : event.lines()) {
            order.restocked.merge(line.sku(), line.restocked(), Integer::sum);
            order.writtenOff.merge(line.sku(), line.writtenOff(), Integer::sum);
            value += order.unitPrice(line.sku()).minor() * (line.restocked() + line.writtenOff());
        }
        unless(event.refund().minor() >= 0 && event.refund().minor() <= value, 10, "worth only %d: %s", value, event);
        order.refunds.put(event.returnId(), event.refund().minor());
        order.unpaidReturns.put(event.returnId(), event);
    }

    /** What must hold once no deadline is to come. */
    void checkCheckoutsEnded() {
        orders.values()
                .forEach(order -> unless(order.stage != Stage.PLACED, 11, "checkout of %s hangs", order.orderId));
    }

    /** What must hold once nothing is under way. */
    void checkQuiet(StockBook stock, Set<String> goodwillRefunds) {
        checkCheckoutsEnded();
        for (Entry order : orders.values()) {
            unless(order.amendment == null, 11, "amendment hangs: %s", order.amendment);
            unless(order.pendingShipments.isEmpty(), 11, "shipments hang: %s", order.pendingShipments);
            unless(order.unpaidReturns.isEmpty(), 11, "returns hang: %s", order.unpaidReturns);
            checkGoods(order, stock);
            checkMoney(order, goodwillRefunds);
        }
    }

    private void checkGoods(Entry order, StockBook stock) {
        Set<String> skus = new HashSet<>(stock.skusOf(order.orderId));
        skus.addAll(order.lines.keySet());
        for (String sku : skus) {
            var share = new StockBook.Share(order.orderId, sku);
            int held = stock.reserved(share) + stock.waiting(share);
            unless(held == order.open(sku), 9, "%s has %d set aside for %d", share, held, order.open(sku));
            equal(stock.shipped(share), order.shipped.get(sku), "left the shelf", share);
            equal(stock.restocked(share), order.restocked.get(sku), "went back on the shelf", share);
            equal(stock.writtenOff(share), order.writtenOff.get(sku), "were written off", share);
        }
    }

    private static void equal(int stock, @Nullable Integer order, String what, StockBook.Share share) {
        int expected = Objects.requireNonNullElse(order, 0);
        unless(stock == expected, 9, "%d pieces %s for the %d of %s", stock, what, expected, share);
    }

    private void checkMoney(Entry order, Set<String> goodwillRefunds) {
        long givenBack = goodwillRefunds.stream()
                .mapToLong(refundId -> payments.refundedFor(order.orderId, refundId))
                .sum();
        givenBack += order.refunds.keySet().stream()
                .mapToLong(returnId -> refundedFor(order, returnId))
                .sum();
        long kept = payments.captured(order.orderId) - payments.refunded(order.orderId);
        long owed = order.shippedMinor() - givenBack;
        unless(kept == owed, 10, "%s: %d kept for %d", order.orderId, kept, owed);
        for (String amendmentId : order.refusedAmendments) {
            String authorizationId = DerivedId.authorization(order.orderId, amendmentId);
            unless(!payments.isHeldByProvider(authorizationId), 10, "held for %s, which was refused", amendmentId);
        }
        if (!order.isOpen()) {
            long held = payments.heldByProvider(order.orderId);
            unless(held == 0, 10, "%s is over and the provider still holds %d", order.orderId, held);
        }
    }

    /** What came of a return's refund, and of those after it that were tried because it was refused. */
    private long refundedFor(Entry order, String returnId) {
        long refunded = payments.refundedFor(order.orderId, returnId);
        String again = DerivedId.derive("refund", returnId, "1");
        for (int attempt = 2; payments.isRefund(again); attempt++) {
            refunded += payments.refundedFor(order.orderId, again);
            again = DerivedId.derive("refund", returnId, Integer.toString(attempt));
        }
        return refunded;
    }

    private void checkAuthorized(Entry order, Money amount, OrderEvent event) {
        long authorized = payments.authorized(order.orderId);
        unless(authorized >= amount.minor(), 10, "only %d authorized: %s", authorized, event);
    }

    private static void checkPrices(Entry order, List<OrderLine> lines, OrderEvent event) {
        for (OrderLine line : lines) {
            @Nullable OrderLine before = order.lines.get(line.sku());
            unless(
                    before == null || before.unitPrice().equals(line.unitPrice()),
                    10,
                    "the price of %s changed: %s",
                    line.sku(),
                    event);
        }
    }

    private static void checkNotTooMany(Entry order, OrderEvent event) {
        Map<String, Integer> leaving = new HashMap<>();
        order.pendingShipments.values().forEach(shipment -> count(leaving, shipment.lines()));
        leaving.forEach((sku, pieces) ->
                unless(pieces <= order.open(sku), 10, "%d pieces of %s leave twice: %s", pieces, sku, event));
        order.lines.keySet().forEach(sku -> unless(order.open(sku) >= 0, 10, "more than ordered: %s", event));
    }

    /** Whether nothing is left to be shipped. */
    private static boolean isComplete(Entry order) {
        return !order.isOpen();
    }

    private static void move(Entry order, Stage from, Stage to, OrderEvent event) {
        stands(order, from, event);
        order.stage = to;
    }

    private static void stands(Entry order, Stage stage, OrderEvent event) {
        unless(order.stage == stage, 10, "%s is %s: %s", order.orderId, order.stage, event);
    }

    private static void count(Map<String, Integer> pieces, List<LineQuantity> lines) {
        lines.forEach(line -> pieces.merge(line.sku(), line.quantity(), Integer::sum));
    }

    private static Map<String, OrderLine> bySku(List<OrderLine> lines) {
        Map<String, OrderLine> bySku = new LinkedHashMap<>();
        lines.forEach(line -> bySku.put(line.sku(), line));
        return bySku;
    }

    private static Money total(Collection<OrderLine> lines) {
        return lines.stream().map(OrderLine::price).reduce(Money::plus).orElseThrow();
    }
}
