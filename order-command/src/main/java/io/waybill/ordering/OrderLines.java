package io.waybill.ordering;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an order and where each of their pieces is. A piece is in one place at a time and only ever moves, so
 * that none is shipped twice, or shipped and cancelled, or returned without having been shipped.
 *
 * @param bySku in the order in which they were ordered
 */
record OrderLines(Map<String, Line> bySku) {

    static final OrderLines NONE = new OrderLines(Map.of());

    /** Where a piece is. */
    enum Place {
        /** In the house, and nobody has asked for it to be sent. */
        OPEN,
        /** About to be sent, as soon as it is paid for. */
        LEAVING,
        SHIPPED,
        /** With the customer, who has announced that it comes back. */
        COMING_BACK,
        RETURNED,
        CANCELLED
    }

    /** One line; {@code backordered} as long as it waits for stock to arrive. */
    record Line(OrderLine ordered, Map<Place, Integer> pieces, boolean backordered) {

        int in(Place place) {
            return pieces.getOrDefault(place, 0);
        }

        Line move(int quantity, Place from, Place to) {
            if (quantity > in(from)) {
                throw new IllegalStateException(
                        "Only " + in(from) + " pieces of " + ordered.sku() + " are " + from + ", not " + quantity);
            }
            Map<Place, Integer> moved = new EnumMap<>(Place.class);
            moved.putAll(pieces);
            moved.merge(from, -quantity, Integer::sum);
            moved.merge(to, quantity, Integer::sum);
            return new Line(ordered, moved, backordered);
        }

        Line backordered(boolean isBackordered) {
            return new Line(ordered, pieces, isBackordered);
        }
    }

    static OrderLines of(List<OrderLine> ordered) {
        Map<String, Line> lines = new LinkedHashMap<>();
        ordered.forEach(line -> lines.put(line.sku(), new Line(line, Map.of(Place.OPEN, line.quantity()), false)));
        return new OrderLines(lines);
    }

    /**
     * What lines cost that are to be an order.
     *
     * @throws Misuse if they cannot be one
     */
    static Money totalOf(List<OrderLine> lines) {
        refuseUnusable(quantities(lines));
        if (lines.stream().map(line -> line.unitPrice().currency()).distinct().count() > 1) {
            throw mixedCurrencies();
        }
        return lines.stream()
                .map(OrderLine::price)
                .reduce(Money::plus)
                .orElseThrow(() -> Misuse.invalid("ORDER_EMPTY", "An order has at least one line."));
    }

    static List<LineQuantity> quantities(List<OrderLine> lines) {
        return lines.stream()
                .map(line -> new LineQuantity(line.sku(), line.quantity()))
                .toList();
    }

    private static void refuseUnusable(List<LineQuantity> pieces) {
        refuseRepeated(pieces.stream().map(LineQuantity::sku));
        pieces.stream().filter(piece -> piece.quantity() < 1).findFirst().ifPresent(piece -> {
            throw Misuse.invalid("QUANTITY_TOO_SMALL", "Ask for at least one piece of " + piece.sku() + ".");
        });
    }

    static Misuse mixedCurrencies() {
        return Misuse.invalid("MIXED_CURRENCIES", "All products of an order must be priced in one currency.");
    }

    static void refuseRepeated(Stream<String> skus) {
        Set<String> seen = new HashSet<>();
        skus.filter(Predicate.not(seen::add)).findFirst().ifPresent(sku -> {
            throw Misuse.invalid("REPEATED_SKU", "Put all pieces of " + sku + " into one line.");
        });
    }

    List<OrderLine> ordered() {
        return lines().stream().map(Line::ordered).toList();
    }

    List<String> skus() {
        return List.copyOf(bySku.keySet());
    }

    /** The pieces in a place, by line; without lines that have none there. */
    List<LineQuantity> in(Place place) {
        return in(place, line -> true);
    }

    /** What can be sent now. */
    List<LineQuantity> shippable() {
        return in(Place.OPEN, line -> !line.backordered());
    }

