package io.waybill.simulation;

import static io.waybill.simulation.books.OrderBook.Stage.CONFIRMED;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CountStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.simulation.books.OrderBook;
import io.waybill.simulation.books.OrderBook.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What customers, clerks and the warehouse ask for, at random but mostly with a purpose. */
final class Clients {

    static final Address ADDRESS = new Address("Ada", "1 Lane", null, "12345", "Town", "DE");
    private static final List<String> LOCATIONS = List.of("main", "north");
    private static final int MOST_ORDERS = 5;

    private final Choices choices;
    private final OrderBook orders;
    private final Consumer<Object> requests;

    private final String currency;
    private final Map<String, Money> prices = new TreeMap<>();
    private final List<String> placed = new ArrayList<>();
    private int ids;

    /** @param requests takes each command that somebody asks for */
    Clients(Choices choices, OrderBook orders, Consumer<Object> requests) {
        this.choices = choices;
        this.orders = orders;
        this.requests = requests;
        currency = choices.oneOf(List.of("EUR", "JPY", "BHD"));
    }

    /** Whether a refund was asked for by somebody, in which case the bank may refuse it. */
    static boolean asksForRefund(String refundId) {
        return refundId.contains("/refund-") || refundId.contains("/return-");
    }

    /** Lists some products and puts some of them on the shelf. */
    void openShop() {
        int skus = choices.between(2, 4);
        for (int i = 1; i <= skus; i++) {
            String sku = "sku-" + i;
            prices.put(sku, anyPrice());
            list(sku);
            receive(sku);
        }
    }

    /** Somebody does something. */
    void act() {
        switch (choices.below(24)) {
            case 0, 1, 2, 3, 4 -> place();
            case 5, 6 ->
                amend(anyOrder(
                        order -> order.stage() == CONFIRMED && order.shipments().isEmpty()));
            case 7, 8, 9, 10, 11 -> ship(anyOrder(order -> order.stage() == CONFIRMED && order.isOpen()));
            case 12 ->
                deliver(anyOrder(
                        order -> order.delivered().size() < order.shipments().size()));
            case 13 -> cancel(anyOrder(Entry::isOpen));
            case 14, 15 -> comeBack(anyOrder(order -> !order.withCustomer().isEmpty()));
            case 16 -> exchange(anyOrder(order -> !order.withCustomer().isEmpty()));
            case 17 -> receiveReturn(anyOrder(order -> !order.openReturns().isEmpty()));
            case 18, 19 -> inspect(anyOrder(order -> !order.openReturns().isEmpty()));
            case 20 -> refund(anyOrder(order -> !order.shipments().isEmpty()));
            case 21 -> receive(anySku());
            case 22 -> recount(anySku());
            default -> changePrice(anySku());
        }
    }

    private void place() {
        if (placed.size() < MOST_ORDERS) {
            requests.accept(new PlaceOrder(nextOrder(), "customer", anyLines(), ADDRESS, "token", null));
        } else {
            ship(anyOrder(order -> order.stage() == CONFIRMED && order.isOpen()));
        }
    }

    private void amend(@Nullable Entry order) {
        if (order != null) {
            requests.accept(new AmendOrder(order.orderId(), nextId(order, "amend"), anyLines(), null));
        }
    }

    private void ship(@Nullable Entry order) {
        if (order != null) {
            List<LineQuantity> lines = choices.onceIn(3) ? List.of() : some(open(order));
            requests.accept(new ShipOrder(order.orderId(), nextId(order, "ship"), lines, "track", null));
        }
    }

    private void deliver(@Nullable Entry order) {
        if (order != null) {
            List<String> shipments = List.copyOf(order.shipments().keySet());
            boolean all = shipments.isEmpty() || choices.onceIn(2);
            requests.accept(new RecordDelivery(order.orderId(), all ? null : choices.oneOf(shipments)));
        }
    }

    private void cancel(@Nullable Entry order) {
        if (order != null) {
            requests.accept(new CancelOrder(order.orderId(), nextId(order, "cancel"), "changed my mind", null));
        }
    }

    private void comeBack(@Nullable Entry order) {
        if (order != null) {
            requests.accept(
                    new RequestReturn(order.orderId(), nextId(order, "return"), some(order.withCustomer()), "broken"));
        }
    }

    private void exchange(@Nullable Entry order) {
        if (order != null) {
            requests.accept(new RequestExchange(
                    order.orderId(),
                    nextId(order, "return"),
                    some(order.withCustomer()),
                    "wrong size",
                    nextOrder(),
                    anyLines(),
                    "token"));
        }
    }

