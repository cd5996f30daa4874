package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PAYMENT;
import static io.waybill.inventory.checkout.Samples.RESOLUTION;
import static io.waybill.inventory.checkout.Samples.eur;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.DerivedId;
import io.waybill.messages.inventory.StockCommand.ReturnStock;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.ProviderOperation;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.test.saga.WhenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A tea that can be sold again, a cup that cannot, and a pot that did not come back at all. */
class ReturnSagaTest {

    private static final String RETURN = "return-1";

    private static final ReturnInspected INSPECTED = inspected(2249);
    private static final ReturnInspected INSPECTED_WITHOUT_REFUND = inspected(0);
    private static final ReturnStock RETURN_TEA = new ReturnStock("TEA", RETURN, ORDER, 1, 0, null);
    private static final ReturnStock RETURN_CUP = new ReturnStock("CUP", RETURN, ORDER, 0, 1, null);
    private static final StockReturned TEA_RETURNED = new StockReturned("TEA", RETURN, ORDER, 1, 0, "main");
    private static final StockReturned CUP_RETURNED = new StockReturned("CUP", RETURN, ORDER, 0, 1, "main");
    private static final RefundPayment REFUND = new RefundPayment(PAYMENT, ORDER, RETURN, eur(2249), "RETURNED");
    private static final RefundCompleted REFUNDED = new RefundCompleted(PAYMENT, ORDER, RETURN, eur(2249));
    private static final RefundRefused REFUND_REFUSED =
            new RefundRefused(PAYMENT, ORDER, RETURN, eur(2249), "CARD_EXPIRED");
    private static final String SECOND_REFUND = DerivedId.derive("refund", RETURN, "1");
    private static final CompleteReturn COMPLETE = new CompleteReturn(ORDER, RETURN);
    private static final ReturnCompleted COMPLETED = new ReturnCompleted(ORDER, RETURN, eur(2249));
    private static final ReturnRefundRefused REFUSED = new ReturnRefundRefused(ORDER, RETURN, "CARD_EXPIRED");

    private final ProcessFixture<ReturnSaga> goods = new ProcessFixture<>(ReturnSaga.class);

    // The happy path.

    @Test
    void takesGoodsAndGivesMoneyBackSideBySide() {
        given().whenPublishingA(INSPECTED)
                .expectDispatchedCommands(RETURN_TEA, RETURN_CUP, REFUND)
                .expectActiveSagas(1);
    }

