package io.waybill.orderview.sales;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.DailySales;
import io.waybill.messages.order.DailySales.Goods;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
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
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.orderview.RandomHistory;
import io.waybill.orderview.sales.SalesFold.OrderSales;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each event happens on a day of its own, the first one on the first of November. */
class SalesFoldTest {

    private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);
    private static final OrderPlaced PLACED = placed(mugs(3), tins(2));
    private static final OrderConfirmed CONFIRMED = new OrderConfirmed("order-1", List.of("TIN"));

    @Test
    void anOrderIsASaleOnTheDayItIsConfirmed() {
        assertThat(after(PLACED)).isEmpty();
        assertThat(after(PLACED, CONFIRMED)).containsExactly("02 MUG confirmed 3 for 30", "02 TIN confirmed 2 for 10");
    }

    @Test
    void whatIsRejectedOrCancelledBeforeThatWasNeverOne() {
        assertThat(after(PLACED, new OrderRejected("order-1", "OUT_OF_STOCK"))).isEmpty();
        assertThat(after(PLACED, new OrderCancelled("order-1", "no", OrderStatus.PLACED, List.of("MUG", "TIN"))))
                .isEmpty();
    }

    @Test
    void whatIsCancelledCountsOnItsOwnDayAndTheDayOfTheSaleStaysAsItWas() {
        assertThat(after(PLACED, CONFIRMED, cancelled()))
                .containsExactly(
                        "02 MUG confirmed 3 for 30",
                        "02 TIN confirmed 2 for 10",
                        "03 MUG cancelled 3 for 30",
                        "03 TIN cancelled 2 for 10");
    }

    @Test
    void whatMovesTwiceOnOneDayIsOneRow() {
        @Nullable OrderSales sales = null;
        for (OrderEvent event : List.of(PLACED, CONFIRMED, cancelled())) {
            sales = SalesFold.fold(sales, event, FIRST);
        }

        assertThat(told(Objects.requireNonNull(sales)))
                .containsExactly(
                        "01 MUG confirmed 3 for 30 cancelled 3 for 30", "01 TIN confirmed 2 for 10 cancelled 2 for 10");
    }

    @Test
    void anAmendmentCountsWhatItAddsAndWhatItTakesAway() {
        OrderEvent wanted =
                new AmendmentRequested("order-1", "a-1", List.of(mugs(5)), euro(50), List.of(), List.of(), euro(0));

        assertThat(after(PLACED, CONFIRMED, wanted)).hasSize(2);
        assertThat(after(PLACED, CONFIRMED, wanted, amended(mugs(5), lamps(1))))
                .containsExactly(
                        "02 MUG confirmed 3 for 30",
                        "02 TIN confirmed 2 for 10",
                        "04 TIN cancelled 2 for 10",
                        "04 MUG confirmed 2 for 20",
                        "04 LAMP confirmed 1 for 40");
        assertThat(after(PLACED, CONFIRMED, amended(mugs(1), tins(2))))
                .containsExactly("02 MUG confirmed 3 for 30", "02 TIN confirmed 2 for 10", "03 MUG cancelled 2 for 20");
    }

    /** A line that was amended away and is wanted again later has the price of that day. */
    @Test
    void piecesAtAnotherPriceAreOthers() {
        assertThat(after(PLACED, CONFIRMED, amended(new OrderLine("MUG", 2, euro(12)), tins(2))))
                .containsExactly(
                        "02 MUG confirmed 3 for 30",
                        "02 TIN confirmed 2 for 10",
                        "03 MUG confirmed 2 for 24 cancelled 3 for 30");
    }

    @Test
    void whatIsCancelledAfterAnAmendmentIsWhatWasAmendedTo() {
        assertThat(after(PLACED, CONFIRMED, amended(mugs(1)), cancelled())).endsWith("04 MUG cancelled 1 for 10");
    }

    @Test
    void aParcelCountsWhenItLeavesTheHouse() {
        List<LineQuantity> twoMugs = List.of(new LineQuantity("MUG", 2));
        OrderEvent asked = new ShipmentRequested("order-1", "s-1", twoMugs, euro(20), null);

        assertThat(after(PLACED, CONFIRMED, asked)).hasSize(2);
        assertThat(after(PLACED, CONFIRMED, asked, new ShipmentRefused("order-1", "s-1", "CAPTURE_REFUSED")))
                .hasSize(2);
        assertThat(after(PLACED, CONFIRMED, asked, shipped("MUG", 2))).endsWith("04 MUG shipped 2 for 20");
    }

    @Test
    void theRestIsCancelledWithoutWhatLeftTheHouse() {
        OrderEvent rest = new RestCancelled("order-1", "c-1", "late", List.of(new LineQuantity("MUG", 1)), false);

        assertThat(after(PLACED, CONFIRMED, shipped("MUG", 2), rest)).endsWith("04 MUG cancelled 1 for 10");
        assertThat(after(PLACED, CONFIRMED, rest, cancelled()))
                .endsWith("03 MUG cancelled 1 for 10", "04 MUG cancelled 2 for 20", "04 TIN cancelled 2 for 10");
    }

    @Test
    void whatComesBackCountsOnceItIsInspectedAtThePriceItWasSoldFor() {
        OrderEvent announced =
                new ReturnRequested("order-1", "r-1", List.of(new LineQuantity("MUG", 3)), "chipped", null);
        OrderEvent inspected = new ReturnInspected(
                "order-1", "r-1", List.of(new InspectedLine("MUG", 1, 1), new InspectedLine("TIN", 0, 0)), euro(5));

        assertThat(after(PLACED, CONFIRMED, shipped("MUG", 3), announced, new ReturnReceived("order-1", "r-1")))
                .hasSize(3);
        assertThat(after(
                        PLACED,
                        CONFIRMED,
                        shipped("MUG", 3),
                        announced,
                        inspected,
                        new ReturnCompleted("order-1", "r-1", euro(5))))
                .endsWith("03 MUG shipped 3 for 30", "05 MUG returned 2 for 20");
    }

    @Test
    void amountsOfDifferentCurrenciesAreNeverOne() {
        OrderSales sales = of(placed(mugs(1), new OrderLine("TIN", 1, new Money(700, "JPY"))), CONFIRMED);
        DailySales mugs = sales.days().getFirst();
        DailySales tins = sales.days().getLast();

        assertThat(tins.confirmed()).isEqualTo(new Goods(1, new Money(700, "JPY")));
        assertThatThrownBy(() -> mugs.plus(tins)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mugs.confirmed().plus(tins.confirmed())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> after(CONFIRMED)).hasMessageContaining("before it was placed");
        assertThatThrownBy(() -> after(PLACED, CONFIRMED, shipped("LAMP", 1)))
                .hasMessageContaining("LAMP, which the order does not have");
        assertThatThrownBy(() -> after(PLACED, CONFIRMED, shipped("MUG", 4)))
                .hasMessageContaining("More of MUG moved than there was");
    }

    /** By the definition of each number, whatever happened in between. */
    @Test
    void anyLifeAddsUp() {
        RandomHistory.many().forEach(history -> {
            List<DailySales> days =
                    of(history.events().toArray(OrderEvent[]::new)).days();

            days.stream().map(DailySales::sku).distinct().forEach(sku -> {
                long shipped = pieces(days, sku, DailySales::shipped);
                assertThat(shipped).as("%s shipped in %s", sku, history).isEqualTo(history.shipped(sku));
                assertThat(pieces(days, sku, DailySales::returned))
                        .as("%s returned in %s", sku, history)
                        .isEqualTo(history.returned(sku));
                assertThat(pieces(days, sku, DailySales::confirmed) - pieces(days, sku, DailySales::cancelled))
                        .as("%s kept in %s", sku, history)
                        .isEqualTo(shipped + history.toShip(sku));
            });
            assertThat(minor(days, DailySales::shipped))
                    .as("shipped in %s", history)
                    .isEqualTo(history.shipped().minor());
            if (history.status() == OrderStatus.CONFIRMED
                    && history.events().stream().noneMatch(RestCancelled.class::isInstance)) {
                assertThat(minor(days, DailySales::confirmed) - minor(days, DailySales::cancelled))
                        .as("kept in %s", history)
                        .isEqualTo(history.total().minor());
            }
            assertThat(days.isEmpty())
                    .as("sales of %s", history)
                    .isEqualTo(history.events().stream().noneMatch(OrderConfirmed.class::isInstance));
        });
    }

    private static long pieces(List<DailySales> days, String sku, Function<DailySales, Goods> what) {
        return days.stream()
                .filter(row -> row.sku().equals(sku))
                .mapToLong(row -> what.apply(row).pieces())
                .sum();
    }

    private static long minor(List<DailySales> days, Function<DailySales, Goods> what) {
        return days.stream().mapToLong(row -> what.apply(row).amount().minor()).sum();
    }

    // Events of an order.

    private static OrderSales of(OrderEvent... events) {
        @Nullable OrderSales sales = null;
        for (int i = 0; i < events.length; i++) {
            sales = SalesFold.fold(sales, events[i], FIRST.plusDays(i));
        }
        return Objects.requireNonNull(sales);
    }

    private static List<String> after(OrderEvent... events) {
        return told(of(events));
    }

    /** {@code 02 MUG confirmed 3 for 30}, without what is 0. */
    private static List<String> told(OrderSales sales) {
        return sales.days().stream()
                .map(row -> "%02d %s".formatted(row.day().getDayOfMonth(), row.sku())
                        + told(" confirmed", row.confirmed())
                        + told(" cancelled", row.cancelled())
                        + told(" shipped", row.shipped())
                        + told(" returned", row.returned()))
                .toList();
    }

    private static String told(String what, Goods goods) {
        return goods.equals(goods.none())
                ? ""
                : what + " " + goods.pieces() + " for " + goods.amount().minor();
    }

    private static OrderPlaced placed(OrderLine... lines) {
        var address = new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
        return new OrderPlaced("order-1", "ada", List.of(lines), euro(40), address, "tok_ok", null);
    }

    private static OrderLine mugs(int quantity) {
        return new OrderLine("MUG", quantity, euro(10));
    }

    private static OrderLine tins(int quantity) {
        return new OrderLine("TIN", quantity, euro(5));
    }

    private static OrderLine lamps(int quantity) {
        return new OrderLine("LAMP", quantity, euro(40));
    }

    private static OrderAmended amended(OrderLine... lines) {
        return new OrderAmended("order-1", "a-1", List.of(lines), euro(0));
    }

    private static OrderCancelled cancelled() {
        return new OrderCancelled("order-1", "no", OrderStatus.CONFIRMED, List.of("MUG", "TIN"));
    }

    private static OrderShipped shipped(String sku, int quantity) {
        return new OrderShipped("order-1", "s-1", List.of(new LineQuantity(sku, quantity)), euro(0), null, false);
    }

    private static Money euro(long minor) {
        return new Money(minor, "EUR");
    }
}
