package io.waybill.systemtests.chaos;

import io.waybill.messages.DerivedId;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.ExtensionUndone;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.ReservationReduced;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.systemtests.EventLog.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What clients are to see of the log, and whether they do. */
final class Views {

    private static final class Order {
        private final String customerId;
        private long version = -1;
        private long shippedMinor;
        private long refundedMinor;
        private long capturedMinor;
        private long givenBackMinor;
        private String end = "";
        private boolean confirmed;
        private List<OrderLine> lines = List.of();

        Order(String customerId) {
            this.customerId = customerId;
        }
    }

    private static final class Shelf {
        private int onHand;
        private int reserved;
    }

    /** Pieces of a SKU: kept are those that were confirmed and not cancelled. */
    private static final class Sold {
        private long kept;
        private long shipped;
        private long returned;

        @Override
        public String toString() {
            return "%d kept, %d shipped, %d returned".formatted(kept, shipped, returned);
        }
    }

    private final Map<String, Order> orders = new TreeMap<>();
    private final Map<String, Shelf> shelves = new TreeMap<>();
    private final Map<String, Integer> ordersByCustomer = new TreeMap<>();
    private final Map<String, Sold> sold = new TreeMap<>();

    Views(List<Entry> log) {
        for (Entry entry : log) {
            switch (entry.payload()) {
                case OrderEvent event -> add(event);
                case StockEvent event -> add(event);
                case PaymentCaptured event ->
                    order(event.orderId()).capturedMinor += event.amount().minor();
                case PaymentRefunded event ->
                    order(event.orderId()).givenBackMinor += event.amount().minor();
                default -> {}
            }
        }
        orders.values().stream()
                .filter(order -> order.confirmed && order.end.isEmpty())
                .flatMap(order -> order.lines.stream())
                .forEach(line -> sold(line.sku()).kept += line.quantity());
    }

    private void add(OrderEvent event) {
        if (event instanceof OrderPlaced placed) {
            orders.put(placed.orderId(), new Order(placed.customerId()));
            ordersByCustomer.merge(placed.customerId(), 1, Integer::sum);
        }
        Order order = order(event.orderId());
        order.version++;
        switch (event) {
            case OrderPlaced e -> order.lines = e.lines();
            case OrderConfirmed e -> order.confirmed = true;
            case OrderAmended e -> order.lines = e.lines();
            case OrderRejected e -> order.end = "REJECTED";
            case OrderCancelled e -> order.end = "CANCELLED";
            case RestCancelled e -> e.lines().forEach(part -> sold(part.sku()).kept -= part.quantity());
            case OrderShipped e -> {
                order.shippedMinor += e.amount().minor();
                e.lines().forEach(part -> sold(part.sku()).shipped += part.quantity());
            }
            case ReturnInspected e ->
                e.lines().forEach(part -> sold(part.sku()).returned += part.restocked() + part.writtenOff());
            case ReturnCompleted e -> order.refundedMinor += e.refund().minor();
            default -> {}
        }
    }

    private void add(StockEvent event) {
        Shelf shelf = shelves.computeIfAbsent(event.sku(), sku -> new Shelf());
        switch (event) {
            case StockReceived e -> shelf.onHand += e.quantity();
            case StockAdjusted e -> shelf.onHand += e.delta();
            case StockCounted e -> shelf.onHand += e.delta();
            case StockReturned e -> shelf.onHand += e.restocked();
            case StockReserved e -> shelf.reserved += e.quantity();
            case ReservationExtended e -> shelf.reserved += e.quantity();
            case BackorderFilled e -> shelf.reserved += e.quantity();
            case ReservationReduced e -> shelf.reserved -= e.quantity();
            case ExtensionUndone e -> shelf.reserved -= e.allocations().isEmpty() ? 0 : e.quantity();
            case StockReleased e -> shelf.reserved -= e.quantity();
            case StockCommitted e -> {
                shelf.onHand -= e.quantity();
                shelf.reserved -= e.quantity();
            }
            default -> {}
        }
    }

    private Sold sold(String sku) {
        return sold.computeIfAbsent(sku, none -> new Sold());
    }

