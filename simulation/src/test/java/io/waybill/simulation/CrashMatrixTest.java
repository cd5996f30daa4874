package io.waybill.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.Steps;
import io.waybill.messages.Money;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GenericEventMessage;
import org.junit.jupiter.api.Test;

/**
 * Each step of each process, and each point at which whoever is at it may end: the process ends exactly there, goes on, and
 * all comes out as if it had not. Which points a step passes is found by letting the scenarios happen once without harm.
 */
class CrashMatrixTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "crash-matrix-simulated.md");
    private static final Path REAL_MATRIX = Path.of("..", "docs", "crash-matrix.md");
    private static final long SEED = 7;
    /** No step waits for a read model. */
    private static final Set<Point> POINTS =
            EnumSet.complementOf(EnumSet.of(Point.BEFORE_VIEW_WRITE, Point.AFTER_VIEW_WRITE));

    private static final String ORDER = "order-1";
    private static final String SHIPMENT = ORDER + "/ship-1";
    private static final String RETURN = ORDER + "/return-1";
    private static final OrderLine TEA = line("tea", 2);
    private static final OrderLine CUP = line("cup", 1);

    /** No process enters these any more: they are there for sagas that an earlier release stored. */
    private static final Set<String> OF_EARLIER_RELEASES = Set.of("CheckoutSaga.CAPTURING", "CheckoutSaga.CANCELLING");

    private final Services services = new Services();
    private final Map<String, Consumer<World>> scenarios = scenarios();

    @Test
    void aProcessThatEndsAnywhereGoesOnAsIfItHadNot() throws IOException {
        Map<String, Map<Point, Set<String>>> matrix = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        scenarios.forEach((name, scenario) -> {
            Set<Spot> spots = new LinkedHashSet<>();
            String expected = run(scenario, spots::add);
            for (Spot spot : spots) {
                matrix.computeIfAbsent(spot.step(), step -> new TreeMap<>())
                        .computeIfAbsent(spot.point(), point -> new TreeSet<>())
                        .add(name);
                String outcome = crashAt(spot, scenario);
                if (!outcome.equals(expected)) {
                    wrong.add("%s, crash %s of %s: %s instead of %s"
                            .formatted(name, spot.point(), spot.step(), outcome, expected));
                }
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(matrix.keySet()).containsExactlyInAnyOrderElementsOf(steps());
        String document = document(matrix);
        Files.writeString(Path.of("target", DOCUMENT.getFileName().toString()), document);
        assertThat(document)
                .as("%s; what it should be is in simulation/target", DOCUMENT.getFileName())
                .isEqualTo(Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "");
    }

    /** A new step needs a new run of {@code ./waybill crash-matrix}, which takes too long for a test. */
    @Test
    void everyStepIsInTheMatrixOfTheRealProcessesToo() throws IOException {
        String real = Files.readString(REAL_MATRIX);

        assertThat(steps()).allSatisfy(step -> assertThat(real).contains("| " + nameInTheRealMatrix(step) + " |"));
    }

    /** {@code CheckoutSaga.RESERVING} is {@code checkout/RESERVING} there. */
    private static String nameInTheRealMatrix(String step) {
        int dot = step.indexOf('.');
        return step.substring(0, dot).replace("Saga", "").toLowerCase(Locale.ROOT) + "/" + step.substring(dot + 1);
    }

    private String crashAt(Spot spot, Consumer<World> scenario) {
        Set<Spot> left = new LinkedHashSet<>(Set.of(spot));
        try {
            String outcome = run(scenario, passed -> {
                if (left.remove(passed)) {
                    throw new Crash(passed.toString());
                }
            });
            return left.isEmpty() ? outcome : "never got there";
        } catch (AssertionError | RuntimeException failure) {
            return failure.toString();
        }
    }

    private String run(Consumer<World> scenario, Consumer<Spot> watcher) {
        var world = new World(services, Choices.seeded(SEED), false);
        world.watch(watcher);
        world.settle(true);
        for (String sku : List.of("tea", "cup")) {
            world.request(new ListProduct(sku, sku, new Money(500, "EUR"), sku.equals("cup"), 0));
            world.request(new ReceiveStock(sku, sku + "/receipt-1", 9, "main"));
        }
        world.settle(true);
        scenario.accept(world);
        world.calmDown();
        return world.books().orders().orders().stream()
                .map(order -> "%s %s, %d shipments, %d kept"
                        .formatted(
                                order.orderId(),
                                order.stage(),
                                order.shipments().size(),
                                world.books().payments().captured(order.orderId())
                                        - world.books().payments().refunded(order.orderId())))
                .collect(Collectors.joining("; "));
    }

    private static Set<String> steps() {
        return Services.sagaTypes().stream()
                .flatMap(Steps::all)
                .filter(step -> !OF_EARLIER_RELEASES.contains(step))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Consumer<World>> scenarios() {
        Map<String, Consumer<World>> scenarios = new LinkedHashMap<>();
        scenarios.put("shipped in two parts", confirmed(world -> {
            world.request(ship(SHIPMENT, new LineQuantity("tea", 2)));
            world.settle(true);
            world.request(ship(ORDER + "/ship-2"));
        }));
        scenarios.put("declined", world -> world.request(place(Bank.DECLINES, TEA, CUP)));
        scenarios.put("out of stock", world -> world.request(place("token", line("tea", 99), CUP)));
        scenarios.put("customer agrees", agreed(world -> world.request(ship(SHIPMENT))));
        scenarios.put("customer does not come", world -> world.request(place(Bank.ASKS_CUSTOMER, TEA)));
        scenarios.put("backordered", world -> {
            world.request(place("token", line("cup", 12)));
            world.settle(true);
            world.request(new ReceiveStock("cup", "cup/receipt-2", 9, "main"));
        });
        scenarios.put("cancelled in checkout", world -> {
            world.request(place("token", TEA, CUP));
            world.request(new CancelOrder(ORDER, ORDER + "/cancel-1", "changed my mind", null));
        });
        scenarios.put(
                "cancelled",
                confirmed(
                        world -> world.request(new CancelOrder(ORDER, ORDER + "/cancel-1", "changed my mind", null))));
        scenarios.put("rest cancelled", confirmed(world -> {
            world.request(ship(SHIPMENT, new LineQuantity("tea", 1)));
            world.settle(true);
            world.request(new CancelOrder(ORDER, ORDER + "/cancel-1", "changed my mind", null));
        }));
        scenarios.put("amended to more and less", confirmed(world -> world.request(amend(line("tea", 5)))));
        scenarios.put("amended to less", confirmed(world -> world.request(amend(line("tea", 1), CUP))));
        scenarios.put("amended beyond the stock", confirmed(world -> world.request(amend(line("tea", 50), CUP))));
        scenarios.put("amended, customer agrees", agreed(world -> {
            world.request(amend(line("tea", 4), CUP));
            world.settle(true);
            world.bank().hearAllAgree();
        }));
        scenarios.put("amended, customer does not come", agreed(world -> world.request(amend(line("tea", 4), CUP))));
        scenarios.put("capture refused", confirmed(world -> {
            world.bank().refuseOnce();
            world.request(ship(SHIPMENT));
        }));
        scenarios.put("shipment given up", confirmed(world -> {
            world.request(ship(SHIPMENT));
            world.settle(false);
            resolve(world, SHIPMENT, "shipment");
            world.settle(false);
        }));
        scenarios.put("returned", shipped(world -> comeBack(world)));
        scenarios.put("return's refund refused", shipped(world -> {
            world.bank().refuseOnce();
            comeBack(world);
        }));
        scenarios.put("return given up", shipped(world -> {
            comeBack(world);
            world.settle(false);
            resolve(world, RETURN, "return");
            world.settle(false);
        }));
        scenarios.put("exchanged", shipped(world -> {
            world.request(new RequestExchange(
                    ORDER, RETURN, List.of(new LineQuantity("tea", 1)), "cold", "order-2", List.of(CUP), "token"));
            world.settle(true);
            inspect(world, 1);
        }));
        return scenarios;
    }

    private static Consumer<World> confirmed(Consumer<World> rest) {
        return world -> {
            world.request(place("token", TEA, CUP));
            world.settle(true);
            rest.accept(world);
        };
    }

    private static Consumer<World> agreed(Consumer<World> rest) {
        return world -> {
            world.request(place(Bank.ASKS_CUSTOMER, TEA, CUP));
            world.settle(true);
            world.bank().hearAllAgree();
            world.settle(true);
            rest.accept(world);
        };
    }

    private static Consumer<World> shipped(Consumer<World> rest) {
        return confirmed(world -> {
            world.request(ship(SHIPMENT));
            world.settle(true);
            rest.accept(world);
        });
    }

    private static void comeBack(World world) {
        world.request(new RequestReturn(ORDER, RETURN, List.of(new LineQuantity("tea", 2)), "cold"));
        inspect(world, 2);
    }

    private static void inspect(World world, int pieces) {
        world.request(new InspectReturn(ORDER, RETURN, List.of(new InspectedLine("tea", pieces, 0)), null));
    }

    private static void resolve(World world, String processId, String process) {
        world.publish(
                GenericEventMessage.asEventMessage(new ProcessResolved(ORDER, processId, process, "settled by hand")));
    }

    private static PlaceOrder place(String token, OrderLine... lines) {
        return new PlaceOrder(ORDER, "customer", List.of(lines), Clients.ADDRESS, token, null);
    }

    private static AmendOrder amend(OrderLine... lines) {
        return new AmendOrder(ORDER, ORDER + "/amend-1", List.of(lines), null);
    }

    private static ShipOrder ship(String shipmentId, LineQuantity... lines) {
        return new ShipOrder(ORDER, shipmentId, List.of(lines), "track", null);
    }

    private static OrderLine line(String sku, int quantity) {
        return new OrderLine(sku, quantity, new Money(500, "EUR"));
    }

    private static String document(Map<String, Map<Point, Set<String>>> matrix) {
        var table = new StringBuilder("""
                # The crash matrix, simulated

                Each process ends once at each point of each of its steps, in each scenario that comes by, and goes on: goods,
                money and orders must then be as if it had not, and nothing may hang. The number says in how many scenarios
                that was so; `-` is a point that the step does not pass. `CrashMatrixTest` makes this table and fails when it
                says anything else, or when a step has no row.

                """);
        table.append(row("step", POINTS.stream().map(Point::toString)));
        table.append(row("---", POINTS.stream().map(point -> "---")));
        matrix.forEach((step, points) -> table.append(row(
                "`" + step + "`",
                POINTS.stream()
                        .map(point -> points.containsKey(point)
                                ? String.valueOf(
                                        points.getOrDefault(point, Set.of()).size())
                                : "-"))));
        return table.toString();
    }

    private static String row(String first, Stream<String> cells) {
        return "| " + first + " | " + cells.collect(Collectors.joining(" | ")) + " |\n";
    }
}
