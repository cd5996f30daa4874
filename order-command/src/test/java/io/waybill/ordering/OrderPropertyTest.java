package io.waybill.ordering;

import static io.waybill.ordering.Samples.ADDRESS;
import static io.waybill.ordering.Samples.ORDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordBackorderArrival;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random commands to one order after another. IDs, products and quantities are few, so that repetitions, overlaps and
 * races are frequent. What is expected is computed afresh from the events so far, by counting them. A failure names its
 * seed; put it into {@code SEED} to see it again.
 */
class OrderPropertyTest {

    private static final long SEED = 20_261_101;
    private static final int HISTORIES = 3_000;
    private static final int COMMANDS_PER_HISTORY = 30;
    /** No digit after the point, two, and three. */
    private static final List<String> CURRENCIES = List.of("JPY", "EUR", "BHD");

    private static final List<String> SKUS = List.of("CUP-1", "POT-1", "TEA-500");
    private static final AggregateModel<Order> AGGREGATE =
            AnnotatedAggregateMetaModelFactory.inspectAggregate(Order.class);

    @Test
    void everyPieceIsInOnePlaceAndEveryMinorUnitIsAccountedFor() throws Exception {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            List<Step> history = new ArrayList<>();
            try {
                checkHistory(new Random(seed), history).forEach(event -> seen.add(event.getClass()));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + Step.tell(history), e);
            }
        }
        assertThat(seen)
                .as("what the histories lead to")
                .containsAll(Arrays.asList(OrderEvent.class.getPermittedSubclasses()));
    }

    private record Step(OrderCommand command, String outcome) {

        static String tell(List<Step> history) {
            return history.stream().map(Step::toString).collect(Collectors.joining("\n"));
        }
    }

    private static List<OrderEvent> checkHistory(Random random, List<Step> history) throws Exception {
        var log = new Log();
        EventBus bus = SimpleEventBus.builder().build();
        bus.subscribe(batch -> batch.forEach(message -> log.events.add((OrderEvent) message.getPayload())));
        var order = EventSourcedAggregate.initialize(new Order(), AGGREGATE, bus, NoSnapshotTriggerDefinition.TRIGGER);
        var commands = new Commands(random);
        for (int i = 0; i < COMMANDS_PER_HISTORY; i++) {
            OrderCommand command = commands.next(log);
            String expected = log.expects(command);
            int before = log.events.size();
            String outcome;
            try {
                order.handle(new GenericCommandMessage<>(command));
                outcome = log.events.subList(before, log.events.size()).stream()
                        .map(event -> event.getClass().getSimpleName())
                        .collect(Collectors.joining(" "));
            } catch (Misuse misuse) {
                outcome = Misuse.faultOf(misuse).map(Fault::code).orElseThrow();
            }
            history.add(new Step(command, outcome));
            assertThat(outcome).isEqualTo(expected);
            if (log.events.size() > before) {
                log.check();
            }
        }
        return log.events;
    }

    /** Draws commands. */
    private static final class Commands {

        private final Random random;
        private final List<OrderLine> priceList = new ArrayList<>();
        private final List<OrderLine> first;

        Commands(Random random) {
            this.random = random;
            String currency = any(CURRENCIES);
            for (String sku : SKUS) {
                // The dearest product and the largest quantity that the API takes are among them.
                boolean extreme = random.nextInt(20) == 0;
                priceList.add(new OrderLine(
                        sku,
                        extreme ? 1_000_000 : 1 + random.nextInt(4),
                        new Money(extreme ? 10_000_000_000L : random.nextInt(3_000), currency)));
            }
            first = List.copyOf(priceList.subList(0, 1 + random.nextInt(SKUS.size())));
        }

        /** Mostly what fits where the order stands; the rest is anything, at any time. */
        OrderCommand next(Log log) {
            if (log.events.isEmpty()) {
                return random.nextInt(20) > 0 ? place() : anything(log);
            }
            return switch (random.nextInt(4) == 0 ? null : log.status()) {
                case PLACED -> new ConfirmOrder(ORDER, backordered());
                case CONFIRMED -> random.nextInt(3) == 0 ? amendment(log) : shipment(log);
                case PARTIALLY_SHIPPED -> random.nextBoolean() ? shipment(log) : goodsComingBack(log);
                case SHIPPED, DELIVERED -> goodsComingBack(log);
                case REJECTED, CANCELLED -> anything(log);
                case null -> anything(log);
            };
        }

        private OrderCommand anything(Log log) {
            return switch (random.nextInt(9)) {
                case 0 -> place();
                case 1 -> new ConfirmOrder(ORDER, backordered());
                case 2 -> new RejectOrder(ORDER, "OUT_OF_STOCK");
                case 3 -> new RecordBackorderArrival(ORDER, any(SKUS));
                case 4 -> new CancelOrder(ORDER, id("cancellation"), "changed my mind", version(log));
                case 5 -> amendment(log);
                case 6 -> shipment(log);
                default -> goodsComingBack(log);
            };
        }

        private OrderCommand amendment(Log log) {
            List<String> ids = log.all(AmendmentRequested.class)
                    .map(AmendmentRequested::amendmentId)
                    .toList();
            return switch (upTo(4, ids)) {
                case 0 -> new AmendOrder(ORDER, id("amendment"), wanted(), version(log));
                case 1 -> new RefuseAmendment(ORDER, any(ids, "amendment"), "OUT_OF_STOCK");
                default -> new AcceptAmendment(ORDER, any(ids, "amendment"));
            };
        }

        private OrderCommand shipment(Log log) {
            List<String> ids = log.all(ShipmentRequested.class)
                    .map(ShipmentRequested::shipmentId)
                    .toList();
            return switch (upTo(8, ids)) {
                case 0, 1 -> {
                    List<LineQuantity> lines = random.nextInt(4) == 0 ? List.of() : pieces();
                    yield new ShipOrder(ORDER, id("shipment"), lines, null, version(log));
                }
                case 2, 3, 4 -> new RecordShipment(ORDER, any(ids, "shipment"));
                case 5 -> new RefuseShipment(ORDER, any(ids, "shipment"), "CAPTURE_REFUSED");
                case 6 -> new RecordDelivery(ORDER, any(ids, "shipment"));
                default -> new RecordDelivery(ORDER, null);
            };
        }

        private OrderCommand goodsComingBack(Log log) {
            List<String> ids = log.all(ReturnRequested.class)
                    .map(ReturnRequested::returnId)
                    .toList();
            return switch (upTo(8, ids)) {
                case 0 ->
                    random.nextInt(3) > 0
                            ? new RequestReturn(ORDER, id("return"), pieces(), "too small")
                            : new RequestExchange(
                                    ORDER, id("return"), pieces(), "too small", "order-after", priceList, "tok_ok");
                case 1 -> new ReceiveReturn(ORDER, any(ids, "return"));
                case 2, 3, 4 -> new InspectReturn(ORDER, any(ids, "return"), inspected(), refund());
                case 5 -> new RecordReturnRefundRefusal(ORDER, any(ids, "return"), "REFUND_REFUSED");
                default -> new CompleteReturn(ORDER, any(ids, "return"));
            };
        }

        /** One of so many cases; mostly the first one as long as there is nothing for the others to be about. */
        private int upTo(int cases, List<String> ids) {
            return ids.isEmpty() && random.nextInt(10) > 0 ? 0 : random.nextInt(cases);
        }

        private PlaceOrder place() {
            return new PlaceOrder(ORDER, "customer-7", first, ADDRESS, "tok_ok", null);
        }

        private List<String> backordered() {
            return first.stream()
                    .map(OrderLine::sku)
                    .filter(sku -> random.nextInt(5) == 0)
                    .toList();
        }

        /** At other prices, which must not matter for what is in the order already. */
        private List<OrderLine> wanted() {
            return some(priceList).stream()
                    .map(line -> new OrderLine(
                            line.sku(),
                            1 + random.nextInt(5),
                            new Money(random.nextInt(3_000), line.unitPrice().currency())))
                    .toList();
        }

        private List<LineQuantity> pieces() {
            return some(priceList).stream()
                    .map(line -> new LineQuantity(line.sku(), 1 + random.nextInt(line.quantity())))
                    .toList();
        }

        private List<InspectedLine> inspected() {
            return some(priceList).stream()
                    .map(line -> new InspectedLine(line.sku(), random.nextInt(2), random.nextInt(2)))
                    .toList();
        }

        private @Nullable Money refund() {
            return random.nextBoolean()
                    ? null
                    : new Money(
                            random.nextInt(3_000),
                            priceList.getFirst().unitPrice().currency());
        }

        private @Nullable Long version(Log log) {
            return random.nextInt(4) == 0 ? Long.valueOf(log.version() - random.nextInt(2)) : null;
        }

        private List<OrderLine> some(List<OrderLine> lines) {
            List<OrderLine> some =
                    lines.stream().filter(line -> random.nextBoolean()).toList();
            return some.isEmpty() ? List.of(any(lines)) : some;
        }

        private String any(List<String> ids, String kind) {
            return ids.isEmpty() || random.nextInt(20) == 0 ? id(kind) : any(ids);
        }

        private String id(String kind) {
            return kind + "-" + random.nextInt(4);
        }

        private <T> T any(List<T> things) {
            return things.get(random.nextInt(things.size()));
        }
    }

    /** The events so far, and everything that can be counted in them. */
    private static final class Log {

        private final List<OrderEvent> events = new ArrayList<>();

        String expects(OrderCommand command) {
            if (events.isEmpty()) {
                return command instanceof PlaceOrder ? "OrderPlaced" : "ORDER_NOT_FOUND";
            }
            return switch (command) {
                case PlaceOrder place -> "";
                case ConfirmOrder confirm -> status() == OrderStatus.PLACED ? "OrderConfirmed" : "";
                case RejectOrder reject -> status() == OrderStatus.PLACED ? "OrderRejected" : "";
                case RecordBackorderArrival arrival -> {
                    boolean news = status() == OrderStatus.PLACED
                            ? !has(
                                    BackorderArrived.class,
                                    arrived -> arrived.sku().equals(arrival.sku()))
                            : waits(arrival.sku()) && status() != OrderStatus.CANCELLED;
                    yield news ? "BackorderArrived" : "";
                }
                case CancelOrder cancel -> expects(cancel);
                case AmendOrder amend -> expects(amend);
                case AcceptAmendment accept -> decides(accept.amendmentId(), "OrderAmended");
                case RefuseAmendment refuse -> decides(refuse.amendmentId(), "AmendmentRefused");
                case ShipOrder ship -> expects(ship);
                case RecordShipment record -> leaves(record.shipmentId(), "OrderShipped");
                case RefuseShipment refuse -> leaves(refuse.shipmentId(), "ShipmentRefused");
                case RecordDelivery delivery -> expects(delivery);
                case RequestReturn announce -> announces(announce.returnId(), announce.lines(), "ReturnRequested");
                case RequestExchange exchange ->
                    announces(exchange.returnId(), exchange.lines(), "ReturnRequested ExchangeRequested");
                case ReceiveReturn receive -> {
                    if (announced(receive.returnId()) == null) {
                        yield "RETURN_NOT_FOUND";
                    }
                    yield isReceived(receive.returnId()) ? "" : "ReturnReceived";
                }
                case InspectReturn inspect -> expects(inspect);
                case CompleteReturn complete -> ends(complete.returnId(), "ReturnCompleted");
                case RecordReturnRefundRefusal refusal ->
                    has(ReturnRefundRefused.class, refused -> refused.returnId().equals(refusal.returnId()))
                            ? ""
                            : ends(refusal.returnId(), "ReturnRefundRefused");
            };
        }

        private String expects(CancelOrder cancel) {
            if (has(RestCancelled.class, rest -> rest.cancellationId().equals(cancel.cancellationId()))
                    || status() == OrderStatus.CANCELLED) {
                return "";
            }
            if (Set.of(OrderStatus.REJECTED, OrderStatus.SHIPPED, OrderStatus.DELIVERED)
                    .contains(status())) {
                return "ORDER_NOT_CANCELLABLE";
            }
            boolean whole = count(this::shipped) + count(this::leaving) == 0;
            if (!whole && count(this::open) == 0) {
                return "ORDER_NOT_CANCELLABLE";
            }
            if (isStale(cancel.expectedVersion())) {
                return "VERSION_MISMATCH";
            }
            if (!whole) {
                return "RestCancelled";
            }
            return pendingAmendment() == null ? "OrderCancelled" : "AmendmentRefused OrderCancelled";
        }

        private String expects(AmendOrder amend) {
            if (has(AmendmentRequested.class, asked -> asked.amendmentId().equals(amend.amendmentId()))) {
                return "";
            }
            if (status() != OrderStatus.CONFIRMED) {
                return "ORDER_NOT_AMENDABLE";
            }
            if (pendingAmendment() != null) {
                return "AMENDMENT_PENDING";
            }
            if (count(this::leaving) + count(this::cancelled) > 0) {
                return "ORDER_NOT_AMENDABLE";
            }
            Map<String, Integer> wanted = new TreeMap<>();
            amend.lines().forEach(line -> wanted.put(line.sku(), line.quantity()));
            if (SKUS.stream().allMatch(sku -> wanted.getOrDefault(sku, 0) == ordered(sku))) {
                return "NOTHING_AMENDED";
            }
            if (SKUS.stream().anyMatch(sku -> waits(sku) && wanted.getOrDefault(sku, 0) > ordered(sku))) {
                return "LINE_BACKORDERED";
            }
            return isStale(amend.expectedVersion()) ? "VERSION_MISMATCH" : "AmendmentRequested";
        }

        private String decides(String amendmentId, String decision) {
            if (!has(AmendmentRequested.class, asked -> asked.amendmentId().equals(amendmentId))) {
                return "AMENDMENT_NOT_FOUND";
            }
            @Nullable AmendmentRequested pending = pendingAmendment();
            return pending != null && pending.amendmentId().equals(amendmentId) ? decision : "";
        }

        private String expects(ShipOrder ship) {
            if (has(ShipmentRequested.class, asked -> asked.shipmentId().equals(ship.shipmentId()))) {
                return "";
            }
            if (status() != OrderStatus.CONFIRMED && status() != OrderStatus.PARTIALLY_SHIPPED) {
                return "ORDER_NOT_SHIPPABLE";
            }
            if (pendingAmendment() != null) {
                return "AMENDMENT_PENDING";
            }
            if (ship.lines().isEmpty() && count(sku -> waits(sku) ? 0 : open(sku)) == 0) {
                return "NOTHING_TO_SHIP";
            }
            for (LineQuantity line : ship.lines()) {
                if (ordered(line.sku()) == 0) {
                    return "LINE_NOT_FOUND";
                }
                if (line.quantity() > open(line.sku())) {
                    return "NOT_SHIPPABLE";
                }
            }
            if (ship.lines().stream().anyMatch(line -> waits(line.sku()))) {
                return "LINE_BACKORDERED";
            }
            return isStale(ship.expectedVersion()) ? "VERSION_MISMATCH" : "ShipmentRequested";
        }

        private String leaves(String shipmentId, String how) {
            if (!has(ShipmentRequested.class, asked -> asked.shipmentId().equals(shipmentId))) {
                return "SHIPMENT_NOT_FOUND";
            }
            return isLeaving(shipmentId) ? how : "";
        }

        private String expects(RecordDelivery delivery) {
            List<String> onTheirWay = all(OrderShipped.class)
                    .map(OrderShipped::shipmentId)
                    .filter(id -> !isDelivered(id))
                    .toList();
            @Nullable String id = delivery.shipmentId();
            if (id == null) {
                return all(OrderShipped.class).findAny().isEmpty()
                        ? "ORDER_NOT_DELIVERABLE"
                        : onTheirWay.stream().map(one -> "ShipmentDelivered").collect(Collectors.joining(" "));
            }
            if (!has(ShipmentRequested.class, asked -> asked.shipmentId().equals(id))) {
                return "SHIPMENT_NOT_FOUND";
            }
            if (isDelivered(id)) {
                return "";
            }
            return onTheirWay.contains(id) ? "ShipmentDelivered" : "SHIPMENT_NOT_SHIPPED";
        }

        private String announces(String returnId, List<LineQuantity> lines, String how) {
            if (announced(returnId) != null) {
                return "";
            }
            if (count(this::shipped) == 0) {
                return "ORDER_NOT_RETURNABLE";
            }
            for (LineQuantity line : lines) {
                if (ordered(line.sku()) == 0) {
                    return "LINE_NOT_FOUND";
                }
                if (line.quantity() > shipped(line.sku()) - returned(line.sku()) - comingBack(line.sku())) {
                    return "NOT_RETURNABLE";
                }
            }
            return how;
        }

        private String expects(InspectReturn inspect) {
            @Nullable ReturnRequested announced = announced(inspect.returnId());
            if (announced == null) {
                return "RETURN_NOT_FOUND";
            }
            long price = 0;
            for (InspectedLine line : inspect.lines()) {
                int came = line.restocked() + line.writtenOff();
                if (came > quantity(announced.lines(), line.sku())) {
                    return "NOT_ANNOUNCED";
                }
                price += came == 0 ? 0 : came * unitPrice(line.sku());
            }
            if (inspect.refund() != null && inspect.refund().minor() > price) {
                return "REFUND_NOT_POSSIBLE";
            }
            List<InspectedLine> came = inspect.lines().stream()
                    .filter(line -> line.restocked() + line.writtenOff() > 0)
                    .toList();
            long refund = inspect.refund() == null ? price : inspect.refund().minor();
            @Nullable ReturnInspected before = inspected(inspect.returnId());
            if (before != null) {
                return before.lines().equals(came) && before.refund().minor() == refund
                        ? ""
                        : "RETURN_ALREADY_INSPECTED";
            }
            return isReceived(inspect.returnId()) ? "ReturnInspected" : "ReturnReceived ReturnInspected";
        }

        private String ends(String returnId, String how) {
            if (announced(returnId) == null) {
                return "RETURN_NOT_FOUND";
            }
            if (inspected(returnId) == null) {
                return "RETURN_NOT_INSPECTED";
            }
            return has(ReturnCompleted.class, done -> done.returnId().equals(returnId)) ? "" : how;
        }

        void check() {
            for (String sku : SKUS) {
                assertThat(shipped(sku) + leaving(sku) + cancelled(sku)).as(sku).isLessThanOrEqualTo(ordered(sku));
                assertThat(returned(sku) + comingBack(sku)).as(sku).isLessThanOrEqualTo(shipped(sku));
            }
            checkMoney();
            switch (events.getLast()) {
                case OrderShipped shipped ->
                    assertThat(shipped.complete()).isEqualTo(count(this::open) + count(this::leaving) == 0);
                case RestCancelled cancelled -> assertThat(cancelled.complete()).isEqualTo(count(this::leaving) == 0);
                case ShipmentDelivered delivered ->
                    assertThat(delivered.complete()).isEqualTo(status() == OrderStatus.DELIVERED);
                case AmendmentRequested asked -> check(asked);
                default -> {}
            }
        }

        private void checkMoney() {
            long sent = all(OrderShipped.class)
                    .mapToLong(shipped -> shipped.amount().minor())
                    .sum();
            long leaving = all(ShipmentRequested.class)
                    .filter(asked -> isLeaving(asked.shipmentId()))
                    .mapToLong(asked -> asked.amount().minor())
                    .sum();
            long refunded = all(ReturnInspected.class)
                    .mapToLong(inspected -> inspected.refund().minor())
                    .sum();
            assertThat(sent + leaving + value(this::cancelled) + value(this::open))
                    .isEqualTo(total());
            assertThat(refunded).isBetween(0L, value(this::returned));
            assertThat(all(ReturnCompleted.class)
                            .mapToLong(done -> done.refund().minor())
                            .sum())
                    .isLessThanOrEqualTo(refunded);
        }

        /** With what was authorized before, exactly the new total is authorized, unless more is already. */
        private void check(AmendmentRequested asked) {
            long authorized = first().total().minor();
            for (OrderAmended amended : all(OrderAmended.class).toList()) {
                authorized += all(AmendmentRequested.class)
                        .filter(before -> before.amendmentId().equals(amended.amendmentId()))
                        .mapToLong(before -> before.additional().minor())
                        .sum();
            }
            assertThat(asked.additional().minor())
                    .isEqualTo(Math.max(0, asked.total().minor() - authorized));
            assertThat(asked.lines())
                    .filteredOn(line -> ordered(line.sku()) > 0)
                    .allMatch(line -> line.unitPrice().minor() == unitPrice(line.sku()), "keeps its price");
            for (String sku : SKUS) {
                int wanted = asked.lines().stream()
                        .filter(line -> line.sku().equals(sku))
                        .mapToInt(OrderLine::quantity)
                        .sum();
                assertThat(ordered(sku) + quantity(asked.increases(), sku) - quantity(asked.decreases(), sku))
                        .isEqualTo(wanted);
            }
        }

        OrderStatus status() {
            if (has(OrderCancelled.class, cancelled -> true)) {
                return OrderStatus.CANCELLED;
            }
            if (has(OrderRejected.class, rejected -> true)) {
                return OrderStatus.REJECTED;
            }
            if (!has(OrderConfirmed.class, confirmed -> true)) {
                return OrderStatus.PLACED;
            }
            if (count(this::shipped) == 0) {
                return OrderStatus.CONFIRMED;
            }
            if (count(this::open) + count(this::leaving) > 0) {
                return OrderStatus.PARTIALLY_SHIPPED;
            }
            return all(OrderShipped.class).allMatch(shipped -> isDelivered(shipped.shipmentId()))
                    ? OrderStatus.DELIVERED
                    : OrderStatus.SHIPPED;
        }

        long version() {
            return events.size() - 1L;
        }

        private boolean isStale(@Nullable Long expected) {
            return expected != null && expected != version();
        }

        private OrderPlaced first() {
            return (OrderPlaced) events.getFirst();
        }

        private List<OrderLine> lines() {
            return all(OrderAmended.class).map(OrderAmended::lines).reduce(first().lines(), (before, after) -> after);
        }

        private long total() {
            return all(OrderAmended.class)
                    .map(OrderAmended::total)
                    .reduce(first().total(), (before, after) -> after)
                    .minor();
        }

        private int ordered(String sku) {
            return lines().stream()
                    .filter(line -> line.sku().equals(sku))
                    .mapToInt(OrderLine::quantity)
                    .sum();
        }

        private long unitPrice(String sku) {
            return lines().stream()
                    .filter(line -> line.sku().equals(sku))
                    .mapToLong(line -> line.unitPrice().minor())
                    .sum();
        }

        private int leaving(String sku) {
            return all(ShipmentRequested.class)
                    .filter(asked -> isLeaving(asked.shipmentId()))
                    .mapToInt(asked -> quantity(asked.lines(), sku))
                    .sum();
        }

        private int shipped(String sku) {
            return all(OrderShipped.class)
                    .mapToInt(shipped -> quantity(shipped.lines(), sku))
                    .sum();
        }

        private int cancelled(String sku) {
            return all(RestCancelled.class)
                    .mapToInt(cancelled -> quantity(cancelled.lines(), sku))
                    .sum();
        }

        private int open(String sku) {
            return ordered(sku) - shipped(sku) - leaving(sku) - cancelled(sku);
        }

        private int comingBack(String sku) {
            return all(ReturnRequested.class)
                    .filter(announced -> inspected(announced.returnId()) == null)
                    .mapToInt(announced -> quantity(announced.lines(), sku))
                    .sum();
        }

        private int returned(String sku) {
            return all(ReturnInspected.class)
                    .flatMap(inspected -> inspected.lines().stream())
                    .filter(line -> line.sku().equals(sku))
                    .mapToInt(line -> line.restocked() + line.writtenOff())
                    .sum();
        }

        /** Whether a line waits for stock: it did at the confirmation, is still wanted, and none came. */
        private boolean waits(String sku) {
            return open(sku) > 0
                    && has(
                            OrderConfirmed.class,
                            confirmed -> confirmed.backordered().contains(sku))
                    && !has(BackorderArrived.class, arrived -> arrived.sku().equals(sku))
                    && all(OrderAmended.class)
                            .allMatch(amended -> amended.lines().stream()
                                    .anyMatch(line -> line.sku().equals(sku)));
        }

        private @Nullable AmendmentRequested pendingAmendment() {
            return all(AmendmentRequested.class)
                    .filter(asked -> !has(
                                    OrderAmended.class,
                                    amended -> amended.amendmentId().equals(asked.amendmentId()))
                            && !has(
                                    AmendmentRefused.class,
                                    refused -> refused.amendmentId().equals(asked.amendmentId())))
                    .findFirst()
                    .orElse(null);
        }

        private boolean isLeaving(String shipmentId) {
            return !has(OrderShipped.class, shipped -> shipped.shipmentId().equals(shipmentId))
                    && !has(
                            ShipmentRefused.class,
                            refused -> refused.shipmentId().equals(shipmentId));
        }

        private boolean isDelivered(String shipmentId) {
            return has(
                    ShipmentDelivered.class, delivered -> delivered.shipmentId().equals(shipmentId));
        }

        private boolean isReceived(String returnId) {
            return has(ReturnReceived.class, received -> received.returnId().equals(returnId));
        }

        private @Nullable ReturnRequested announced(String returnId) {
            return all(ReturnRequested.class)
                    .filter(announced -> announced.returnId().equals(returnId))
                    .findFirst()
                    .orElse(null);
        }

        private @Nullable ReturnInspected inspected(String returnId) {
            return all(ReturnInspected.class)
                    .filter(inspected -> inspected.returnId().equals(returnId))
                    .findFirst()
                    .orElse(null);
        }

        private static int quantity(List<LineQuantity> lines, String sku) {
            return lines.stream()
                    .filter(line -> line.sku().equals(sku))
                    .mapToInt(LineQuantity::quantity)
                    .sum();
        }

        private static int count(Function<String, Integer> pieces) {
            return SKUS.stream().mapToInt(pieces::apply).sum();
        }

        private long value(Function<String, Integer> pieces) {
            return SKUS.stream()
                    .mapToLong(sku -> pieces.apply(sku) * unitPrice(sku))
                    .sum();
        }

        private <E extends OrderEvent> Stream<E> all(Class<E> type) {
            return events.stream().filter(type::isInstance).map(type::cast);
        }

        private <E extends OrderEvent> boolean has(Class<E> type, Predicate<E> which) {
            return all(type).anyMatch(which);
        }
    }
}