    @Test
    void completesTheReturnOnceGoodsAndMoneyAreBack() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED).whenPublishingA(REFUNDED).expectDispatchedCommands(COMPLETE);
    }

    @Test
    void goodsMayBeBackAfterTheMoney() {
        given(INSPECTED, TEA_RETURNED, REFUNDED).whenPublishingA(CUP_RETURNED).expectDispatchedCommands(COMPLETE);
    }

    @Test
    void waitsForNoMoneyWhereNoneIsToBeGivenBack() {
        given().whenPublishingA(INSPECTED_WITHOUT_REFUND).expectDispatchedCommands(RETURN_TEA, RETURN_CUP);
        goods.axon().andThenAPublished(TEA_RETURNED);
        goods.axon().whenPublishingA(CUP_RETURNED).expectDispatchedCommands(COMPLETE);
    }

    @Test
    void completesAtOnceWhereThereIsNothingToGiveBack() {
        given().whenPublishingA(new ReturnInspected(ORDER, RETURN, List.of(new InspectedLine("TEA", 0, 0)), eur(0)))
                .expectDispatchedCommands(COMPLETE);
    }

    @Test
    void endsWithTheReturn() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED)
                .whenPublishingA(COMPLETED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    // The refusal.

    @Test
    void refusedRefundIsRecorded() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED)
                .whenPublishingA(REFUND_REFUSED)
                .expectDispatchedCommands(refuse("CARD_EXPIRED"));
    }

    @Test
    void waitsForSomebodyOnceTheRefusalIsRecorded() {
        given(INSPECTED, TEA_RETURNED, REFUND_REFUSED, CUP_RETURNED)
                .whenPublishingA(REFUSED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);

        assertThat(goods.view().stalled()).isTrue();
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        assertThat(goods.view().lastError()).contains("CARD_EXPIRED");
    }

    @Test
    void givesBackWhatIsLeftUnderAnotherNameWhenSomebodyHasItTriedAgain() {
        var partRefused = new RefundRefused(PAYMENT, ORDER, RETURN, eur(1000), "CARD_EXPIRED");
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, partRefused, REFUSED);

        goods.whenRetried()
                .expectDispatchedCommands(new RefundPayment(PAYMENT, ORDER, SECOND_REFUND, eur(1000), "RETURNED"));

        goods.axon()
                .whenPublishingA(new RefundCompleted(PAYMENT, ORDER, SECOND_REFUND, eur(1000)))
                .expectDispatchedCommands(COMPLETE);
        goods.axon().whenPublishingA(COMPLETED).expectActiveSagas(0);
    }

    @Test
    void waitsAgainWithoutTellingTheOrderWhenTheSecondAttemptIsRefused() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUND_REFUSED, REFUSED);
        goods.whenRetried();

        goods.axon()
                .whenPublishingA(new RefundRefused(PAYMENT, ORDER, SECOND_REFUND, eur(2249), "ACCOUNT_CLOSED"))
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
        assertThat(goods.view().stalled()).isTrue();
        assertThat(goods.view().lastError()).contains("ACCOUNT_CLOSED");
    }

    @Test
    void firstRefusalThatComesAgainDoesNotEndTheSecondAttempt() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUND_REFUSED, REFUSED);
        goods.whenRetried();

        goods.axon().andThenAPublished(REFUND_REFUSED);

        assertThat(goods.view().stalled()).isFalse();
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);
    }

    @Test
    void endsWhenSomebodyGivesTheRefundUp() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUND_REFUSED, REFUSED);

        goods.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }

    @Test
    void moneyOfASecondAttemptThatWasGivenUpCompletesTheReturnAllTheSame() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUND_REFUSED, REFUSED);
        goods.whenRetried();
        goods.whenResolved().expectNoDispatchedCommands().expectActiveSagas(1);

        goods.axon()
                .whenPublishingA(new RefundCompleted(PAYMENT, ORDER, SECOND_REFUND, eur(2249)))
                .expectDispatchedCommands(COMPLETE);
    }

    // What an operator sees and does.

    @Test
    void showsWhetherItWaitsForGoodsOrForMoney() {
        given(INSPECTED, TEA_RETURNED);
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.STOCK);

        goods.axon().andThenAPublished(CUP_RETURNED);
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);
    }

    @Test
    void showsThatTheOutcomeOfItsRefundIsUnknown() {
        given(INSPECTED)
                .whenPublishingA(new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.REFUND, RETURN, "timed out"))
                .expectNoDispatchedCommands();

        assertThat(goods.view().lastError()).contains("REFUND", "timed out");
    }

    @Test
    void goodsThatStockWillNotTakeStallItEvenIfTheMoneyIsBack() {
        goods.refusing(ReturnStock.class);
        given().whenPublishingA(INSPECTED)
                .expectPublishedEvents(goods.stalledBy(ReturnStock.class), goods.stalledBy(ReturnStock.class));
        goods.axon().whenPublishingA(REFUNDED).expectNoDispatchedCommands();
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        goods.refusingNothing();

        goods.whenRetried().expectDispatchedCommands(RETURN_TEA, RETURN_CUP);
    }

    @Test
    void retriesOnlyWhatIsNotAnswered() {
        given(INSPECTED, TEA_RETURNED);

        goods.whenRetried().expectDispatchedCommands(RETURN_CUP, REFUND);
    }

    @Test
    void resolvedReturnRecordsThatNothingWasRefunded() {
        goods.refusing(RefundPayment.class);
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED);

        goods.whenResolved().expectDispatchedCommands(refuse(RESOLUTION)).expectActiveSagas(1);
    }

    @Test
    void aReturnThatWasGivenUpBeforePaymentTriedIsOver() {
        goods.refusing(RefundPayment.class);
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED);
        goods.whenResolved();

        goods.axon().whenPublishingA(REFUSED).expectNoDispatchedCommands().expectActiveSagas(0);
    }

    @Test
    void moneyThatArrivesAfterTheReturnWasGivenUpCompletesIt() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED);
        goods.whenResolved().expectDispatchedCommands(refuse(RESOLUTION));
        goods.axon().whenPublishingA(REFUSED).expectNoDispatchedCommands().expectActiveSagas(1);
        assertThat(goods.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);

        goods.axon().whenPublishingA(REFUNDED).expectDispatchedCommands(COMPLETE);
        goods.axon().whenPublishingA(COMPLETED).expectActiveSagas(0);
    }

    @Test
    void moneyThatArrivedBeforeTheRecordedRefusalCompletesItToo() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED);
        goods.whenResolved();
        goods.axon().whenPublishingA(REFUNDED).expectNoDispatchedCommands();

        goods.axon().whenPublishingA(REFUSED).expectDispatchedCommands(COMPLETE);
    }

    @Test
    void noMoneyForAReturnThatWasGivenUpIsTheEnd() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED);
        goods.whenResolved();
        goods.axon().andThenAPublished(REFUSED);

        goods.axon()
                .whenPublishingA(REFUND_REFUSED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void resolvedReturnWhoseMoneyIsBackIsCompleted() {
        goods.refusing(ReturnStock.class);
        given(INSPECTED, REFUNDED);

        goods.whenResolved().expectDispatchedCommands(COMPLETE).expectActiveSagas(1);
    }

    @Test
    void resolvedWhileTheOrderRefusesToCompleteEnds() {
        goods.refusing(CompleteReturn.class);
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED);

        goods.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }

    // What comes late, twice, or for someone else.

    static final List<Object> lateEvents = List.of(INSPECTED, TEA_RETURNED, REFUNDED, REFUND_REFUSED);

    @ParameterizedTest
    @FieldSource("lateEvents")
    void nothingThatComesLateChangesASettledReturn(Object late) {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    static final List<Object> lastEvents = List.of(TEA_RETURNED, REFUNDED, REFUND_REFUSED, COMPLETED);

    @ParameterizedTest
    @FieldSource("lastEvents")
    void nothingThatComesAfterTheEndStartsItAgain(Object late) {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED, COMPLETED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void anotherRefundOfTheOrderIsNotTheOneItWaitsFor() {
        given(INSPECTED, TEA_RETURNED, CUP_RETURNED)
                .whenPublishingA(new RefundCompleted(PAYMENT, ORDER, "return-2", eur(2249)))
                .expectNoDispatchedCommands();
    }

    static Stream<List<Object>> unfinished() {
        return Stream.of(
                        List.<Object>of(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED),
                        List.<Object>of(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUND_REFUSED),
                        List.<Object>of(INSPECTED_WITHOUT_REFUND, TEA_RETURNED, CUP_RETURNED))
                .flatMap(story -> IntStream.rangeClosed(1, story.size()).mapToObj(n -> story.subList(0, n)))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("unfinished")
    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        goods.everythingDeliveredTwiceChangesNothing(events);
    }

    static final List<List<Object>> finished =
            List.of(List.of(INSPECTED, TEA_RETURNED, CUP_RETURNED, REFUNDED, COMPLETED));

    @ParameterizedTest
    @FieldSource("finished")
    void deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List<Object> events) {
        goods.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(events);
    }

    private WhenState given(Object... events) {
        return goods.given(events);
    }

    private static ReturnInspected inspected(long refund) {
        return new ReturnInspected(
                ORDER,
                RETURN,
                List.of(new InspectedLine("TEA", 1, 0), new InspectedLine("CUP", 0, 1), new InspectedLine("POT", 0, 0)),
                eur(refund));
    }

    private static RecordReturnRefundRefusal refuse(String reason) {
        return new RecordReturnRefundRefusal(ORDER, RETURN, reason);
    }
}
