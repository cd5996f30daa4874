package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_CONFIRMED;
import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PAYMENT;
import static io.waybill.inventory.checkout.Samples.RESOLUTION;
import static io.waybill.inventory.checkout.Samples.eur;
import static io.waybill.inventory.checkout.Samples.pieces;
import static io.waybill.inventory.checkout.Samples.reservation;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.DerivedId;
import io.waybill.messages.inventory.StockCommand.ExtendReservation;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.UndoExtension;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentCommand.AuthorizeMore;
import io.waybill.messages.payment.PaymentCommand.VoidAuthorization;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.ProviderOperation;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.test.saga.WhenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two teas more, a pot besides, and one cup less. */
class AmendmentSagaTest {

    private static final String AMENDMENT = "amendment-1";
    private static final String AUTHORIZATION = DerivedId.authorization(ORDER, AMENDMENT);
    private static final List<OrderLine> LINES = List.of(
            new OrderLine("TEA", 4, eur(1250)), new OrderLine("POT", 1, eur(2000)), new OrderLine("CUP", 2, eur(999)));

    private static final AmendmentRequested REQUESTED =
            requested(List.of(pieces(2, "TEA"), pieces(1, "POT")), List.of(pieces(1, "CUP")), 3501);
    private static final AmendmentRequested LESS_REQUESTED = requested(List.of(), List.of(pieces(1, "CUP")), 0);
    private static final AmendmentRequested CHEAPER_REQUESTED = requested(List.of(pieces(2, "TEA")), List.of(), 0);
    private static final ExtendReservation EXTEND_TEA =
            new ExtendReservation("TEA", reservation("TEA"), ORDER, AMENDMENT, 2);
    private static final ExtendReservation EXTEND_POT =
            new ExtendReservation("POT", reservation("POT"), ORDER, AMENDMENT, 1);
    private static final ReservationExtended TEA_EXTENDED = extended("TEA", AMENDMENT);
    private static final ReservationExtended POT_EXTENDED = extended("POT", AMENDMENT);
    private static final ExtensionRefused POT_REFUSED =
            new ExtensionRefused("POT", reservation("POT"), ORDER, AMENDMENT, 1, 0, "OUT_OF_STOCK");
    private static final AuthorizeMore AUTHORIZE_MORE = new AuthorizeMore(PAYMENT, ORDER, AUTHORIZATION, eur(3501));
    private static final PaymentAuthorized AUTHORIZED = authorized(AUTHORIZATION);
    private static final PaymentDeclined DECLINED =
            new PaymentDeclined(PAYMENT, ORDER, AUTHORIZATION, "INSUFFICIENT_FUNDS");
    private static final CustomerActionRequired ACTION_REQUIRED =
            new CustomerActionRequired(PAYMENT, ORDER, AUTHORIZATION, null, ProcessFixture.NOW);
    private static final AcceptAmendment ACCEPT = new AcceptAmendment(ORDER, AMENDMENT);
    private static final OrderAmended AMENDED = new OrderAmended(ORDER, AMENDMENT, LINES, eur(8998));
    private static final ReduceReservation REDUCE_CUP =
            new ReduceReservation("CUP", reservation("CUP"), ORDER, AMENDMENT, 1);
    private static final AmendmentRefused REFUSED = new AmendmentRefused(ORDER, AMENDMENT, "OUT_OF_STOCK");
    private static final UndoExtension UNDO_TEA = new UndoExtension("TEA", reservation("TEA"), ORDER, AMENDMENT);
    private static final UndoExtension UNDO_POT = new UndoExtension("POT", reservation("POT"), ORDER, AMENDMENT);
    private static final VoidAuthorization VOID = new VoidAuthorization(PAYMENT, ORDER, AUTHORIZATION);

    private final ProcessFixture<AmendmentSaga> amendment = new ProcessFixture<>(AmendmentSaga.class);

    // The happy path.

    @Test
    void reservesWhatComesOnTop() {
        given().whenPublishingA(REQUESTED)
                .expectDispatchedCommands(EXTEND_TEA, EXTEND_POT)
                .expectActiveSagas(1);
    }

    @Test
    void authorizesTheDifferenceOnceEveryIncreaseIsReserved() {
        given(REQUESTED).whenPublishingA(TEA_EXTENDED).expectNoDispatchedCommands();
        amendment.axon().whenPublishingA(POT_EXTENDED).expectDispatchedCommands(AUTHORIZE_MORE);
    }

