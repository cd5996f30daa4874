package io.waybill.orderview.orderdetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderDetails.Amendment;
import io.waybill.messages.order.OrderDetails.AmendmentStatus;
import io.waybill.messages.order.OrderDetails.Line;
import io.waybill.messages.order.OrderDetails.Return;
import io.waybill.messages.order.OrderDetails.ReturnStatus;
import io.waybill.messages.order.OrderDetails.Shipment;
import io.waybill.messages.order.OrderDetails.ShipmentStatus;
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
import io.waybill.messages.order.OrderStatus;
import io.waybill.orderview.RandomHistory;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.axonframework.serialization.upcasting.event.EventUpcasterChain;
import org.axonframework.serialization.upcasting.event.InitialEventRepresentation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order of these tests: three teas at 12.50 EUR and one pot at 40.00 EUR, 77.50 EUR together. */
class OrderDetailsFoldTest {

    private static final String ORDER = "order-7";
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final Money TEA_PRICE = eur(1250);
    private static final Money POT_PRICE = eur(4000);
    private static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
    private static final OrderPlaced PLACED = new OrderPlaced(
            ORDER,
            "customer-7",
            List.of(new OrderLine("TEA", 3, TEA_PRICE), new OrderLine("POT", 1, POT_PRICE)),
            eur(7750),
            ADDRESS,
            "tok_ok",
            null);
    private static final OrderConfirmed CONFIRMED = new OrderConfirmed(ORDER, List.of());

    private static final List<LineQuantity> TWO_TEAS = List.of(new LineQuantity("TEA", 2));
    private static final List<LineQuantity> THE_REST = List.of(new LineQuantity("TEA", 1), new LineQuantity("POT", 1));
    private static final ShipmentRequested TEAS_WANTED =
            new ShipmentRequested(ORDER, "shipment-1", TWO_TEAS, eur(2500), "JD1");
    private static final OrderShipped TEAS_SHIPPED =
            new OrderShipped(ORDER, "shipment-1", TWO_TEAS, eur(2500), "JD1", false);
    private static final ShipmentDelivered TEAS_DELIVERED = new ShipmentDelivered(ORDER, "shipment-1", false);
    private static final ShipmentRequested REST_WANTED =
            new ShipmentRequested(ORDER, "shipment-2", THE_REST, eur(5250), null);
    private static final OrderShipped REST_SHIPPED =
            new OrderShipped(ORDER, "shipment-2", THE_REST, eur(5250), null, true);
    private static final RestCancelled REST_CANCELLED =
            new RestCancelled(ORDER, "cancellation-1", "too late", THE_REST, true);

    private static final ReturnRequested RETURN = new ReturnRequested(ORDER, "return-1", TWO_TEAS, "stale", null);
    private static final List<InspectedLine> ONE_GOOD_ONE_BAD = List.of(new InspectedLine("TEA", 1, 1));
    private static final ReturnInspected INSPECTED =
            new ReturnInspected(ORDER, "return-1", ONE_GOOD_ONE_BAD, eur(2000));

    private static final List<OrderLine> FIVE_TEAS = List.of(new OrderLine("TEA", 5, TEA_PRICE));
    private static final AmendmentRequested FIVE_TEAS_WANTED = new AmendmentRequested(
            ORDER,
            "amendment-1",
            FIVE_TEAS,
            eur(6250),
            List.of(new LineQuantity("TEA", 2)),
            List.of(new LineQuantity("POT", 1)),
            eur(0));

    // Checkout.

    @Test
    void showsAPlacedOrder() {
        assertThat(after(PLACED))
                .isEqualTo(new OrderDetails(
                        ORDER,
                        "customer-7",
                        OrderStatus.PLACED,
                        null,
                        List.of(untouched("TEA", 3, TEA_PRICE), untouched("POT", 1, POT_PRICE)),
                        eur(7750),
                        eur(0),
                        eur(0),
                        ADDRESS,
                        List.of(),
                        List.of(),
                        null,
                        null,
                        0,
                        START,
                        START));
    }

    @Test
    void showsWhichOrderItReplaces() {
        var replacement =
                new OrderPlaced(ORDER, "customer-7", PLACED.lines(), PLACED.total(), ADDRESS, "tok_ok", "order-6");

        assertThat(after(replacement).exchangeFor()).isEqualTo("order-6");
        assertThat(after(replacement, CONFIRMED).exchangeFor()).isEqualTo("order-6");
    }

    @Test
    void showsAConfirmedOrder() {
        var order = after(PLACED, CONFIRMED);

        assertThat(order.status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order.reason()).isNull();
        assertThat(order.lines()).noneMatch(Line::backordered);
    }

