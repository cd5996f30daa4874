package io.waybill.orderview;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
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
import io.waybill.messages.order.OrderStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The life of an order as it could have been, the same one for the same seed, and what its events come to. */
public final class RandomHistory {

    /** In the ordinary test run; two of each step that there is fit into a history. */
    private static final int HISTORIES = 10_000;

    private static final int STEPS = 40;
    private static final String ORDER = "order-7";
    private static final List<String> CURRENCIES = List.of("EUR", "JPY", "BHD");
    private static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");

    private final long seed;
    private final Random random;
    private final String currency;
    private final List<OrderEvent> events = new ArrayList<>();
    private final Map<String, OrderLine> lines = new LinkedHashMap<>();
    /** Pieces that wait for their shipment, and pieces that the customer has and could return. */
    private final Map<String, Integer> open = new TreeMap<>();

    private final Map<String, Integer> returnable = new TreeMap<>();
    private final List<String> waiting = new ArrayList<>();
    private final List<ShipmentRequested> pending = new ArrayList<>();
    private final List<String> underway = new ArrayList<>();
    private final List<ReturnRequested> announced = new ArrayList<>();
    private final List<ReturnInspected> inspected = new ArrayList<>();
    private @Nullable AmendmentRequested amendment;
    private boolean anythingLeft;
    private boolean anyRestCancelled;

    private RandomHistory(long seed) {
        this.seed = seed;
        random = new Random(seed);
        currency = CURRENCIES.get(random.nextInt(CURRENCIES.size()));
        place();
        switch (random.nextInt(10)) {
            case 0 -> add(new OrderRejected(ORDER, "OUT_OF_STOCK"));
            case 1 -> cancel(OrderStatus.PLACED);
            case 2 -> {}
            default -> {
                lines.keySet().stream().filter(sku -> random.nextInt(4) == 0).forEach(waiting::add);
                add(new OrderConfirmed(ORDER, List.copyOf(waiting)));
                for (int step = random.nextInt(STEPS); step > 0 && !isCancelled(); step--) {
                    step(step);
                }
            }
        }
    }

    /** Many histories; the seed is in the name of each. */
    public static Stream<RandomHistory> many() {
        return LongStream.range(0, HISTORIES).mapToObj(RandomHistory::new);
    }

    public List<OrderEvent> events() {
        return events;
    }

    /** Where the order stands, by the definition of each status. */
    public OrderStatus status() {
        if (has(OrderRejected.class)) {
            return OrderStatus.REJECTED;
        } else if (isCancelled()) {
            return OrderStatus.CANCELLED;
        } else if (!has(OrderConfirmed.class)) {
            return OrderStatus.PLACED;
        } else if (!has(OrderShipped.class)) {
            return OrderStatus.CONFIRMED;
        } else if (isAnythingToShip()) {
            return OrderStatus.PARTIALLY_SHIPPED;
        }
        return underway.isEmpty() ? OrderStatus.DELIVERED : OrderStatus.SHIPPED;
    }

    /** Sum of the lines as they were ordered last. */
    public Money total() {
        return lines.values().stream().map(OrderLine::price).reduce(money(0), Money::plus);
    }

    public Money shipped() {
        return all(OrderShipped.class).map(OrderShipped::amount).reduce(money(0), Money::plus);
    }

    public Money refunded() {
        return all(ReturnCompleted.class).map(ReturnCompleted::refund).reduce(money(0), Money::plus);
    }

    public int shipped(String sku) {
        return all(OrderShipped.class)
                .flatMap(e -> e.lines().stream())
                .filter(line -> line.sku().equals(sku))
                .mapToInt(LineQuantity::quantity)
                .sum();
    }

    public int returned(String sku) {
        return all(ReturnInspected.class)
                .flatMap(e -> e.lines().stream())
                .filter(line -> line.sku().equals(sku))
                .mapToInt(line -> line.restocked() + line.writtenOff())
                .sum();
    }

    /** Pieces of a line that have not left the house and still may. */
    public int toShip(String sku) {
        return status() == OrderStatus.REJECTED
                ? 0
                : open.getOrDefault(sku, 0) + all(pending, sku).sum();
    }