    private List<LineQuantity> in(Place place, Predicate<Line> which) {
        return lines().stream()
                .filter(which)
                .filter(line -> line.in(place) > 0)
                .map(line -> new LineQuantity(line.ordered().sku(), line.in(place)))
                .toList();
    }

    /** Whether there is no piece anywhere else. */
    boolean onlyIn(Place... places) {
        return lines().stream()
                .allMatch(line -> Stream.of(places).mapToInt(line::in).sum()
                        == line.ordered().quantity());
    }

    /** Whether nothing is left to be shipped. */
    boolean isComplete() {
        return in(Place.OPEN).isEmpty() && in(Place.LEAVING).isEmpty();
    }

    /** Whether a line waits for stock; one that was cancelled meanwhile does not. */
    boolean isBackordered(String sku) {
        @Nullable Line line = bySku.get(sku);
        return line != null && line.backordered() && line.in(Place.OPEN) > 0;
    }

    Money priceOf(Collection<LineQuantity> pieces) {
        return pieces.stream()
                .map(piece -> line(piece.sku()).ordered().unitPrice().times(piece.quantity()))
                .reduce(ordered().getFirst().unitPrice().zero(), Money::plus);
    }

    /**
     * Makes sure that pieces can leave a place.
     *
     * @param refusal code of the refusal if they are not all there
     * @param asked what was to be done with them, as in "pieces that can be shipped"
     * @throws Misuse if they are not all there, or no pieces of this order at all
     */
    void require(List<LineQuantity> pieces, Place place, String refusal, String asked) {
        refuseUnusable(pieces);
        for (LineQuantity piece : pieces) {
            @Nullable Line line = bySku.get(piece.sku());
            if (line == null) {
                throw Misuse.invalid("LINE_NOT_FOUND", "The order has no line of " + piece.sku() + ".");
            }
            if (piece.quantity() > line.in(place)) {
                throw Misuse.conflict(
                        refusal,
                        "Pieces of " + piece.sku() + " that can be " + asked + ": " + line.in(place) + "; asked for: "
                                + piece.quantity() + ".");
            }
        }
    }

    OrderLines move(List<LineQuantity> pieces, Place from, Place to) {
        Map<String, Line> moved = new LinkedHashMap<>(bySku);
        pieces.forEach(piece -> moved.put(piece.sku(), line(piece.sku()).move(piece.quantity(), from, to)));
        return new OrderLines(moved);
    }

    OrderLines backordered(Collection<String> skus, boolean backordered) {
        Map<String, Line> changed = new LinkedHashMap<>(bySku);
        skus.forEach(sku -> changed.computeIfPresent(sku, (key, line) -> line.backordered(backordered)));
        return new OrderLines(changed);
    }

    /** Other lines instead, none of which has left the house. */
    OrderLines amended(List<OrderLine> ordered) {
        List<String> waiting = skus().stream().filter(this::isBackordered).toList();
        return of(ordered).backordered(waiting, true);
    }

    /** Lines at the price that the order has for them, where it has one. */
    List<OrderLine> atOldPrices(List<OrderLine> wanted) {
        return wanted.stream()
                .map(line -> {
                    @Nullable Line old = bySku.get(line.sku());
                    return old == null
                            ? line
                            : new OrderLine(
                                    line.sku(), line.quantity(), old.ordered().unitPrice());
                })
                .toList();
    }

    /** What some lines have more of than others. */
    static List<LineQuantity> surplus(List<OrderLine> lines, List<OrderLine> others) {
        OrderLines compared = of(others);
        List<LineQuantity> surplus = new ArrayList<>();
        for (OrderLine line : lines) {
            @Nullable Line other = compared.bySku.get(line.sku());
            int more = line.quantity() - (other == null ? 0 : other.ordered().quantity());
            if (more > 0) {
                surplus.add(new LineQuantity(line.sku(), more));
            }
        }
        return surplus;
    }

    private Collection<Line> lines() {
        return bySku.values();
    }

    private Line line(String sku) {
        @Nullable Line line = bySku.get(sku);
        if (line == null) {
            throw new IllegalStateException("The order has no line of " + sku);
        }
        return line;
    }
}