    @Test
    void hasTheOrderAcceptOnceTheMoneyIsAuthorized() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED).whenPublishingA(AUTHORIZED).expectDispatchedCommands(ACCEPT);
    }

    @Test
    void givesBackWhatFellAwayOnceTheOrderIsAmended() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED, AUTHORIZED)
                .whenPublishingA(AMENDED)
                .expectDispatchedCommands(REDUCE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void asksForNoMoneyIfTheOrderGetsNoDearer() {
        given(CHEAPER_REQUESTED).whenPublishingA(TEA_EXTENDED).expectDispatchedCommands(ACCEPT);
    }

    @Test
    void asksForNothingIfTheOrderOnlyGetsSmaller() {
        given().whenPublishingA(LESS_REQUESTED).expectDispatchedCommands(ACCEPT);
    }

    @Test
    void waitsForTheCustomerWhereThePaymentNeedsOne() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED)
                .whenPublishingA(ACTION_REQUIRED)
                .expectNoDispatchedCommands();
        assertThat(amendment.view().waitsFor()).isEqualTo(WaitsFor.CUSTOMER);

        amendment.axon().whenPublishingA(AUTHORIZED).expectDispatchedCommands(ACCEPT);
    }

    // Refusals.

    @Test
    void refusedExtensionAsksForTheRefusalAndUndoesNothingYet() {
        given(REQUESTED, TEA_EXTENDED).whenPublishingA(POT_REFUSED).expectDispatchedCommands(refuse("OUT_OF_STOCK"));
    }

    @Test
    void declineAsksForTheRefusal() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED)
                .whenPublishingA(DECLINED)
                .expectDispatchedCommands(refuse("INSUFFICIENT_FUNDS"));
    }

    @Test
    void refusalTakesEveryExtensionBackAndEnds() {
        given(REQUESTED, TEA_EXTENDED, POT_REFUSED)
                .whenPublishingA(REFUSED)
                .expectDispatchedCommands(UNDO_TEA, UNDO_POT)
                .expectActiveSagas(0);
    }

    @Test
    void refusalAlsoLiftsAHoldThatWasAskedFor() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED, DECLINED)
                .whenPublishingA(REFUSED)
                .expectDispatchedCommands(VOID, UNDO_TEA, UNDO_POT)
                .expectActiveSagas(0);
    }

    static final List<List<Object>> beforeTheOrderAnswered = List.of(
            List.of(REQUESTED),
            List.of(REQUESTED, TEA_EXTENDED, POT_EXTENDED),
            List.of(REQUESTED, TEA_EXTENDED, POT_EXTENDED, AUTHORIZED));

    @ParameterizedTest
    @FieldSource("beforeTheOrderAnswered")
    void anAmendmentWhoseOrderIsCancelledMeanwhileIsUndoneAtAnyStep(List<Object> events) {
        given(events.toArray())
                .whenPublishingA(new AmendmentRefused(ORDER, AMENDMENT, "ORDER_CANCELLED"))
                .expectActiveSagas(0);
        amendment.axon().whenPublishingA(CANCELLED_FROM_CONFIRMED).expectNoDispatchedCommands();
    }

    @Test
    void anAmendmentThatWasAcceptedAllTheSameIsNotUndone() {
        given(REQUESTED, TEA_EXTENDED, POT_REFUSED)
                .whenPublishingA(AMENDED)
                .expectDispatchedCommands(REDUCE_CUP)
                .expectActiveSagas(0);
    }

    // What an operator sees and does.

    @Test
    void showsThatTheOutcomeOfItsAuthorizationIsUnknown() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED)
                .whenPublishingA(
                        new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.AUTHORIZE, AUTHORIZATION, "timed out"))
                .expectNoDispatchedCommands();

        assertThat(amendment.view().lastError()).contains("timed out");
        assertThat(amendment.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);
    }

    @Test
    void stallsAndGoesOnWithARetry() {
        amendment.refusing(AcceptAmendment.class);
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED)
                .whenPublishingA(AUTHORIZED)
                .expectPublishedEvents(amendment.stalledBy(AcceptAmendment.class));
        assertThat(amendment.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        amendment.refusingNothing();

        amendment.whenRetried().expectDispatchedCommands(ACCEPT);

        assertThat(amendment.view().waitsFor()).isEqualTo(WaitsFor.ORDER);
    }

    @Test
    void resolvedAmendmentAsksForTheRefusal() {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED);

        amendment.whenResolved().expectDispatchedCommands(refuse(RESOLUTION)).expectActiveSagas(1);
        amendment.whenResolved().expectNoDispatchedCommands().expectActiveSagas(1);
    }

    @Test
    void staysWhenTheReductionIsRefusedUntilARetrySucceeds() {
        amendment.refusing(ReduceReservation.class);
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED, AUTHORIZED)
                .whenPublishingA(AMENDED)
                .expectActiveSagas(1);
        amendment.refusingNothing();

        amendment.whenRetried().expectDispatchedCommands(REDUCE_CUP).expectActiveSagas(0);
    }

    @Test
    void resolvedWhileStalledInReducingEnds() {
        amendment.refusing(ReduceReservation.class);
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED, AUTHORIZED, AMENDED);

        amendment.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }

    // What comes late, twice, or for someone else.

    static final List<Object> lateEvents =
            List.of(REQUESTED, TEA_EXTENDED, POT_EXTENDED, POT_REFUSED, ACTION_REQUIRED, AUTHORIZED, DECLINED);

    @ParameterizedTest
    @FieldSource("lateEvents")
    void nothingThatComesLateChangesARefusal(Object late) {
        given(REQUESTED, TEA_EXTENDED, POT_EXTENDED, DECLINED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    static final List<Object> lastEvents = List.of(POT_EXTENDED, AUTHORIZED, AMENDED, REFUSED);

    @ParameterizedTest
    @FieldSource("lastEvents")
    void nothingThatComesAfterTheEndStartsItAgain(Object late) {
        given(REQUESTED, POT_REFUSED, REFUSED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void whatIsMeantForAnotherProcessOfTheOrderDoesNotTouchIt() {
        given(REQUESTED, TEA_EXTENDED)
                .whenPublishingA(extended("POT", "another-amendment"))
                .expectNoDispatchedCommands();
        amendment.axon().andThenAPublished(POT_EXTENDED);
        amendment.axon().whenPublishingA(authorized(PAYMENT)).expectNoDispatchedCommands();
    }

    static Stream<List<Object>> unfinished() {
        return Stream.of(
                        List.<Object>of(REQUESTED, TEA_EXTENDED, POT_EXTENDED, ACTION_REQUIRED, AUTHORIZED),
                        List.<Object>of(REQUESTED, TEA_EXTENDED, POT_REFUSED),
                        List.<Object>of(REQUESTED, TEA_EXTENDED, POT_EXTENDED, DECLINED),
                        List.<Object>of(LESS_REQUESTED))
                .flatMap(story -> IntStream.rangeClosed(1, story.size()).mapToObj(n -> story.subList(0, n)))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("unfinished")
    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        amendment.everythingDeliveredTwiceChangesNothing(events);
    }

    static final List<List<Object>> finished = List.of(
            List.of(REQUESTED, TEA_EXTENDED, POT_EXTENDED, AUTHORIZED, AMENDED),
            List.of(REQUESTED, POT_REFUSED, REFUSED),
            List.of(LESS_REQUESTED, AMENDED));

    @ParameterizedTest
    @FieldSource("finished")
    void deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List<Object> events) {
        amendment.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(events);
    }

    private WhenState given(Object... events) {
        return amendment.given(events);
    }

    private static AmendmentRequested requested(
            List<LineQuantity> increases, List<LineQuantity> decreases, long additional) {
        return new AmendmentRequested(ORDER, AMENDMENT, LINES, eur(8998), increases, decreases, eur(additional));
    }

    private static ReservationExtended extended(String sku, String extensionId) {
        return new ReservationExtended(
                sku, reservation(sku), ORDER, extensionId, 1, List.of(new Allocation("main", 1)));
    }

    private static PaymentAuthorized authorized(String authorizationId) {
        return new PaymentAuthorized(PAYMENT, ORDER, authorizationId, eur(3501), "auth-2", null);
    }

    private static RefuseAmendment refuse(String reason) {
        return new RefuseAmendment(ORDER, AMENDMENT, reason);
    }
}