    private void receiveReturn(@Nullable Entry order) {
        if (order != null && !order.openReturns().isEmpty()) {
            requests.accept(new ReceiveReturn(
                    order.orderId(),
                    choices.oneOf(List.copyOf(order.openReturns().keySet()))));
        }
    }

    private void inspect(@Nullable Entry order) {
        if (order != null && !order.openReturns().isEmpty()) {
            var back = choices.oneOf(List.copyOf(order.openReturns().values()));
            List<InspectedLine> lines = back.lines().stream()
                    .map(line -> inspected(line.sku(), choices.between(choices.below(2), line.quantity())))
                    .filter(line -> line.restocked() + line.writtenOff() > 0)
                    .toList();
            @Nullable Money refund = choices.onceIn(2) ? null : anyAmount();
            requests.accept(new InspectReturn(order.orderId(), back.returnId(), lines, refund));
        }
    }

    private InspectedLine inspected(String sku, int pieces) {
        int restocked = choices.below(pieces + 1);
        return new InspectedLine(sku, restocked, pieces - restocked);
    }

    private void refund(@Nullable Entry order) {
        if (order != null) {
            requests.accept(new RefundPayment(
                    DerivedId.payment(order.orderId()),
                    order.orderId(),
                    nextId(order, "refund"),
                    anyAmount(),
                    "with our apologies"));
        }
    }

    private void receive(String sku) {
        requests.accept(new ReceiveStock(sku, nextId(sku, "receipt"), choices.between(1, 20), anyLocation()));
    }

    private void recount(String sku) {
        if (choices.onceIn(2)) {
            int delta = choices.oneOf(List.of(-3, -1, 1, 2));
            requests.accept(new AdjustStock(sku, nextId(sku, "adjust"), delta, "found or lost", anyLocation()));
        } else {
            requests.accept(new CountStock(sku, nextId(sku, "count"), choices.below(9), "stocktaking", anyLocation()));
        }
    }

    private void changePrice(String sku) {
        prices.put(sku, anyPrice());
        list(sku);
    }

    private void list(String sku) {
        requests.accept(new ListProduct(sku, sku, price(sku), choices.onceIn(2), choices.below(3)));
    }

    private String nextOrder() {
        String orderId = "order-" + (placed.size() + 1);
        placed.add(orderId);
        return orderId;
    }

    /** Mostly an order with which that makes sense; null if there is no order at all. */
    private @Nullable Entry anyOrder(Predicate<Entry> makesSense) {
        List<Entry> all = List.copyOf(orders.orders());
        List<Entry> sensible = all.stream().filter(makesSense).toList();
        List<Entry> candidates = sensible.isEmpty() || choices.onceIn(8) ? all : sensible;
        return candidates.isEmpty() ? null : choices.oneOf(candidates);
    }

    private List<OrderLine> anyLines() {
        List<String> skus = new ArrayList<>(prices.keySet());
        return IntStream.range(0, choices.between(1, Math.min(3, skus.size())))
                .mapToObj(i -> choices.draw(skus))
                .map(sku -> new OrderLine(sku, choices.between(1, 4), price(sku)))
                .toList();
    }

    private static Map<String, Integer> open(Entry order) {
        Map<String, Integer> open = new TreeMap<>();
        order.lines().keySet().forEach(sku -> open.put(sku, order.open(sku)));
        return open;
    }

    /** Some of some of these, at least one piece; something else if there are none. */
    private List<LineQuantity> some(Map<String, Integer> pieces) {
        List<String> skus = new ArrayList<>(pieces.isEmpty() ? prices.keySet() : pieces.keySet());
        return IntStream.range(0, choices.between(1, skus.size()))
                .mapToObj(i -> choices.draw(skus))
                .map(sku -> new LineQuantity(sku, choices.between(1, Math.max(1, pieces.getOrDefault(sku, 1)))))
                .toList();
    }

    private Money price(String sku) {
        return Objects.requireNonNull(prices.get(sku));
    }

    private Money anyPrice() {
        return new Money(choices.between(1, 1999), currency);
    }

    private Money anyAmount() {
        return new Money(choices.between(1, 3000), currency);
    }

    private String anySku() {
        return choices.oneOf(List.copyOf(prices.keySet()));
    }

    private String anyLocation() {
        return choices.oneOf(LOCATIONS);
    }

    private String nextId(Entry order, String what) {
        return nextId(order.orderId(), what);
    }

    private String nextId(String of, String what) {
        return of + "/" + what + "-" + ++ids;
    }
}