    @Test
    void countsItsEventsAndKeepsTheTimesOfTheFirstAndTheLast() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED);

        assertThat(order.version()).isEqualTo(2);
        assertThat(order.placedAt()).isEqualTo(START);
        assertThat(order.updatedAt()).isEqualTo(START.plusSeconds(2));
    }

    @Test
    void showsWhyAnOrderWasRejectedAndThatNothingOfItWillCome() {
        var order = after(PLACED, new OrderRejected(ORDER, "OUT_OF_STOCK"));

        assertThat(order.status()).isEqualTo(OrderStatus.REJECTED);
        assertThat(order.reason()).isEqualTo("OUT_OF_STOCK");
        assertThat(order.lines()).extracting(Line::cancelled).containsExactly(3, 1);
    }

    @Test
    void showsWhichLinesWaitForStock() {
        var waiting = new OrderConfirmed(ORDER, List.of("POT"));

        assertThat(after(PLACED, waiting).lines())
                .extracting(Line::sku, Line::backordered)
                .containsExactly(tuple("TEA", false), tuple("POT", true));
        assertThat(after(PLACED, waiting, new BackorderArrived(ORDER, "POT")).lines())
                .noneMatch(Line::backordered);
    }

    @Test
    void stockThatArrivesBeforeTheConfirmationIsNotWaitedFor() {
        assertThat(after(PLACED, new BackorderArrived(ORDER, "POT"), CONFIRMED).lines())
                .noneMatch(Line::backordered);
    }

    // Cancellation.

    @Test
    void showsWhyAnOrderWasCancelledAndThatNothingOfItWillCome() {
        var waiting = new OrderConfirmed(ORDER, List.of("POT"));
        var cancelled = new OrderCancelled(ORDER, "changed my mind", OrderStatus.CONFIRMED, List.of("TEA", "POT"));

        var order = after(PLACED, waiting, cancelled);

        assertThat(order.status()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(order.reason()).isEqualTo("changed my mind");
        assertThat(order.lines())
                .extracting(Line::cancelled, Line::backordered)
                .containsExactly(tuple(3, false), tuple(1, false));
    }

    @Test
    void cancellingTheRestLeavesWhatIsOnItsWay() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, REST_CANCELLED);

        assertThat(order.status()).isEqualTo(OrderStatus.SHIPPED);
        assertThat(order.reason()).isEqualTo("too late");
        assertThat(order.lines()).extracting(Line::shipped, Line::cancelled).containsExactly(tuple(2, 1), tuple(0, 1));
        assertThat(order.total()).isEqualTo(eur(7750));
    }

    @Test
    void cancellingTheRestOfWhatHasArrivedMakesTheOrderDelivered() {
        assertThat(after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, TEAS_DELIVERED, REST_CANCELLED)
                        .status())
                .isEqualTo(OrderStatus.DELIVERED);
    }

    @Test
    void cancellingTheRestDoesNotMoveAnOrderOfWhichAShipmentIsBeingPaidFor() {
        var incomplete = new RestCancelled(ORDER, "cancellation-1", "too late", THE_REST, false);

        assertThat(after(PLACED, CONFIRMED, TEAS_WANTED, incomplete).status()).isEqualTo(OrderStatus.CONFIRMED);
    }

    @Test
    void aLineThatIsCancelledWaitsForNothing() {
        var waiting = new OrderConfirmed(ORDER, List.of("POT"));

        assertThat(after(PLACED, waiting, TEAS_WANTED, TEAS_SHIPPED, REST_CANCELLED)
                        .lines())
                .noneMatch(Line::backordered);
    }

    // Amendment.

    @Test
    void anAmendmentChangesNothingWhileItIsBeingArranged() {
        var order = after(PLACED, CONFIRMED, FIVE_TEAS_WANTED);

        assertThat(order.amendment())
                .isEqualTo(new Amendment("amendment-1", AmendmentStatus.REQUESTED, FIVE_TEAS, eur(6250), null));
        assertThat(order.total()).isEqualTo(eur(7750));
        assertThat(order.lines()).extracting(Line::sku).containsExactly("TEA", "POT");
        assertThat(order.status()).isEqualTo(OrderStatus.CONFIRMED);
    }

    @Test
    void anAcceptedAmendmentIsTheOrder() {
        var order = after(PLACED, CONFIRMED, FIVE_TEAS_WANTED, amended(FIVE_TEAS));

        assertThat(order.amendment())
                .isEqualTo(new Amendment("amendment-1", AmendmentStatus.ACCEPTED, FIVE_TEAS, eur(6250), null));
        assertThat(order.total()).isEqualTo(eur(6250));
        assertThat(order.lines()).containsExactly(untouched("TEA", 5, TEA_PRICE));
    }

    @Test
    void aLineThatWaitsForStockStillDoesAfterAnAmendment() {
        var waiting = new OrderConfirmed(ORDER, List.of("TEA", "POT"));

        assertThat(after(PLACED, waiting, FIVE_TEAS_WANTED, amended(FIVE_TEAS)).lines())
                .extracting(Line::sku, Line::backordered)
                .containsExactly(tuple("TEA", true));
    }

    @Test
    void aRefusedAmendmentLeavesTheOrderAsItWasAndSaysWhy() {
        var refused = new AmendmentRefused(ORDER, "amendment-1", "OUT_OF_STOCK");

        var order = after(PLACED, CONFIRMED, FIVE_TEAS_WANTED, refused);

        assertThat(order.amendment())
                .isEqualTo(new Amendment("amendment-1", AmendmentStatus.REFUSED, FIVE_TEAS, eur(6250), "OUT_OF_STOCK"));
        assertThat(order.total()).isEqualTo(eur(7750));
        assertThat(order.lines()).isEqualTo(after(PLACED, CONFIRMED).lines());
        assertThat(order.reason()).isNull();
    }

    // Shipment.

    @Test
    void aShipmentThatIsBeingPaidForHasNotLeftTheHouse() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED);

        assertThat(order.shipments())
                .containsExactly(
                        new Shipment("shipment-1", ShipmentStatus.REQUESTED, TWO_TEAS, eur(2500), "JD1", null));
        assertThat(order.status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order.shipped()).isEqualTo(eur(0));
        assertThat(order.lines()).extracting(Line::shipped).containsExactly(0, 0);
    }

    @Test
    void aPartThatLeftTheHouseMakesTheOrderPartiallyShipped() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED);

        assertThat(order.shipments()).extracting(Shipment::status).containsExactly(ShipmentStatus.SHIPPED);
        assertThat(order.status()).isEqualTo(OrderStatus.PARTIALLY_SHIPPED);
        assertThat(order.shipped()).isEqualTo(eur(2500));
        assertThat(order.lines()).extracting(Line::shipped).containsExactly(2, 0);
    }

    @Test
    void theLastPartThatLeftTheHouseMakesTheOrderShipped() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, REST_WANTED, REST_SHIPPED);

        assertThat(order.status()).isEqualTo(OrderStatus.SHIPPED);
        assertThat(order.shipped()).isEqualTo(eur(7750)).isEqualTo(order.total());
        assertThat(order.lines()).extracting(Line::shipped).containsExactly(3, 1);
    }

    @Test
    void aRefusedShipmentDidNotTakePlaceAndSaysWhy() {
        var refused = new ShipmentRefused(ORDER, "shipment-1", "CAPTURE_REFUSED");

        var order = after(PLACED, CONFIRMED, TEAS_WANTED, refused);

        assertThat(order.shipments())
                .containsExactly(new Shipment(
                        "shipment-1", ShipmentStatus.REFUSED, TWO_TEAS, eur(2500), "JD1", "CAPTURE_REFUSED"));
        assertThat(order.status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order.lines()).isEqualTo(after(PLACED, CONFIRMED).lines());
    }

    @Test
    void showsWhichShipmentsArrived() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, REST_WANTED, REST_SHIPPED, TEAS_DELIVERED);

        assertThat(order.shipments())
                .extracting(Shipment::status)
                .containsExactly(ShipmentStatus.DELIVERED, ShipmentStatus.SHIPPED);
        assertThat(order.status()).isEqualTo(OrderStatus.SHIPPED);
    }

    @Test
    void theLastShipmentThatArrivedMakesTheOrderDelivered() {
        assertThat(wholeLife().status()).isEqualTo(OrderStatus.DELIVERED);
    }

    // Return and exchange.

    @Test
    void aReturnThatIsAnnouncedTakesNothingBackYet() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, RETURN);

        assertThat(order.returns())
                .containsExactly(
                        new Return("return-1", ReturnStatus.REQUESTED, TWO_TEAS, "stale", List.of(), null, null, null));
        assertThat(order.lines()).extracting(Line::returned).containsExactly(0, 0);
    }

    @Test
    void goodsThatAreHereAreNotTakenBackBeforeSomebodyLooked() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, RETURN, new ReturnReceived(ORDER, "return-1"));

        assertThat(order.returns()).extracting(Return::status).containsExactly(ReturnStatus.RECEIVED);
        assertThat(order.lines()).extracting(Line::returned).containsExactly(0, 0);
    }

    @Test
    void inspectedGoodsAreTakenBackAndTheirMoneyIsNotYet() {
        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, RETURN, INSPECTED);

        assertThat(order.returns())
                .containsExactly(new Return(
                        "return-1",
                        ReturnStatus.INSPECTED,
                        TWO_TEAS,
                        "stale",
                        ONE_GOOD_ONE_BAD,
                        eur(2000),
                        null,
                        null));
        assertThat(order.lines()).extracting(Line::returned).containsExactly(2, 0);
        assertThat(order.refunded()).isEqualTo(eur(0));
    }

    @Test
    void aCompletedReturnIsRefunded() {
        var order = after(
                PLACED,
                CONFIRMED,
                TEAS_WANTED,
                TEAS_SHIPPED,
                RETURN,
                INSPECTED,
                new ReturnCompleted(ORDER, "return-1", eur(2000)));

        assertThat(order.returns()).extracting(Return::status).containsExactly(ReturnStatus.COMPLETED);
        assertThat(order.refunded()).isEqualTo(eur(2000));
        assertThat(order.shipped()).isEqualTo(eur(2500));
        assertThat(order.status()).isEqualTo(OrderStatus.PARTIALLY_SHIPPED);
    }

    @Test
    void showsWhyAReturnCouldNotBeRefunded() {
        var refused = new ReturnRefundRefused(ORDER, "return-1", "REFUND_REFUSED");

        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, RETURN, INSPECTED, refused);

        assertThat(order.returns())
                .extracting(Return::status, Return::refusal)
                .containsExactly(tuple(ReturnStatus.REFUND_REFUSED, "REFUND_REFUSED"));
        assertThat(order.refunded()).isEqualTo(eur(0));
    }

    @Test
    void aReturnThatIsRefundedAfterAllIsDone() {
        var order = after(
                PLACED,
                CONFIRMED,
                TEAS_WANTED,
                TEAS_SHIPPED,
                RETURN,
                INSPECTED,
                new ReturnRefundRefused(ORDER, "return-1", "REFUND_REFUSED"),
                new ReturnCompleted(ORDER, "return-1", eur(2000)));

        assertThat(order.returns())
                .extracting(Return::status, Return::refusal)
                .containsExactly(tuple(ReturnStatus.COMPLETED, null));
        assertThat(order.refunded()).isEqualTo(eur(2000));
    }

    @Test
    void showsWhichOrderReplacesReturnedGoods() {
        var exchange = new ReturnRequested(ORDER, "return-1", TWO_TEAS, "stale", "order-8");
        var wanted = new ExchangeRequested(ORDER, "return-1", "order-8", "customer-7", FIVE_TEAS, ADDRESS, "tok_ok");

        var order = after(PLACED, CONFIRMED, TEAS_WANTED, TEAS_SHIPPED, exchange, wanted);

        assertThat(order.returns()).extracting(Return::exchangeOrderId).containsExactly("order-8");
        assertThat(order.version()).isEqualTo(5);
    }

    // All of it.

    @Test
    void showsAWholeLife() {
        var order = wholeLife();

        assertThat(order.lines())
                .containsExactly(
                        new Line("TEA", 3, TEA_PRICE, 3, 0, 2, false), new Line("POT", 1, POT_PRICE, 1, 0, 0, false));
        assertThat(order.shipments()).extracting(Shipment::status).containsOnly(ShipmentStatus.DELIVERED);
        assertThat(order.returns()).extracting(Return::status).containsOnly(ReturnStatus.COMPLETED);
        assertThat(order.shipped().minus(order.refunded())).isEqualTo(eur(5750));
        assertThat(order.version()).isEqualTo(11);
    }

    @Test
    void anyLifeAddsUp() {
        RandomHistory.many().forEach(history -> {
            var order = after(history.events().toArray(OrderEvent[]::new));

            assertThat(order.status()).as("status of %s", history).isEqualTo(history.status());
            assertThat(order.total()).as("total of %s", history).isEqualTo(history.total());
            assertThat(order.shipped()).as("shipped of %s", history).isEqualTo(history.shipped());
            assertThat(order.refunded()).as("refunded of %s", history).isEqualTo(history.refunded());
            assertThat(order.total()).as("total of %s", history).isEqualTo(sumOf(order.lines()));
            assertThat(order.version()).isEqualTo(history.events().size() - 1);
            order.lines().forEach(line -> {
                assertThat(line.shipped())
                        .as("%s in %s", line, history)
                        .isEqualTo(history.shipped(line.sku()))
                        .isBetween(line.returned(), line.quantity() - line.cancelled());
                assertThat(line.quantity() - line.shipped() - line.cancelled())
                        .as("%s in %s", line, history)
                        .isEqualTo(history.toShip(line.sku()));
                assertThat(line.returned()).as("%s in %s", line, history).isEqualTo(history.returned(line.sku()));
                assertThat(line.backordered()).as("%s in %s", line, history).isEqualTo(history.waits(line.sku()));
            });
        });
    }

    @Test
    void readsAnOrderFromBeforeOrdersWereShippedInParts() {
        OrderEvent placed = stored(OrderPlaced.class, """
                {"orderId": "order-7", "customerId": "customer-7",
                 "lines": [{"sku": "TEA", "quantity": 2, "unitPrice": {"minor": 1250, "currency": "EUR"}}],
                 "total": {"minor": 2500, "currency": "EUR"},
                 "shippingAddress": {"name": "Ada Lovelace", "line1": "12 St James's Square", "line2": null,
                                     "postalCode": "SW1Y 4JH", "city": "London", "country": "GB"},
                 "paymentToken": "tok_ok"}""");
        OrderEvent confirmed = stored(OrderConfirmed.class, """
                {"orderId": "order-7"}""");

        var order = after(placed, confirmed);

        assertThat(order.status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order.lines()).containsExactly(untouched("TEA", 2, TEA_PRICE));
        assertThat(order.exchangeFor()).isNull();
    }

    // What cannot be.

    @Test
    void refusesAnOrderThatMovesBeforeItWasPlaced() {
        assertThatThrownBy(() -> after(CONFIRMED)).hasMessageContaining("before it was placed");
    }

    @Test
    void refusesAnEventAboutAPartThatTheOrderDoesNotHave() {
        assertThatThrownBy(() -> after(PLACED, CONFIRMED, TEAS_SHIPPED)).hasMessageContaining("does not have");
        assertThatThrownBy(() -> after(PLACED, CONFIRMED, INSPECTED)).hasMessageContaining("does not have");
        assertThatThrownBy(() -> after(PLACED, new BackorderArrived(ORDER, "CUP")))
                .hasMessageContaining("does not have");
        assertThatThrownBy(() -> after(PLACED, CONFIRMED, amended(FIVE_TEAS))).hasMessageContaining("before it was");
    }

    private static OrderDetails wholeLife() {
        return after(
                PLACED,
                CONFIRMED,
                TEAS_WANTED,
                TEAS_SHIPPED,
                REST_WANTED,
                REST_SHIPPED,
                TEAS_DELIVERED,
                new ShipmentDelivered(ORDER, "shipment-2", true),
                RETURN,
                new ReturnReceived(ORDER, "return-1"),
                INSPECTED,
                new ReturnCompleted(ORDER, "return-1", eur(2000)));
    }

    /** The first event happens at the start, each later one a second after the one before. */
    private static OrderDetails after(OrderEvent... events) {
        @Nullable OrderDetails order = null;
        for (int version = 0; version < events.length; version++) {
            order = OrderDetailsFold.fold(order, events[version], version, START.plusSeconds(version));
        }
        return Objects.requireNonNull(order);
    }

    private static OrderAmended amended(List<OrderLine> lines) {
        return new OrderAmended(ORDER, "amendment-1", lines, eur(6250));
    }

    private static Line untouched(String sku, int quantity, Money unitPrice) {
        return new Line(sku, quantity, unitPrice, 0, 0, 0, false);
    }

    private static Money sumOf(List<Line> lines) {
        return lines.stream()
                .map(line -> line.unitPrice().times(line.quantity()))
                .reduce(Money::plus)
                .orElseThrow();
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }

    /** An event as it is read that was stored in the first shape of its type. */
    private static OrderEvent stored(Class<? extends OrderEvent> type, String json) {
        var entry = new GenericDomainEventEntry<>(
                "Order", ORDER, 0, "event", START.toString(), type.getName(), null, json, "{}");
        var upcasters = new EventUpcasterChain(ServiceLoader.load(EventUpcaster.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
        var serializer = Jackson3Serializer.builder().build();
        return upcasters
                .upcast(Stream.of(new InitialEventRepresentation(entry, serializer)))
                .map(read -> type.cast(serializer.deserialize(read.getData())))
                .findFirst()
                .orElseThrow();
    }
}