    public boolean waits(String sku) {
        return waiting.contains(sku) && toShip(sku) > 0;
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + events;
    }

    // How it goes on.

    private void step(int id) {
        switch (random.nextInt(12)) {
            case 0 -> requestAmendment("amendment-" + id);
            case 1 -> decideAmendment();
            case 2, 3 -> requestShipment("shipment-" + id);
            case 4, 5 -> decideShipment();
            case 6 -> deliver();
            case 7 -> cancelWhatIsLeft("cancellation-" + id);
            case 8 -> requestReturn("return-" + id);
            case 9 -> inspect();
            case 10 -> decideRefund();
            default -> arrive();
        }
    }

    private void place() {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            order("SKU-" + i, 1 + random.nextInt(5), money(random.nextInt(10_000)));
        }
        add(new OrderPlaced(ORDER, "customer-7", List.copyOf(lines.values()), total(), ADDRESS, "tok_ok", null));
    }

    private void order(String sku, int quantity, Money unitPrice) {
        lines.put(sku, new OrderLine(sku, quantity, unitPrice));
        open.put(sku, quantity);
    }

    private void cancel(OrderStatus from) {
        add(new OrderCancelled(ORDER, "changed my mind", from, List.copyOf(lines.keySet())));
        open.clear();
    }

    private void cancelWhatIsLeft(String id) {
        List<LineQuantity> rest = pieces(open);
        if (!anythingLeft && pending.isEmpty()) {
            if (amendment != null) {
                refuseAmendment("ORDER_CANCELLED");
            }
            cancel(OrderStatus.CONFIRMED);
        } else if (!rest.isEmpty()) {
            open.clear();
            anyRestCancelled = true;
            add(new RestCancelled(ORDER, id, "too late", rest, pending.isEmpty()));
        }
    }

    /** Without lines that were cancelled before: what such an amendment means is for the order to say. */
    private void requestAmendment(String id) {
        if (amendment != null || anythingLeft || anyRestCancelled || !pending.isEmpty()) {
            return;
        }
        List<OrderLine> wanted = Stream.concat(
                        lines.values().stream().filter(line -> random.nextBoolean()),
                        Stream.of(new OrderLine(id, 1 + random.nextInt(3), money(random.nextInt(10_000)))))
                .toList();
        Money total = wanted.stream().map(OrderLine::price).reduce(money(0), Money::plus);
        amendment = new AmendmentRequested(ORDER, id, wanted, total, List.of(), List.of(), money(0));
        add(amendment);
    }

    private void decideAmendment() {
        if (amendment != null && random.nextBoolean()) {
            refuseAmendment("OUT_OF_STOCK");
        } else if (amendment != null) {
            add(new OrderAmended(ORDER, amendment.amendmentId(), amendment.lines(), amendment.total()));
            lines.clear();
            open.clear();
            amendment.lines().forEach(line -> order(line.sku(), line.quantity(), line.unitPrice()));
            waiting.retainAll(lines.keySet());
            amendment = null;
        }
    }

    private void refuseAmendment(String reason) {
        if (amendment != null) {
            add(new AmendmentRefused(ORDER, amendment.amendmentId(), reason));
            amendment = null;
        }
    }

    private void requestShipment(String id) {
        List<LineQuantity> parcel = some(open, sku -> !waiting.contains(sku));
        if (amendment == null && !parcel.isEmpty()) {
            parcel.forEach(line -> open.merge(line.sku(), -line.quantity(), Integer::sum));
            var shipment = new ShipmentRequested(ORDER, id, parcel, price(parcel), null);
            pending.add(shipment);
            add(shipment);
        }
    }

    private void decideShipment() {
        if (pending.isEmpty()) {
            return;
        }
        ShipmentRequested shipment = pending.remove(random.nextInt(pending.size()));
        if (random.nextInt(4) == 0) {
            shipment.lines().forEach(line -> open.merge(line.sku(), line.quantity(), Integer::sum));
            add(new ShipmentRefused(ORDER, shipment.shipmentId(), "CAPTURE_REFUSED"));
        } else {
            anythingLeft = true;
            underway.add(shipment.shipmentId());
            shipment.lines().forEach(line -> returnable.merge(line.sku(), line.quantity(), Integer::sum));
            add(new OrderShipped(
                    ORDER, shipment.shipmentId(), shipment.lines(), shipment.amount(), "JD0002", !isAnythingToShip()));
        }
    }

    private void deliver() {
        if (!underway.isEmpty()) {
            String shipmentId = underway.remove(random.nextInt(underway.size()));
            add(new ShipmentDelivered(ORDER, shipmentId, underway.isEmpty() && !isAnythingToShip()));
        }
    }

    private void requestReturn(String id) {
        List<LineQuantity> goods = some(returnable, sku -> true);
        if (!goods.isEmpty()) {
            goods.forEach(line -> returnable.merge(line.sku(), -line.quantity(), Integer::sum));
            var requested = new ReturnRequested(ORDER, id, goods, "too small", null);
            announced.add(requested);
            add(requested);
        }
    }

    private void inspect() {
        if (announced.isEmpty()) {
            return;
        }
        ReturnRequested goods = announced.remove(random.nextInt(announced.size()));
        if (random.nextBoolean()) {
            add(new ReturnReceived(ORDER, goods.returnId()));
        }
        List<InspectedLine> found = new ArrayList<>();
        for (LineQuantity line : goods.lines()) {
            int restocked = random.nextInt(line.quantity() + 1);
            int writtenOff = random.nextInt(line.quantity() - restocked + 1);
            found.add(new InspectedLine(line.sku(), restocked, writtenOff));
            returnable.merge(line.sku(), line.quantity() - restocked - writtenOff, Integer::sum);
        }
        var result = new ReturnInspected(ORDER, goods.returnId(), found, money(random.nextInt(1_000)));
        inspected.add(result);
        add(result);
    }

    private void decideRefund() {
        if (!inspected.isEmpty()) {
            ReturnInspected goods = inspected.get(random.nextInt(inspected.size()));
            if (random.nextInt(4) == 0) {
                add(new ReturnRefundRefused(ORDER, goods.returnId(), "REFUND_REFUSED"));
            } else {
                inspected.remove(goods);
                add(new ReturnCompleted(ORDER, goods.returnId(), goods.refund()));
            }
        }
    }

    private void arrive() {
        if (!waiting.isEmpty()) {
            add(new BackorderArrived(ORDER, waiting.removeFirst()));
        }
    }

    private void add(OrderEvent event) {
        events.add(event);
    }

    private boolean isCancelled() {
        return has(OrderCancelled.class);
    }

    private boolean isAnythingToShip() {
        return !pending.isEmpty() || !pieces(open).isEmpty();
    }

    private boolean has(Class<? extends OrderEvent> type) {
        return all(type).findAny().isPresent();
    }

    private <T extends OrderEvent> Stream<T> all(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast);
    }

    private static IntStream all(List<ShipmentRequested> shipments, String sku) {
        return shipments.stream()
                .flatMap(e -> e.lines().stream())
                .filter(line -> line.sku().equals(sku))
                .mapToInt(LineQuantity::quantity);
    }

    private List<LineQuantity> some(Map<String, Integer> pieces, Predicate<String> eligible) {
        return pieces(pieces).stream()
                .filter(line -> eligible.test(line.sku()) && random.nextBoolean())
                .map(line -> new LineQuantity(line.sku(), 1 + random.nextInt(line.quantity())))
                .toList();
    }

    private static List<LineQuantity> pieces(Map<String, Integer> pieces) {
        return pieces.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> new LineQuantity(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Money price(List<LineQuantity> parts) {
        return money(parts.stream()
                .mapToLong(part -> {
                    OrderLine line = lines.get(part.sku());
                    return line == null
                            ? 0
                            : line.unitPrice().times(part.quantity()).minor();
                })
                .sum());
    }

    private Money money(long minor) {
        return new Money(minor, currency);
    }
}
