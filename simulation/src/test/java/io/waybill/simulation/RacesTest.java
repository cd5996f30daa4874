package io.waybill.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderLine;
import io.waybill.simulation.books.StockBook;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What people do at the same time, in any order and with anything happening in between, hundreds of times. Each test
 * says which outcomes there may be, and that each of them does come about. That goods and money add up in all of them is
 * checked besides.
 */
class RacesTest {

    private static final int HISTORIES = 300;
    private static final String ORDER = "order-1";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final OrderLine TEA = line("tea", 2, 350);
    private static final OrderLine CUP = line("cup", 1, 1299);

    private static final OrderCommand PLACE = place("token");
    private static final OrderCommand CANCEL = new CancelOrder(ORDER, ORDER + "/cancel-1", "changed my mind", null);
    private static final OrderCommand SHIP = ship("/ship-1");
    private static final OrderCommand SHIP_TEA = ship("/ship-1", new LineQuantity("tea", 2));
    private static final OrderCommand AMEND =
            new AmendOrder(ORDER, ORDER + "/amend-1", List.of(line("tea", 3, 350), CUP), null);

    private final Services services = new Services();

    @Test
    void doubleClickPlacesOneOrder() {
        outcomesOf(
                world -> world.race(ask(world, PLACE), ask(world, PLACE)), "CONFIRMED, 3 reserved, 0 shipped, 0 kept");
    }

    @Test
    void doubleClickShipsOnce() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, SHIP), ask(world, SHIP))),
                "CONFIRMED, 0 reserved, 3 shipped, 1999 kept");
    }

    @Test
    void twoTabsShipEachPieceOnce() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, SHIP), ask(world, ship("/ship-2")))),
                "CONFIRMED, 0 reserved, 3 shipped, 1999 kept");
    }

    @Test
    void twoTabsCancelOnce() {
        var again = new CancelOrder(ORDER, ORDER + "/cancel-2", "changed my mind", null);

        outcomesOf(
                confirmed(world -> world.race(ask(world, CANCEL), ask(world, again))),
                "CANCELLED, 0 reserved, 0 shipped, 0 kept");
    }

    @Test
    void retriedRequestsChangeNothing() {
        outcomesOf(
                world -> {
                    world.race(ask(world, PLACE), ask(world, PLACE), ask(world, PLACE));
                    world.race(ask(world, SHIP_TEA), ask(world, SHIP_TEA), ask(world, SHIP_TEA));
                    world.race(ask(world, PLACE), ask(world, SHIP_TEA), ask(world, CANCEL), ask(world, CANCEL));
                },
                "CONFIRMED, 0 reserved, 2 shipped, 700 kept");
    }

    @Test
    void duplicatedAndReorderedWebhooksChangeNothing() {
        Function<World, Runnable> webhook = world -> () -> world.look(PAYMENT);

        outcomesOf(
                world -> {
                    world.request(place(Bank.ASKS_CUSTOMER));
                    world.race(
                            webhook.apply(world),
                            webhook.apply(world),
                            world.bank()::hearACustomer,
                            webhook.apply(world),
                            webhook.apply(world));
                    world.race(webhook.apply(world), ask(world, SHIP), webhook.apply(world), webhook.apply(world));
                },
                "CONFIRMED, 0 reserved, 3 shipped, 1999 kept",
                "REJECTED, 0 reserved, 0 shipped, 0 kept");
    }

    @Test
    void cancelRacingCheckout() {
        outcomesOf(
                world -> world.race(ask(world, PLACE), ask(world, CANCEL)),
                "CANCELLED, 0 reserved, 0 shipped, 0 kept",
                "CONFIRMED, 3 reserved, 0 shipped, 0 kept");
    }

    @Test
    void cancelRacingCapture() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, SHIP), ask(world, CANCEL))),
                "CANCELLED, 0 reserved, 0 shipped, 0 kept",
                "CONFIRMED, 0 reserved, 3 shipped, 1999 kept");
    }

    @Test
    void cancelRacingShipment() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, SHIP_TEA), ask(world, CANCEL))),
                "CANCELLED, 0 reserved, 0 shipped, 0 kept",
                "CONFIRMED, 0 reserved, 2 shipped, 700 kept");
    }

    @Test
    void amendRacingCancel() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, AMEND), ask(world, CANCEL))),
                "CANCELLED, 0 reserved, 0 shipped, 0 kept");
    }

    @Test
    void amendRacingShipment() {
        outcomesOf(
                confirmed(world -> world.race(ask(world, AMEND), ask(world, SHIP))),
                "CONFIRMED, 0 reserved, 3 shipped, 1999 kept",
                "CONFIRMED, 0 reserved, 4 shipped, 2349 kept",
                "CONFIRMED, 4 reserved, 0 shipped, 0 kept");
    }

    private void outcomesOf(Consumer<World> race, String... expected) {
        Set<String> outcomes = new TreeSet<>();
        for (long seed = 1; seed <= HISTORIES; seed++) {
            try {
                outcomes.add(run(new World(services, Choices.seeded(seed), false), race, expected));
            } catch (AssertionError | RuntimeException failure) {
                throw tell(seed, failure, race, expected);
            }
        }
        assertThat(outcomes).containsExactlyInAnyOrder(expected);
    }

    private static String run(World world, Consumer<World> race, String... expected) {
        world.bank().calmDown();
        openShop(world);
        race.accept(world);
        String outcome = outcome(world);
        assertThat(outcome).isIn((Object[]) expected);
        return outcome;
    }

    private AssertionError tell(long seed, Throwable failure, Consumer<World> race, String... expected) {
        var world = new World(services, Choices.seeded(seed), true);
        try {
            run(world, race, expected);
            return new AssertionError("seed " + seed + " did not fail again", failure);
        } catch (AssertionError | RuntimeException again) {
            return new AssertionError("seed " + seed + ": " + again + "\n" + world.story(), again);
        }
    }

    private static Consumer<World> confirmed(Consumer<World> race) {
        return world -> {
            world.request(PLACE);
            world.calmDown();
            race.accept(world);
        };
    }

    private static void openShop(World world) {
        for (OrderLine line : List.of(TEA, CUP)) {
            world.request(new ListProduct(line.sku(), line.sku(), line.unitPrice(), false, 0));
            world.request(new ReceiveStock(line.sku(), line.sku() + "/receipt-1", 9, "main"));
        }
    }

    private static String outcome(World world) {
        var order = world.books().orders().order(ORDER);
        int reserved = 0;
        int shipped = 0;
        for (String sku : List.of("tea", "cup")) {
            reserved += world.books().stock().reserved(new StockBook.Share(ORDER, sku));
            shipped += world.books().stock().shipped(new StockBook.Share(ORDER, sku));
        }
        long keptMinor = world.books().payments().captured(ORDER)
                - world.books().payments().refunded(ORDER);
        return "%s, %d reserved, %d shipped, %d kept".formatted(order.stage(), reserved, shipped, keptMinor);
    }

    private static Runnable ask(World world, Object command) {
        return () -> world.request(command);
    }

    private static OrderCommand place(String token) {
        return new PlaceOrder(ORDER, "customer", List.of(TEA, CUP), Clients.ADDRESS, token, null);
    }

    private static OrderCommand ship(String id, LineQuantity... lines) {
        return new ShipOrder(ORDER, ORDER + id, List.of(lines), "track", null);
    }

    private static OrderLine line(String sku, int quantity, long unitPriceMinor) {
        return new OrderLine(sku, quantity, new Money(unitPriceMinor, "EUR"));
    }
}
