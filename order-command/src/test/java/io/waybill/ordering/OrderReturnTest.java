package io.waybill.ordering;

import static io.waybill.ordering.Samples.ADDRESS;
import static io.waybill.ordering.Samples.CONFIRMED;
import static io.waybill.ordering.Samples.ORDER;
import static io.waybill.ordering.Samples.PLACED;
import static io.waybill.ordering.Samples.allShipped;
import static io.waybill.ordering.Samples.cups;
import static io.waybill.ordering.Samples.eur;
import static io.waybill.ordering.Samples.isQuiet;
import static io.waybill.ordering.Samples.isRefused;
import static io.waybill.ordering.Samples.leaving;
import static io.waybill.ordering.Samples.shipped;
import static io.waybill.ordering.Samples.tea;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrderReturnTest {

    private static final ReturnRequested ANNOUNCED = announced("return", tea(2), cups(1));
    private static final ReturnReceived RECEIVED = new ReturnReceived(ORDER, "return");
    private static final InspectedLine TEA_IS_FINE = new InspectedLine("TEA-500", 2, 0);
    private static final InspectedLine CUP_IS_BROKEN = new InspectedLine("CUP-1", 0, 1);
    private static final ReturnInspected INSPECTED =
            new ReturnInspected(ORDER, "return", List.of(TEA_IS_FINE, CUP_IS_BROKEN), eur(3499));
    private static final ReturnCompleted COMPLETED = new ReturnCompleted(ORDER, "return", eur(3499));
    private static final ReturnRefundRefused REFUND_REFUSED =
            new ReturnRefundRefused(ORDER, "return", "REFUND_REFUSED");
    private static final CompleteReturn COMPLETE = new CompleteReturn(ORDER, "return");
    private static final RecordReturnRefundRefusal REFUSE_REFUND =
            new RecordReturnRefundRefusal(ORDER, "return", "REFUND_REFUSED");
    private static final OrderLine GREEN_TEA = new OrderLine("TEA-501", 2, eur(1400));

    private final AggregateTestFixture<Order> fixture = new AggregateTestFixture<>(Order.class);

    @Test
    void shippedGoodsComeBack() {
        fixture.given(allShipped()).when(announce("return", tea(2), cups(1))).expectEvents(ANNOUNCED);
    }

    @Test
    void deliveredGoodsComeBack() {
        fixture.given(allShipped(new ShipmentDelivered(ORDER, "all", true)))
                .when(announce("return", tea(2), cups(1)))
                .expectEvents(ANNOUNCED);
    }

    @Test
    void announcingTwiceChangesNothing() {
        isQuiet(fixture.given(allShipped(ANNOUNCED)).when(announce("return", tea(2), cups(1))));
    }

    @Test
    void cannotReturnWhatHasNotShipped() {
        ShipmentRequested teaLeaves = leaving("tea", 2500, tea(2));

        isRefused(
                fixture.given(PLACED, CONFIRMED, teaLeaves, shipped(teaLeaves, false))
                        .when(announce("return", cups(1))),
                Fault.Kind.CONFLICT,
                "NOT_RETURNABLE");
        isRefused(
                fixture.given(PLACED, CONFIRMED, teaLeaves).when(announce("return", tea(1))),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_RETURNABLE");
    }

    @Test
    void cannotReturnWhatIsAnnouncedAlready() {
        isRefused(
                fixture.given(allShipped(announced("earlier", tea(1)))).when(announce("return", tea(2))),
                Fault.Kind.CONFLICT,
                "NOT_RETURNABLE");
    }

    @Test
    void saysHowManyPiecesCanBeReturned() {
        fixture.given(allShipped(announced("earlier", tea(1))))
                .when(announce("return", tea(2)))
                .expectExceptionMessage("NOT_RETURNABLE: Pieces of TEA-500 that can be returned: 1; asked for: 2.");
    }

    @Test
    void cannotReturnWhatCameBackAlready() {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED)).when(announce("again", tea(1))),
                Fault.Kind.CONFLICT,
                "NOT_RETURNABLE");
    }

    @Test
    void cannotReturnNothing() {
        isRefused(fixture.given(allShipped()).when(announce("return")), Fault.Kind.INVALID, "RETURN_EMPTY");
    }

    @Test
    void returnsLaterWhatWasAnnouncedAndStayed() {
        var onlyOneCame = new ReturnInspected(ORDER, "return", List.of(new InspectedLine("TEA-500", 1, 0)), eur(1250));

        fixture.given(allShipped(ANNOUNCED, RECEIVED, onlyOneCame))
                .when(announce("later", tea(1), cups(3)))
                .expectEvents(announced("later", tea(1), cups(3)));
    }

    @Test
    void receivesWhatWasAnnounced() {
        fixture.given(allShipped(ANNOUNCED))
                .when(new ReceiveReturn(ORDER, "return"))
                .expectEvents(RECEIVED);
    }

    @Test
    void receivingTwiceChangesNothing() {
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(new ReceiveReturn(ORDER, "return")));
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED)).when(new ReceiveReturn(ORDER, "return")));
    }

    @Test
    void givesBackTheFullPriceOfWhatCame() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED))
                .when(inspect(null, TEA_IS_FINE, CUP_IS_BROKEN))
                .expectEvents(INSPECTED);
    }

    @Test
    void goodsThatAreInspectedHaveBeenReceived() {
        fixture.given(allShipped(ANNOUNCED))
                .when(inspect(null, TEA_IS_FINE, CUP_IS_BROKEN))
                .expectEvents(RECEIVED, INSPECTED);
    }

    @Test
    void givesBackLessWhenAskedTo() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED))
                .when(inspect(eur(1), TEA_IS_FINE))
                .expectEvents(new ReturnInspected(ORDER, "return", List.of(TEA_IS_FINE), eur(1)));
    }

    @Test
    void givesBackNothingWhenNothingCame() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED))
                .when(inspect(null, new InspectedLine("TEA-500", 0, 0)))
                .expectEvents(new ReturnInspected(ORDER, "return", List.of(), eur(0)));
    }

    static Stream<Money> refundsThatAreNotPossible() {
        return Stream.of(eur(2501), eur(-1), new Money(1, "JPY"));
    }

    @ParameterizedTest
    @MethodSource("refundsThatAreNotPossible")
    void givesBackNoMoreThanThePriceOfWhatCame(Money refund) {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(inspect(refund, TEA_IS_FINE)),
                Fault.Kind.INVALID,
                "REFUND_NOT_POSSIBLE");
    }

    static Stream<InspectedLine> piecesThatWereNotAnnounced() {
        return Stream.of(
                new InspectedLine("TEA-500", 2, 1),
                new InspectedLine("CUP-1", 0, 2),
                new InspectedLine("POT-1", 1, 0),
                new InspectedLine("TEA-500", 3, -1),
                new InspectedLine("TEA-500", Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("piecesThatWereNotAnnounced")
    void inspectsNoMoreThanWasAnnounced(InspectedLine line) {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(inspect(null, line)),
                Fault.Kind.INVALID,
                "NOT_ANNOUNCED");
    }

    @Test
    void inspectsEachProductOnce() {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(inspect(null, TEA_IS_FINE, TEA_IS_FINE)),
                Fault.Kind.INVALID,
                "REPEATED_SKU");
    }

    @Test
    void inspectingTwiceChangesNothing() {
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED))
                .when(inspect(null, TEA_IS_FINE, CUP_IS_BROKEN)));
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED, COMPLETED))
                .when(inspect(null, TEA_IS_FINE, CUP_IS_BROKEN)));
    }

    @Test
    void cannotInspectAgainWithAnotherResult() {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED)).when(inspect(null, TEA_IS_FINE)),
                Fault.Kind.CONFLICT,
                "RETURN_ALREADY_INSPECTED");
    }

    @Test
    void isDoneOnceTheMoneyWasGivenBack() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED)).when(COMPLETE).expectEvents(COMPLETED);
    }

    @Test
    void isNotDoneBeforeTheInspection() {
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(COMPLETE),
                Fault.Kind.CONFLICT,
                "RETURN_NOT_INSPECTED");
        isRefused(
                fixture.given(allShipped(ANNOUNCED, RECEIVED)).when(REFUSE_REFUND),
                Fault.Kind.CONFLICT,
                "RETURN_NOT_INSPECTED");
    }

    @Test
    void completingTwiceChangesNothing() {
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED, COMPLETED))
                .when(COMPLETE));
    }

    @Test
    void recordsThatTheMoneyCouldNotBeGivenBack() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED))
                .when(REFUSE_REFUND)
                .expectEvents(REFUND_REFUSED);
    }

    @Test
    void recordingARefundRefusalTwiceChangesNothing() {
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED, REFUND_REFUSED))
                .when(REFUSE_REFUND));
    }

    @Test
    void aRefundThatWasRefusedMaySucceedLater() {
        fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED, REFUND_REFUSED))
                .when(COMPLETE)
                .expectEvents(COMPLETED);
    }

    @Test
    void aLateRefusalDoesNotUndoTheRefund() {
        isQuiet(fixture.given(allShipped(ANNOUNCED, RECEIVED, INSPECTED, COMPLETED))
                .when(REFUSE_REFUND));
    }

    @Test
    void exchangesGoodsForOthers() {
        fixture.given(allShipped())
                .when(exchange(GREEN_TEA))
                .expectEvents(
                        new ReturnRequested(ORDER, "return", List.of(tea(2)), "wrong tea", "order-after"),
                        new ExchangeRequested(
                                ORDER,
                                "return",
                                "order-after",
                                "customer-7",
                                List.of(GREEN_TEA),
                                ADDRESS,
                                "tok_other"));
    }

    @Test
    void exchangingTwiceChangesNothing() {
        isQuiet(fixture.given(
                        allShipped(new ReturnRequested(ORDER, "return", List.of(tea(2)), "wrong tea", "order-after")))
                .when(exchange(GREEN_TEA)));
    }

    @Test
    void cannotExchangeWhatHasNotShipped() {
        isRefused(
                fixture.given(PLACED, CONFIRMED).when(exchange(GREEN_TEA)),
                Fault.Kind.CONFLICT,
                "ORDER_NOT_RETURNABLE");
    }

    @Test
    void cannotExchangeForWhatIsNoOrder() {
        isRefused(fixture.given(allShipped()).when(exchange()), Fault.Kind.INVALID, "ORDER_EMPTY");
        isRefused(
                fixture.given(allShipped())
                        .when(exchange(GREEN_TEA, new OrderLine("SENCHA", 1, new Money(1800, "JPY")))),
                Fault.Kind.INVALID,
                "MIXED_CURRENCIES");
    }

    static Stream<Object> commandsForAKnownReturn() {
        return Stream.of(new ReceiveReturn(ORDER, "return"), inspect(null, TEA_IS_FINE), COMPLETE, REFUSE_REFUND);
    }

    @ParameterizedTest
    @MethodSource("commandsForAKnownReturn")
    void unknownReturnIsNotFound(Object command) {
        isRefused(fixture.given(allShipped()).when(command), Fault.Kind.NOT_FOUND, "RETURN_NOT_FOUND");
    }

    private static RequestReturn announce(String returnId, LineQuantity... lines) {
        return new RequestReturn(ORDER, returnId, List.of(lines), "too small");
    }

    private static ReturnRequested announced(String returnId, LineQuantity... lines) {
        return new ReturnRequested(ORDER, returnId, List.of(lines), "too small", null);
    }

    private static InspectReturn inspect(@Nullable Money refund, InspectedLine... lines) {
        return new InspectReturn(ORDER, "return", List.of(lines), refund);
    }

    private static RequestExchange exchange(OrderLine... wanted) {
        return new RequestExchange(
                ORDER, "return", List.of(tea(2)), "wrong tea", "order-after", List.of(wanted), "tok_other");
    }
}
