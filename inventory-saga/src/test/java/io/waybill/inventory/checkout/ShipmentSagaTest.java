package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PAYMENT;
import static io.waybill.inventory.checkout.Samples.RESOLUTION;
import static io.waybill.inventory.checkout.Samples.SETTLE_PAYMENT;
import static io.waybill.inventory.checkout.Samples.commit;
import static io.waybill.inventory.checkout.Samples.eur;
import static io.waybill.inventory.checkout.Samples.pieces;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.DerivedId;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.ProviderOperation;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.test.saga.WhenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class ShipmentSagaTest {

    private static final String SHIPMENT = "shipment-1";
    private static final List<LineQuantity> LINES = List.of(pieces(2, "TEA"), pieces(1, "CUP"));

    private static final ShipmentRequested REQUESTED =
            new ShipmentRequested(ORDER, SHIPMENT, LINES, eur(3499), "TRACK-1");
    private static final CapturePayment CAPTURE = new CapturePayment(PAYMENT, ORDER, SHIPMENT, eur(3499));
    private static final CaptureCompleted CAPTURED = captured(SHIPMENT);
    private static final CaptureRefused CAPTURE_REFUSED =
            new CaptureRefused(PAYMENT, ORDER, SHIPMENT, "AUTHORIZATION_EXPIRED");
    private static final RecordShipment RECORD = new RecordShipment(ORDER, SHIPMENT);
    private static final OrderShipped SHIPPED = shipped(false);
    private static final OrderShipped LAST_SHIPPED = shipped(true);
    private static final CommitStock COMMIT_TEA = commit(SHIPMENT, "TEA", 2);
    private static final CommitStock COMMIT_CUP = commit(SHIPMENT, "CUP", 1);
    private static final ShipmentRefused REFUSED = new ShipmentRefused(ORDER, SHIPMENT, "AUTHORIZATION_EXPIRED");
    private static final RefundPayment REFUND =
            new RefundPayment(PAYMENT, ORDER, DerivedId.derive("refund", SHIPMENT), eur(3499), "SHIPMENT_REFUSED");

    private final ProcessFixture<ShipmentSaga> shipment = new ProcessFixture<>(ShipmentSaga.class);

    // The happy path.

    @Test
    void capturesExactlyWhatTheShippedLinesCost() {
        given().whenPublishingA(REQUESTED).expectDispatchedCommands(CAPTURE).expectActiveSagas(1);
    }

    @Test
    void recordsTheShipmentOnceItIsPaidFor() {
        given(REQUESTED).whenPublishingA(CAPTURED).expectDispatchedCommands(RECORD);
    }

    @Test
    void takesTheGoodsOffTheShelfOnceShippedAndEnds() {
        given(REQUESTED, CAPTURED)
                .whenPublishingA(SHIPPED)
                .expectDispatchedCommands(COMMIT_TEA, COMMIT_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void settlesThePaymentWithTheLastShipment() {
        given(REQUESTED, CAPTURED)
                .whenPublishingA(LAST_SHIPPED)
                .expectDispatchedCommands(COMMIT_TEA, COMMIT_CUP, SETTLE_PAYMENT)
                .expectActiveSagas(0);
    }

    @Test
    void capturesNothingForGoodsThatCostNothing() {
        given().whenPublishingA(new ShipmentRequested(ORDER, SHIPMENT, LINES, eur(0), null))
                .expectDispatchedCommands(RECORD);
    }

    // Refusals.

    @Test
    void refusedCaptureAsksForTheRefusal() {
        given(REQUESTED).whenPublishingA(CAPTURE_REFUSED).expectDispatchedCommands(refuse("AUTHORIZATION_EXPIRED"));
    }

    @Test
    void refusedShipmentEndsAndLeavesTheGoodsReserved() {
        given(REQUESTED, CAPTURE_REFUSED)
                .whenPublishingA(REFUSED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void theRestOfTheOrderBeingCancelledMeanwhileChangesNothing() {
        given(REQUESTED)
                .whenPublishingA(new RestCancelled(ORDER, "cancellation-1", "late", List.of(pieces(2, "CUP")), true))
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    // What an operator sees and does.

    @Test
    void showsThatTheOutcomeOfItsCaptureIsUnknownAndWaitsOn() {
        given(REQUESTED)
                .whenPublishingA(new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.CAPTURE, SHIPMENT, "timed out"))
                .expectNoDispatchedCommands();

        assertThat(shipment.view().lastError()).contains("CAPTURE", "timed out");
        assertThat(shipment.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);
        shipment.axon().andThenAPublished(CAPTURED);
        assertThat(shipment.view().lastError()).isNull();
    }

    @Test
    void stallsAndGoesOnWithARetry() {
        shipment.refusing(CapturePayment.class);
        given().whenPublishingA(REQUESTED).expectPublishedEvents(shipment.stalledBy(CapturePayment.class));
        assertThat(shipment.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        shipment.refusingNothing();

        shipment.whenRetried().expectDispatchedCommands(CAPTURE);

        assertThat(shipment.view().stalled()).isFalse();
    }

    @Test
    void resolvedAfterItsCaptureWasAMisuseIsRefusedAndOver() {
        shipment.refusing(CapturePayment.class);
        given(REQUESTED);

        shipment.whenResolved().expectDispatchedCommands(refuse(RESOLUTION));

        shipment.axon().whenPublishingA(REFUSED).expectNoDispatchedCommands().expectActiveSagas(0);
    }

    @Test
    void moneyThatComesForAShipmentThatWasGivenUpGoesBack() {
        given(REQUESTED);
        shipment.whenResolved().expectDispatchedCommands(refuse(RESOLUTION));
        shipment.axon().whenPublishingA(REFUSED).expectNoDispatchedCommands().expectActiveSagas(1);
        assertThat(shipment.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);

        shipment.axon()
                .whenPublishingA(CAPTURED)
                .expectDispatchedCommands(REFUND)
                .expectActiveSagas(0);
    }

    @Test
    void moneyThatCameBeforeTheRefusalGoesBackToo() {
        given(REQUESTED);
        shipment.whenResolved();
        shipment.axon().whenPublishingA(CAPTURED).expectNoDispatchedCommands();

        shipment.axon()
                .whenPublishingA(REFUSED)
                .expectDispatchedCommands(REFUND)
                .expectActiveSagas(0);
    }

    @Test
    void noMoneyForAShipmentThatWasGivenUpIsTheEnd() {
        given(REQUESTED);
        shipment.whenResolved();

        shipment.axon().andThenAPublished(REFUSED);
        shipment.axon()
                .whenPublishingA(CAPTURE_REFUSED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void resolvedAgainStillWaitsForTheMoneyOnItsWay() {
        given(REQUESTED);
        shipment.whenResolved();
        shipment.axon().andThenAPublished(REFUSED);

        shipment.whenResolved().expectNoDispatchedCommands().expectActiveSagas(1);
    }

    @Test
    void aPaidShipmentThatTheOrderWillNotRecordIsRefundedWhenResolved() {
        shipment.refusing(RecordShipment.class);
        given(REQUESTED, CAPTURED);

        shipment.whenResolved().expectDispatchedCommands(refuse(RESOLUTION));
        shipment.axon()
                .whenPublishingA(REFUSED)
                .expectDispatchedCommands(REFUND)
                .expectActiveSagas(0);
    }

    @Test
    void aShipmentThatTookPlaceAllTheSameIsNotRefunded() {
        given(REQUESTED, CAPTURED);
        shipment.whenResolved();

        shipment.axon()
                .whenPublishingA(SHIPPED)
                .expectDispatchedCommands(COMMIT_TEA, COMMIT_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void staysWhenGoodsCannotBeTakenOffTheShelfUntilARetrySucceeds() {
        shipment.refusing(CommitStock.class);
        given(REQUESTED, CAPTURED).whenPublishingA(LAST_SHIPPED).expectActiveSagas(1);
        assertThat(shipment.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        shipment.refusingNothing();

        shipment.whenRetried()
                .expectDispatchedCommands(COMMIT_TEA, COMMIT_CUP, SETTLE_PAYMENT)
                .expectActiveSagas(0);
    }

    @Test
    void resolvedWhileStalledInCommittingEnds() {
        shipment.refusing(CommitStock.class);
        given(REQUESTED, CAPTURED, SHIPPED);

        shipment.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }

    // What comes late, twice, or for someone else.

    static final List<Object> lateEvents = List.of(REQUESTED, CAPTURE_REFUSED);

    @ParameterizedTest
    @FieldSource("lateEvents")
    void nothingThatComesLateChangesAPaidShipment(Object late) {
        given(REQUESTED, CAPTURED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    static final List<Object> lastEvents = List.of(CAPTURED, CAPTURE_REFUSED, SHIPPED, REFUSED);

    @ParameterizedTest
    @FieldSource("lastEvents")
    void nothingThatComesAfterTheEndStartsItAgain(Object late) {
        given(REQUESTED, CAPTURED, SHIPPED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void twoShipmentsOfOneOrderGoSideBySide() {
        var other = new ShipmentRequested(ORDER, "shipment-2", List.of(pieces(2, "CUP")), eur(1998), null);
        given(REQUESTED).whenPublishingA(other).expectActiveSagas(2);

        shipment.axon()
                .whenPublishingA(captured("shipment-2"))
                .expectDispatchedCommands(new RecordShipment(ORDER, "shipment-2"));
        shipment.axon().whenPublishingA(CAPTURED).expectDispatchedCommands(RECORD);
    }

    static Stream<List<Object>> unfinished() {
        return Stream.of(List.<Object>of(REQUESTED, CAPTURED), List.<Object>of(REQUESTED, CAPTURE_REFUSED))
                .flatMap(story -> IntStream.rangeClosed(1, story.size()).mapToObj(n -> story.subList(0, n)))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("unfinished")
    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        shipment.everythingDeliveredTwiceChangesNothing(events);
    }

    static final List<List<Object>> finished = List.of(
            List.of(REQUESTED, CAPTURED, SHIPPED),
            List.of(REQUESTED, CAPTURED, LAST_SHIPPED),
            List.of(REQUESTED, CAPTURE_REFUSED, REFUSED));

    @ParameterizedTest
    @FieldSource("finished")
    void deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List<Object> events) {
        shipment.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(events);
    }

    private WhenState given(Object... events) {
        return shipment.given(events);
    }

    private static CaptureCompleted captured(String shipmentId) {
        return new CaptureCompleted(PAYMENT, ORDER, shipmentId, eur(3499));
    }

    private static OrderShipped shipped(boolean complete) {
        return new OrderShipped(ORDER, SHIPMENT, LINES, eur(3499), "TRACK-1", complete);
    }

    private static RefuseShipment refuse(String reason) {
        return new RefuseShipment(ORDER, SHIPMENT, reason);
    }
}
