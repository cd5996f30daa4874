package io.waybill.orderview.sales;

import io.waybill.messages.Money;
import io.waybill.messages.order.DailySales;
import io.waybill.messages.order.DailySales.Goods;
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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From what one order sold before an event to what it sold after it. Lives for one event; what goes in is left as it was.
 */
final class SalesFold {

    private final LocalDate day;
    private final boolean confirmed;
    private final List<Line> lines;
    private final List<DailySales> days;

    /**
     * What one order sold.
     *
     * @param confirmed whether it sold anything: what is only asked for is not a sale
     * @param days a row for each day on which something moved, and each SKU that did
     */
    public record OrderSales(boolean confirmed, List<Line> lines, List<DailySales> days) {}

    /**
     * A line of the order.
     *
     * @param left pieces that are neither shipped nor cancelled
     */
    public record Line(String sku, Money unitPrice, int left) {

        private Line less(int pieces) {
            if (pieces > left) {
                throw new IllegalStateException("More of " + sku + " moved than there was");
            }
            return new Line(sku, unitPrice, left - pieces);
        }
    }

    private enum Movement {
        CONFIRMED,
        CANCELLED,
        SHIPPED,
        RETURNED
    }

    private SalesFold(OrderSales before, boolean confirmed, LocalDate day) {
        this.day = day;
        this.confirmed = confirmed;
        lines = new ArrayList<>(before.lines());
        days = new ArrayList<>(before.days());
    }

    /**
     * @param sales before the event, or null if it is the first of its order
     * @param day of the event, in UTC
     */
    static OrderSales fold(@Nullable OrderSales sales, OrderEvent event, LocalDate day) {
        if (event instanceof OrderPlaced placed) {
            return new OrderSales(false, linesOf(placed.lines()), List.of());
        }
        OrderSales before = Objects.requireNonNull(sales, "moved before it was placed");
        var fold = new SalesFold(before, before.confirmed() || event instanceof OrderConfirmed, day);
        fold.on(event);
        return new OrderSales(fold.confirmed, List.copyOf(fold.lines), List.copyOf(fold.days));
    }

    private void on(OrderEvent event) {
        switch (event) {
            case OrderPlaced placed -> throw new IllegalStateException("An order is placed once");
            case OrderConfirmed it -> lines.forEach(line -> count(Movement.CONFIRMED, line, line.left()));
            case OrderCancelled cancelled -> replaceBy(List.of());
            case RestCancelled rest -> rest.lines().forEach(part -> move(Movement.CANCELLED, part));
            case OrderAmended amended -> replaceBy(linesOf(amended.lines()));
            case OrderShipped shipped -> shipped.lines().forEach(part -> move(Movement.SHIPPED, part));
            case ReturnInspected inspected ->
                inspected
                        .lines()
                        .forEach(part ->
                                count(Movement.RETURNED, line(part.sku()), part.restocked() + part.writtenOff()));
            // What was never confirmed was never sold.
            case OrderRejected rejected -> {}
            // What is only wanted, announced or on its way is not counted before it is certain.
            case AmendmentRequested requested -> {}
            case AmendmentRefused refused -> {}
            case BackorderArrived arrived -> {}
            case ShipmentRequested requested -> {}
            case ShipmentRefused refused -> {}
            case ShipmentDelivered delivered -> {}
            case ReturnRequested requested -> {}
            case ReturnReceived received -> {}
            // The order that is placed in exchange is a sale of its own.
            case ExchangeRequested requested -> {}
            // Money that is given back is of a whole return, and belongs to no SKU.
            case ReturnCompleted completed -> {}
            case ReturnRefundRefused refused -> {}
        }
    }

    /** Nothing has left the house when all lines are replaced: what is left of them is all there ever was. */
    private void replaceBy(List<Line> wanted) {
        if (confirmed) {
            for (Line line : lines) {
                int kept = find(wanted, line.sku())
                        .filter(same -> same.unitPrice().equals(line.unitPrice()))
                        .map(Line::left)
                        .orElse(0);
                count(Movement.CANCELLED, line, Math.max(0, line.left() - kept));
            }
            for (Line line : wanted) {
                int had = find(lines, line.sku())
                        .filter(same -> same.unitPrice().equals(line.unitPrice()))
                        .map(Line::left)
                        .orElse(0);
                count(Movement.CONFIRMED, line, Math.max(0, line.left() - had));
            }
        }
        lines.clear();
        lines.addAll(wanted);
    }

    private void move(Movement movement, LineQuantity part) {
        Line line = line(part.sku());
        lines.set(lines.indexOf(line), line.less(part.quantity()));
        count(movement, line, part.quantity());
    }

    private void count(Movement movement, Line line, int pieces) {
        if (pieces == 0) {
            return;
        }
        var moved = new Goods(pieces, line.unitPrice().times(pieces));
        var row = new DailySales(
                day,
                line.sku(),
                movement == Movement.CONFIRMED ? moved : moved.none(),
                movement == Movement.CANCELLED ? moved : moved.none(),
                movement == Movement.SHIPPED ? moved : moved.none(),
                movement == Movement.RETURNED ? moved : moved.none());
        for (int i = 0; i < days.size(); i++) {
            if (days.get(i).isLike(row)) {
                days.set(i, days.get(i).plus(row));
                return;
            }
        }
        days.add(row);
    }

    private Line line(String sku) {
        return find(lines, sku)
                .orElseThrow(() ->
                        new IllegalStateException("An event is about " + sku + ", which the order does not have"));
    }

    private static Optional<Line> find(List<Line> lines, String sku) {
        return lines.stream().filter(line -> line.sku().equals(sku)).findFirst();
    }

    private static List<Line> linesOf(List<OrderLine> lines) {
        return lines.stream()
                .map(line -> new Line(line.sku(), line.unitPrice(), line.quantity()))
                .toList();
    }
}