    /** An event of an order that was never placed is the judge's to find; here it only must not get in the way. */
    private Order order(String orderId) {
        return orders.computeIfAbsent(orderId, id -> new Order(""));
    }

    /** Asks for everything. */
    Verdict compare(Client client) {
        var verdict = new Verdict("19, 23", "Every view is what the log says: orders, payments, stock, sales, lists");
        orders.forEach((orderId, order) -> {
            compareOrder(verdict, orderId, order, client.get("/orders/" + orderId));
            comparePayments(verdict, order, client.get("/payments?orderId=" + orderId), orderId);
        });
        shelves.forEach((sku, shelf) -> {
            var seen = client.get("/stock/" + sku);
            verdict.check(
                    seen.isPresent()
                            && seen.get().path("onHand").asInt(-1) == shelf.onHand
                            && seen.get().path("reserved").asInt(-1) == shelf.reserved,
                    "%d of %s on hand, %d reserved, but shown is %s",
                    shelf.onHand,
                    sku,
                    shelf.reserved,
                    seen);
        });
        ordersByCustomer.forEach((customer, count) -> {
            int seen = count(client, "/orders?limit=100&customerId=" + customer);
            verdict.check(seen == count, "%s has %d orders, but shown are %d", customer, count, seen);
        });
        sold.forEach((sku, expected) -> {
            Sold seen = sales(client, sku);
            verdict.check(
                    seen.toString().equals(expected.toString()), "%s sold: %s, but shown is %s", sku, expected, seen);
        });
        return verdict;
    }

    private static void compareOrder(Verdict verdict, String orderId, Order order, Optional<JsonNode> seen) {
        String status = seen.map(shown -> shown.path("status").asString("")).orElse("");
        boolean ended = List.of("REJECTED", "CANCELLED").contains(status);
        verdict.check(
                seen.isPresent()
                        && seen.get().path("version").asLong(-1) == order.version
                        && seen.get().at("/shipped/minor").asLong(-1) == order.shippedMinor
                        && seen.get().at("/refunded/minor").asLong(-1) == order.refundedMinor
                        && (ended ? order.end.equals(status) : order.end.isEmpty()),
                "order %s of %s: version %d, shipped %d, refunded %d %s, but shown is %s",
                orderId,
                order.customerId,
                order.version,
                order.shippedMinor,
                order.refundedMinor,
                order.end,
                seen);
    }

    private static void comparePayments(Verdict verdict, Order order, Optional<JsonNode> seen, String orderId) {
        long captured = 0;
        long refunded = 0;
        for (JsonNode payment : seen.map(shown -> shown.path("items")).orElse(MissingNode.getInstance())) {
            verdict.check(
                    payment.path("paymentId").asString("").equals(DerivedId.payment(orderId)),
                    "another payment for order %s: %s",
                    orderId,
                    payment);
            captured += payment.path("capturedMinor").asLong();
            refunded += payment.path("refundedMinor").asLong();
        }
        verdict.check(
                captured == order.capturedMinor && refunded == order.givenBackMinor,
                "order %s: captured %d, refunded %d, but shown is %s",
                orderId,
                order.capturedMinor,
                order.givenBackMinor,
                seen);
    }

    private static int count(Client client, String path) {
        return items(client, path).size();
    }

    /** Of all days: no run takes a month. */
    private static Sold sales(Client client, String sku) {
        var seen = new Sold();
        for (JsonNode day : items(client, "/sales?limit=100&sku=" + sku)) {
            seen.kept += day.at("/confirmed/pieces").asLong()
                    - day.at("/cancelled/pieces").asLong();
            seen.shipped += day.at("/shipped/pieces").asLong();
            seen.returned += day.at("/returned/pieces").asLong();
        }
        return seen;
    }

    private static List<JsonNode> items(Client client, String path) {
        List<JsonNode> items = new ArrayList<>();
        Optional<JsonNode> page = client.get(path);
        while (page.isPresent()) {
            page.get().path("items").forEach(items::add);
            String next = page.get().path("next").asString("");
            page = next.isEmpty() ? Optional.empty() : client.get(path + "&cursor=" + next);
        }
        return items;
    }
}
