package io.waybill.ordering;

import static io.waybill.ordering.Samples.CONFIRMED;
import static io.waybill.ordering.Samples.CUP;
import static io.waybill.ordering.Samples.ORDER;
import static io.waybill.ordering.Samples.PLACED;
import static io.waybill.ordering.Samples.TEA;
import static io.waybill.ordering.Samples.allShipped;
import static io.waybill.ordering.Samples.confirmedWaitingFor;
import static io.waybill.ordering.Samples.cups;
import static io.waybill.ordering.Samples.eur;
import static io.waybill.ordering.Samples.isQuiet;
import static io.waybill.ordering.Samples.isRefused;
import static io.waybill.ordering.Samples.leaving;
import static io.waybill.ordering.Samples.shipped;
import static io.waybill.ordering.Samples.tea;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;

class OrderAmendmentTest {

    private static final OrderLine POT = new OrderLine("POT-1", 1, eur(4000));
    private static final ShipmentRequested TEA_LEAVES = leaving("tea", 2500, tea(2));
    /** Three tea instead of two, no cups, a pot: 3750 + 4000. */
    private static final AmendmentRequested REQUESTED = new AmendmentRequested(
            ORDER,
            "amendment",
            List.of(three(TEA), POT),
            eur(7750),
            List.of(tea(1), new LineQuantity("POT-1", 1)),
            List.of(cups(3)),
            eur(7750 - 5497));

    private static final OrderAmended AMENDED =
            new OrderAmended(ORDER, "amendment", REQUESTED.lines(), REQUESTED.total());
    private static final AmendOrder AMEND = amend(three(TEA), POT);

    private final AggregateTestFixture<Order> fixture = new AggregateTestFixture<>(Order.class);

    @Test
    void asksForTheDifference() {
        fixture.given(PLACED, CONFIRMED).when(AMEND).expectEvents(REQUESTED);
    }

    @Test
    void aProductThatIsInTheOrderKeepsItsPrice() {
        var dearer = new OrderLine("TEA-500", 3, eur(9999));

        fixture.given(PLACED, CONFIRMED).when(amend(dearer, POT)).expectEvents(REQUESTED);
    }

    @Test
    void aCheaperOrderNeedsNoMoreMoney() {
        fixture.given(PLACED, CONFIRMED)
                .when(amend(TEA))
                .expectEvents(new AmendmentRequested(
                        ORDER, "amendment", List.of(TEA), eur(2500), List.of(), List.of(cups(3)), eur(0)));
    }

    @Test
    void whatWasAuthorizedBeforeTheOrderBecameCheaperIsNotAuthorizedAgain() {
        var cheaper = new OrderAmended(ORDER, "cheaper", List.of(TEA), eur(2500));

        fixture.given(PLACED, CONFIRMED, requested("cheaper"), cheaper)
                .when(amend(TEA, POT))
                .expectEvents(new AmendmentRequested(
                        ORDER,
                        "amendment",
                        List.of(TEA, POT),
                        eur(6500),
                        List.of(new LineQuantity("POT-1", 1)),
                        List.of(),
                        eur(6500 - 5497)));
    }

