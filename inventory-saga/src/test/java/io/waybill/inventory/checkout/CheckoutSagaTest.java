package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.ProcessFixture.NOW;
import static io.waybill.inventory.checkout.Samples.ADDRESS;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_PLACED;
import static io.waybill.inventory.checkout.Samples.CANCEL_PAYMENT;
import static io.waybill.inventory.checkout.Samples.LINES;
import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PAYMENT;
import static io.waybill.inventory.checkout.Samples.RELEASE_CUP;
import static io.waybill.inventory.checkout.Samples.RELEASE_TEA;
import static io.waybill.inventory.checkout.Samples.RESOLUTION;
import static io.waybill.inventory.checkout.Samples.TOTAL;
import static io.waybill.inventory.checkout.Samples.reservation;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.test.saga.WhenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckoutSagaTest {

    private static final Duration DEADLINE = Duration.ofMinutes(15);
    private static final Instant DEADLINE_AT = NOW.plus(DEADLINE);
    private static final CheckoutDeadlinePassed DEADLINE_PASSED = new CheckoutDeadlinePassed(ORDER, DEADLINE_AT);

    static final OrderPlaced PLACED = new OrderPlaced(ORDER, "customer-7", LINES, TOTAL, ADDRESS, "tok_ok", null);
    static final ReserveStock RESERVE_TEA = new ReserveStock("TEA", reservation("TEA"), ORDER, 2, DEADLINE_AT);
    static final ReserveStock RESERVE_CUP = new ReserveStock("CUP", reservation("CUP"), ORDER, 3, DEADLINE_AT);
    static final StockReserved TEA_RESERVED =
            new StockReserved("TEA", reservation("TEA"), ORDER, 2, List.of(new Allocation("main", 2)), DEADLINE_AT);
    static final StockReserved CUP_RESERVED =
            new StockReserved("CUP", reservation("CUP"), ORDER, 3, List.of(new Allocation("main", 3)), DEADLINE_AT);
    private static final StockBackordered CUP_BACKORDERED = new StockBackordered("CUP", reservation("CUP"), ORDER, 3);
    private static final StockReservationRefused CUP_REFUSED =
            new StockReservationRefused("CUP", reservation("CUP"), ORDER, 3, 1, "OUT_OF_STOCK");
    static final AuthorizePayment AUTHORIZE = new AuthorizePayment(PAYMENT, ORDER, TOTAL, "tok_ok");
    private static final PaymentAuthorized AUTHORIZED = authorized(PAYMENT);
    private static final CustomerActionRequired ACTION_REQUIRED =
            new CustomerActionRequired(PAYMENT, ORDER, PAYMENT, "https://pay.example/1", DEADLINE_AT);
    static final PaymentDeclined DECLINED = new PaymentDeclined(PAYMENT, ORDER, PAYMENT, "INSUFFICIENT_FUNDS");
    private static final ConfirmOrder CONFIRM = new ConfirmOrder(ORDER, List.of());
    private static final OrderConfirmed CONFIRMED = new OrderConfirmed(ORDER, List.of());
    static final OrderRejected REJECTED = new OrderRejected(ORDER, "OUT_OF_STOCK");

    private final ProcessFixture<CheckoutSaga> checkout = new ProcessFixture<>(CheckoutSaga.class);

    CheckoutSagaTest() {
        checkout.axon().registerResource(new CheckoutProperties(DEADLINE));
    }

    // The happy path.

    @Test
    void placedOrderHasItsLinesReservedUntilADeadline() {
        given().whenPublishingA(PLACED)
                .expectActiveSagas(1)
                .expectAssociationWith("orderId", ORDER)
                .expectDispatchedCommands(RESERVE_TEA, RESERVE_CUP)
                .expectScheduledEvent(DEADLINE, DEADLINE_PASSED);
    }

    @Test
    void waitsForEveryLine() {
        given(PLACED).whenPublishingA(TEA_RESERVED).expectNoDispatchedCommands();
    }

    @Test
    void authorizesPaymentOnceEveryLineIsReserved() {
        given(PLACED, TEA_RESERVED).whenPublishingA(CUP_RESERVED).expectDispatchedCommands(AUTHORIZE);
    }

    @Test
    void linesMayBeReservedInAnyOrder() {
        given(PLACED, CUP_RESERVED).whenPublishingA(TEA_RESERVED).expectDispatchedCommands(AUTHORIZE);
    }

    @Test
    void oneLineReservedTwiceIsNotTwoLines() {
        given(PLACED, TEA_RESERVED).whenPublishingA(TEA_RESERVED).expectNoDispatchedCommands();
    }

    @Test
    void authorizesTheWholeTotalAlsoIfALineIsOnBackorder() {
        given(PLACED, TEA_RESERVED).whenPublishingA(CUP_BACKORDERED).expectDispatchedCommands(AUTHORIZE);
    }

    @Test
    void confirmsOrderOncePaymentIsAuthorized() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED).whenPublishingA(AUTHORIZED).expectDispatchedCommands(CONFIRM);
    }

    @Test
    void tellsTheOrderWhichLinesAreOnBackorder() {
        given(PLACED, CUP_BACKORDERED, TEA_RESERVED)
                .whenPublishingA(AUTHORIZED)
                .expectDispatchedCommands(new ConfirmOrder(ORDER, List.of("CUP")));
    }

    @Test
    void waitsForTheCustomerWhereThePaymentNeedsOne() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(ACTION_REQUIRED)
                .expectNoDispatchedCommands();
        assertThat(checkout.view().waitsFor()).isEqualTo(WaitsFor.CUSTOMER);

        checkout.axon().whenPublishingA(AUTHORIZED).expectDispatchedCommands(CONFIRM);
    }

    @Test
    void endsOnceOrderIsConfirmedAndTakesNoMoney() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CONFIRMED)
                .expectNoDispatchedCommands()
                .expectNoScheduledEvents()
                .expectActiveSagas(0);
    }

    @Test
    void anotherAuthorizationOfThePaymentIsNotTheOneItWaitsFor() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(authorized("another"))
                .expectNoDispatchedCommands();
        checkout.axon()
                .whenPublishingA(new PaymentDeclined(PAYMENT, ORDER, "another", "INSUFFICIENT_FUNDS"))
                .expectNoDispatchedCommands();
    }

    // Refusals.

    @Test
    void refusalOfOneLineAsksForTheRejectionAndUndoesNothingYet() {
        given(PLACED, TEA_RESERVED).whenPublishingA(CUP_REFUSED).expectDispatchedCommands(reject("OUT_OF_STOCK"));
    }

    @Test
    void declineAsksForTheRejection() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(DECLINED)
                .expectDispatchedCommands(reject("INSUFFICIENT_FUNDS"));
    }

    @Test
    void declineAfterTheCustomersTurnAsksForTheRejection() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, ACTION_REQUIRED)
                .whenPublishingA(DECLINED)
                .expectDispatchedCommands(reject("INSUFFICIENT_FUNDS"));
    }

    @Test
    void rejectionReleasesEveryLineAndEnds() {
        given(PLACED, CUP_REFUSED)
                .whenPublishingA(REJECTED)
                .expectDispatchedCommands(RELEASE_TEA, RELEASE_CUP)
                .expectNoScheduledEvents()
                .expectActiveSagas(0);
    }

    @Test
    void rejectionAlsoCancelsAPaymentThatWasAskedFor() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED)
                .whenPublishingA(REJECTED)
                .expectDispatchedCommands(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void anOrderThatWasConfirmedAllTheSameIsNotUndone() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, DEADLINE_PASSED)
                .whenPublishingA(CONFIRMED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    // The deadline.

    @Test
    void nothingHappensBeforeTheDeadline() {
        given(PLACED, TEA_RESERVED).whenTimeElapses(DEADLINE.minusMillis(1)).expectNoDispatchedCommands();
    }

    @Test
    void deadlineWhileReservingAsksForTheRejection() {
        given(PLACED, TEA_RESERVED).whenTimeElapses(DEADLINE).expectDispatchedCommands(reject("CHECKOUT_TIMED_OUT"));
    }

    @Test
    void deadlineWhileAuthorizingAsksForTheRejection() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenTimeElapses(DEADLINE)
                .expectDispatchedCommands(reject("CHECKOUT_TIMED_OUT"));
    }

    @Test
    void deadlineWhileTheCustomerIsAwaitedAsksForTheRejection() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, ACTION_REQUIRED)
                .whenTimeElapses(DEADLINE)
                .expectDispatchedCommands(reject("CHECKOUT_TIMED_OUT"));
    }

    @Test
    void deadlineWhileConfirmingComesTooLate() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenTimeElapses(DEADLINE)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    @Test
    void aDeadlineThatIsNotItsOwnChangesNothing() {
        given(PLACED, TEA_RESERVED)
                .whenPublishingA(new CheckoutDeadlinePassed(ORDER, DEADLINE_AT.minusSeconds(1)))
                .expectNoDispatchedCommands();
    }

    // Cancellation.

    @Test
    void cancellationWhileReservingReleasesStockAndEnds() {
        given(PLACED, TEA_RESERVED)
                .whenPublishingA(CANCELLED_FROM_PLACED)
                .expectDispatchedCommands(RELEASE_TEA, RELEASE_CUP)
                .expectNoScheduledEvents()
                .expectActiveSagas(0);
    }

    @Test
    void cancellationWhileAuthorizingAlsoCancelsPayment() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(CANCELLED_FROM_PLACED)
                .expectDispatchedCommands(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP)
                .expectNoScheduledEvents()
                .expectActiveSagas(0);
    }

    @Test
    void cancellationThatBeatsConfirmationUndoesAll() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CANCELLED_FROM_PLACED)
                .expectDispatchedCommands(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void cancellationThatBeatsRejectionReleasesStock() {
        given(PLACED, CUP_REFUSED)
                .whenPublishingA(CANCELLED_FROM_PLACED)
                .expectDispatchedCommands(RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void cancellationAfterConfirmationIsLeftToCancellation() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CANCELLED_FROM_CONFIRMED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    // What an operator sees and does.

    @Test
    void showsWhatItWaitsForSinceWhenAndUntilWhen() {
        given(PLACED, TEA_RESERVED);
        checkout.axon().andThenTimeElapses(Duration.ofSeconds(5)).andThenAPublished(CUP_RESERVED);

        assertThat(checkout.view())
                .isEqualTo(new ProcessView(
                        "checkout",
                        ORDER,
                        ORDER,
                        "AUTHORIZING",
                        WaitsFor.PAYMENT,
                        NOW.plusSeconds(5),
                        false,
                        null,
                        null,
                        DEADLINE_AT));
    }

    @Test
    void showsThatTheOutcomeOfItsAuthorizationIsUnknownAndWaitsOn() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.AUTHORIZE, PAYMENT, "timed out"))
                .expectNoDispatchedCommands();

        assertThat(checkout.view().lastError()).contains("AUTHORIZE", "timed out");
        assertThat(checkout.view().stalled()).isFalse();
        assertThat(checkout.view().waitsFor()).isEqualTo(WaitsFor.PAYMENT);
    }

    @Test
    void stallsWhenAReservationIsAMisuse() {
        checkout.refusing(ReserveStock.class);
        given().whenPublishingA(PLACED)
                .expectActiveSagas(1)
                .expectPublishedEvents(checkout.stalledBy(ReserveStock.class), checkout.stalledBy(ReserveStock.class))
                .expectScheduledEvent(DEADLINE, DEADLINE_PASSED);

        assertThat(checkout.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        assertThat(checkout.view().lastError()).contains("ReserveStock", "NOT_NOW", "Ask another day.");
    }

    @Test
    void retriesItsStepAndGoesOn() {
        checkout.refusing(ConfirmOrder.class);
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED);
        checkout.refusingNothing();

        checkout.whenRetried().expectDispatchedCommands(CONFIRM);

        assertThat(checkout.view().stalled()).isFalse();
        assertThat(checkout.view().lastError()).isNull();
        checkout.axon().whenPublishingA(CONFIRMED).expectActiveSagas(0);
    }

    @Test
    void stallsAgainIfTheRetryIsRefusedToo() {
        checkout.refusing(ConfirmOrder.class);
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED);

        checkout.whenRetried().expectPublishedEvents(checkout.stalledBy(ConfirmOrder.class));

        assertThat(checkout.view().stalled()).isTrue();
    }

    @Test
    void aStalledCheckoutStillTimesOut() {
        checkout.refusing(ReserveStock.class);
        given(PLACED).whenTimeElapses(DEADLINE).expectDispatchedCommands(reject("CHECKOUT_TIMED_OUT"));

        assertThat(checkout.view().stalled()).isFalse();
    }

    @Test
    void resolvedCheckoutAsksForTheRejection() {
        checkout.refusing(ConfirmOrder.class);
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED);

        checkout.whenResolved().expectDispatchedCommands(reject(RESOLUTION)).expectActiveSagas(1);
    }

    @Test
    void resolvedTwiceAsksForTheRejectionOnce() {
        given(PLACED, TEA_RESERVED);
        checkout.whenResolved();

        checkout.whenResolved().expectNoDispatchedCommands().expectActiveSagas(1);
    }

    @Test
    void staysWhenWhatItUndoesIsRefusedUntilARetrySucceeds() {
        checkout.refusing(ReleaseStock.class);
        given(PLACED, CUP_REFUSED).whenPublishingA(REJECTED).expectActiveSagas(1);
        checkout.refusingNothing();

        checkout.whenRetried()
                .expectDispatchedCommands(RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void resolvedWhileStalledInUndoingEnds() {
        checkout.refusing(ReleaseStock.class);
        given(PLACED, CUP_REFUSED, REJECTED);

        checkout.whenResolved().expectNoDispatchedCommands().expectActiveSagas(0);
    }

    @Test
    void decisionsAboutAnotherProcessOfTheOrderDoNotTouchIt() {
        given(PLACED)
                .whenPublishingA(new ProcessRetried(ORDER, ORDER, "cancellation"))
                .expectNoDispatchedCommands();
        checkout.axon()
                .whenPublishingA(new ProcessResolved(ORDER, ORDER, "cancellation", RESOLUTION))
                .expectNoDispatchedCommands();
    }

    // What comes late, twice, or for someone else.

    static final List<Object> lateEvents = List.of(
            PLACED,
            TEA_RESERVED,
            CUP_RESERVED,
            CUP_BACKORDERED,
            CUP_REFUSED,
            ACTION_REQUIRED,
            AUTHORIZED,
            DECLINED,
            DEADLINE_PASSED);

    @ParameterizedTest
    @FieldSource("lateEvents")
    void nothingThatComesLateChangesARejection(Object late) {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    static final List<Object> lastEvents = List.of(TEA_RESERVED, AUTHORIZED, DEADLINE_PASSED, CONFIRMED, REJECTED);

    @ParameterizedTest
    @FieldSource("lastEvents")
    void nothingThatComesAfterTheEndStartsItAgain(Object late) {
        given(PLACED, CUP_REFUSED, REJECTED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    static Stream<List<Object>> unfinishedCheckouts() {
        return Stream.of(
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, ACTION_REQUIRED, AUTHORIZED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_BACKORDERED, AUTHORIZED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_REFUSED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, DEADLINE_PASSED))
                .flatMap(story -> IntStream.rangeClosed(1, story.size()).mapToObj(n -> story.subList(0, n)))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("unfinishedCheckouts")
    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        checkout.everythingDeliveredTwiceChangesNothing(events);
    }

    static final List<List<Object>> finishedCheckouts = List.of(
            List.of(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED),
            List.of(PLACED, TEA_RESERVED, CUP_BACKORDERED, AUTHORIZED, CONFIRMED),
            List.of(PLACED, TEA_RESERVED, CUP_REFUSED, REJECTED),
            List.of(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED, REJECTED),
            List.of(PLACED, TEA_RESERVED, CANCELLED_FROM_PLACED));

    @ParameterizedTest
    @FieldSource("finishedCheckouts")
    void aWholeCheckoutDeliveredAgainRepeatsTheSameCommandsAndEndsAgain(List<Object> events) {
        checkout.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(events);
        checkout.axon().whenTimeElapses(DEADLINE).expectNoDispatchedCommands().expectActiveSagas(0);
    }

    @Test
    void orderPlacedTwiceHasOneDeadline() {
        given(PLACED, PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CONFIRMED)
                .expectNoScheduledEvents();
    }

    @Test
    void eventsOfAnotherOrderDoNotTouchIt() {
        given(PLACED, TEA_RESERVED)
                .whenPublishingA(new StockReserved("CUP", "another", "another-order", 3, List.of(), null))
                .expectNoDispatchedCommands();
    }

    private WhenState given(Object... events) {
        return checkout.given(events);
    }

    private static PaymentAuthorized authorized(String authorizationId) {
        return new PaymentAuthorized(PAYMENT, ORDER, authorizationId, TOTAL, "auth-1", null);
    }

    private static RejectOrder reject(String reason) {
        return new RejectOrder(ORDER, reason);
    }
}