    @Test
    void askingTwiceChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED).when(AMEND));
    }

    @Test
    void askingAgainAfterTheAnswerChangesNothing() {
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED, new AmendmentRefused(ORDER, "amendment", "OUT_OF_STOCK"))
                .when(AMEND));
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED, AMENDED).when(AMEND));
    }

    @Test
    void amendsWhatWasAmended() {
        fixture.given(PLACED, CONFIRMED, REQUESTED, AMENDED)
                .when(new AmendOrder(ORDER, "amendment-2", List.of(three(TEA)), null))
                .expectEvents(new AmendmentRequested(
                        ORDER,
                        "amendment-2",
                        List.of(three(TEA)),
                        eur(3750),
                        List.of(),
                        List.of(new LineQuantity("POT-1", 1)),
                        eur(0)));
    }

    @Test
    void cannotAmendWhileAnotherAmendmentIsPending() {
        conflicts("AMENDMENT_PENDING", PLACED, CONFIRMED, requested("other"));
    }

    @Test
    void cannotAmendBeforeTheConfirmation() {
        conflicts("ORDER_NOT_AMENDABLE", PLACED);
    }

    @Test
    void cannotAmendCancelledOrder() {
        conflicts(
                "ORDER_NOT_AMENDABLE",
                PLACED,
                new OrderCancelled(ORDER, "changed my mind", OrderStatus.PLACED, List.of("TEA-500", "CUP-1")));
    }

    @Test
    void cannotAmendWhatIsAboutToLeave() {
        conflicts("ORDER_NOT_AMENDABLE", PLACED, CONFIRMED, TEA_LEAVES);
    }

    @Test
    void amendsOrderWhoseShipmentWasRefused() {
        fixture.given(PLACED, CONFIRMED, TEA_LEAVES, new ShipmentRefused(ORDER, "tea", "CAPTURE_REFUSED"))
                .when(AMEND)
                .expectEvents(REQUESTED);
    }

    @Test
    void cannotAmendPartiallyShippedOrder() {
        conflicts("ORDER_NOT_AMENDABLE", PLACED, CONFIRMED, TEA_LEAVES, shipped(TEA_LEAVES, false));
    }

    @Test
    void cannotAmendShippedOrder() {
        conflicts("ORDER_NOT_AMENDABLE", allShipped());
    }

    @Test
    void cannotAmendOrderOfWhichAPartWasCancelled() {
        conflicts(
                "ORDER_NOT_AMENDABLE",
                PLACED,
                CONFIRMED,
                TEA_LEAVES,
                new RestCancelled(ORDER, "cancellation", "too late", List.of(cups(3)), false),
                new ShipmentRefused(ORDER, "tea", "CAPTURE_REFUSED"));
    }

    @Test
    void cannotAmendToTheSameLines() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(amend(CUP, TEA)), Fault.Kind.INVALID, "NOTHING_AMENDED");
    }

    @Test
    void cannotAmendToNothing() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(amend()), Fault.Kind.INVALID, "ORDER_EMPTY");
    }

    @Test
    void cannotAmendToTwoLinesOfOneProduct() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(amend(TEA, TEA)), Fault.Kind.INVALID, "REPEATED_SKU");
    }

    @Test
    void cannotAmendToNoPiecesOfAProduct() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(amend(new OrderLine("TEA-500", 0, eur(1250)))),
                Fault.Kind.INVALID,
                "QUANTITY_TOO_SMALL");
    }

    @Test
    void cannotAddAProductInAnotherCurrency() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(amend(TEA, sencha())), Fault.Kind.INVALID, "MIXED_CURRENCIES");
    }

    @Test
    void cannotAmendToAnotherCurrency() {
        isRefused(fixture.given(PLACED, CONFIRMED).when(amend(sencha())), Fault.Kind.INVALID, "MIXED_CURRENCIES");
    }

    @Test
    void cannotIncreaseALineThatWaitsForStock() {
        conflicts("LINE_BACKORDERED", PLACED, confirmedWaitingFor("TEA-500"));
    }

    @Test
    void decreasesALineThatWaitsForStock() {
        var one = new OrderLine("TEA-500", 1, TEA.unitPrice());

        fixture.given(PLACED, confirmedWaitingFor("TEA-500"))
                .when(amend(one, CUP))
                .expectEvents(new AmendmentRequested(
                        ORDER, "amendment", List.of(one, CUP), eur(4247), List.of(), List.of(tea(1)), eur(0)));
    }

    @Test
    void aLineStillWaitsForStockAfterAnAmendment() {
        var one = new OrderLine("TEA-500", 1, TEA.unitPrice());

        fixture.given(
                        PLACED,
                        confirmedWaitingFor("TEA-500"),
                        requested("amendment"),
                        new OrderAmended(ORDER, "amendment", List.of(one, CUP), eur(4247)))
                .when(new ShipOrder(ORDER, "rest", List.of(), "JD-rest", null))
                .expectEvents(leaving("rest", 2997, cups(3)));
    }

    @Test
    void amendsTheVersionThatTheSenderKnows() {
        fixture.given(PLACED, CONFIRMED)
                .when(new AmendOrder(ORDER, "amendment", AMEND.lines(), 1L))
                .expectEvents(REQUESTED);
    }

    @Test
    void cannotAmendAnotherVersion() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(new AmendOrder(ORDER, "amendment", AMEND.lines(), 0L)),
                Fault.Kind.STALE,
                "VERSION_MISMATCH");
    }

    @Test
    void becomesWhatTheAmendmentAskedFor() {
        fixture.given(PLACED, CONFIRMED, REQUESTED)
                .when(new AcceptAmendment(ORDER, "amendment"))
                .expectEvents(AMENDED);
    }

    @Test
    void shipsWhatItWasAmendedTo() {
        fixture.given(PLACED, CONFIRMED, REQUESTED, AMENDED)
                .when(new ShipOrder(ORDER, "all", List.of(), "JD-all", null))
                .expectEvents(leaving("all", 7750, tea(3), new LineQuantity("POT-1", 1)));
    }

    @Test
    void staysWhatItWasWhenTheAmendmentIsRefused() {
        var refused = new AmendmentRefused(ORDER, "amendment", "OUT_OF_STOCK");

        fixture.given(PLACED, CONFIRMED, REQUESTED)
                .when(new RefuseAmendment(ORDER, "amendment", "OUT_OF_STOCK"))
                .expectEvents(refused);
        fixture.given(PLACED, CONFIRMED, REQUESTED, refused)
                .when(new ShipOrder(ORDER, "all", List.of(), "JD-all", null))
                .expectEvents(leaving("all", 5497, tea(2), cups(3)));
    }

    @Test
    void theFirstAnswerToAnAmendmentCounts() {
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED, AMENDED)
                .when(new RefuseAmendment(ORDER, "amendment", "OUT_OF_STOCK")));
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED, AMENDED).when(new AcceptAmendment(ORDER, "amendment")));
        isQuiet(fixture.given(PLACED, CONFIRMED, REQUESTED, new AmendmentRefused(ORDER, "amendment", "OUT_OF_STOCK"))
                .when(new AcceptAmendment(ORDER, "amendment")));
    }

    @Test
    void aLateAnswerToAnOldAmendmentDoesNotDecideTheNext() {
        isQuiet(fixture.given(
                        PLACED,
                        CONFIRMED,
                        requested("old"),
                        new AmendmentRefused(ORDER, "old", "OUT_OF_STOCK"),
                        REQUESTED)
                .when(new AcceptAmendment(ORDER, "old")));
    }

    @Test
    void unknownAmendmentIsNotFound() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(new AcceptAmendment(ORDER, "amendment")),
                Fault.Kind.NOT_FOUND,
                "AMENDMENT_NOT_FOUND");
    }

    private void conflicts(String code, Object... history) {
        isRefused(fixture.given(history).when(AMEND), Fault.Kind.CONFLICT, code);
    }

    private static AmendmentRequested requested(String amendmentId) {
        return new AmendmentRequested(ORDER, amendmentId, List.of(TEA), eur(2500), List.of(), List.of(cups(3)), eur(0));
    }

    private static AmendOrder amend(OrderLine... lines) {
        return new AmendOrder(ORDER, "amendment", List.of(lines), null);
    }

    private static OrderLine three(OrderLine line) {
        return new OrderLine(line.sku(), 3, line.unitPrice());
    }

    private static OrderLine sencha() {
        return new OrderLine("SENCHA", 1, new Money(1800, "JPY"));
    }
}
