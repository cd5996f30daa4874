package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.AUTHORIZE;
import static io.waybill.inventory.checkout.Samples.AUTHORIZED;
import static io.waybill.inventory.checkout.Samples.CANCEL;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_PLACED;
import static io.waybill.inventory.checkout.Samples.CANCEL_PAYMENT;
import static io.waybill.inventory.checkout.Samples.CAPTURE;
import static io.waybill.inventory.checkout.Samples.CAPTURED;
import static io.waybill.inventory.checkout.Samples.CAPTURE_REFUSED;
import static io.waybill.inventory.checkout.Samples.CONFIRM;
import static io.waybill.inventory.checkout.Samples.CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CUP_REFUSED;
import static io.waybill.inventory.checkout.Samples.CUP_RESERVED;
import static io.waybill.inventory.checkout.Samples.DECLINED;
import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.PLACED;
import static io.waybill.inventory.checkout.Samples.REJECTED;
import static io.waybill.inventory.checkout.Samples.RELEASE_CUP;
import static io.waybill.inventory.checkout.Samples.RELEASE_TEA;
import static io.waybill.inventory.checkout.Samples.RESERVE_CUP;
import static io.waybill.inventory.checkout.Samples.RESERVE_TEA;
import static io.waybill.inventory.checkout.Samples.TEA_RESERVED;
import static io.waybill.inventory.checkout.Samples.reject;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.messaging.Message;
import org.axonframework.test.saga.SagaTestFixture;
import org.axonframework.test.saga.WhenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckoutSagaTest {

    private static final Duration DEADLINE = Duration.ofMinutes(15);
    private static final Instant PLACED_AT = Instant.parse("2026-11-01T12:00:00Z");
    private static final CheckoutDeadlinePassed DEADLINE_PASSED =
            new CheckoutDeadlinePassed(ORDER, PLACED_AT.plus(DEADLINE));

    private SagaTestFixture<CheckoutSaga> fixture = checkout(true);

    // The happy path.

    @Test
    void placedOrderHasItsLinesReservedBeforeADeadline() {
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
    void confirmsOrderOncePaymentIsAuthorized() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED).whenPublishingA(AUTHORIZED).expectDispatchedCommands(CONFIRM);
    }

    @Test
    void capturesPaymentOnceOrderIsConfirmed() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CONFIRMED)
                .expectDispatchedCommands(CAPTURE)
                .expectActiveSagas(1)
                .expectNoScheduledEvents();
    }

    @Test
    void endsOncePaymentIsCaptured() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED)
                .whenPublishingA(CAPTURED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void endsAtConfirmationIfMoneyStaysOnHold() {
        fixture = checkout(false);

        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenPublishingA(CONFIRMED)
                .expectNoDispatchedCommands()
                .expectNoScheduledEvents()
                .expectActiveSagas(0);
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
    void anOrderThatWasConfirmedAllTheSameIsPaidAndNotUndone() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, DEADLINE_PASSED)
                .whenPublishingA(CONFIRMED)
                .expectDispatchedCommands(CAPTURE)
                .expectActiveSagas(1);
    }

    @Test
    void refusedCaptureCancelsOrder() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED)
                .whenPublishingA(CAPTURE_REFUSED)
                .expectDispatchedCommands(CANCEL);
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
    void deadlineWhileConfirmingComesTooLate() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED)
                .whenTimeElapses(DEADLINE)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    @Test
    void deadlineAfterConfirmationDoesNothing() {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED)
                .whenPublishingA(DEADLINE_PASSED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
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
        given(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED)
                .whenPublishingA(CANCELLED_FROM_CONFIRMED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    // What comes late, twice, or for someone else.

    static final List<Object> lateEvents = List.of(
            PLACED, TEA_RESERVED, CUP_RESERVED, CUP_REFUSED, AUTHORIZED, DECLINED, DEADLINE_PASSED, CAPTURE_REFUSED);

    @ParameterizedTest
    @FieldSource("lateEvents")
    void nothingThatComesLateChangesARejection(Object late) {
        given(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED)
                .whenPublishingA(late)
                .expectNoDispatchedCommands()
                .expectActiveSagas(1);
    }

    static final List<Object> lastEvents = List.of(TEA_RESERVED, AUTHORIZED, DEADLINE_PASSED, CAPTURED, REJECTED);

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
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED, CAPTURE_REFUSED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_REFUSED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED),
                        List.<Object>of(PLACED, TEA_RESERVED, CUP_RESERVED, DEADLINE_PASSED))
                .flatMap(story -> IntStream.rangeClosed(1, story.size()).mapToObj(n -> story.subList(0, n)))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("unfinishedCheckouts")
    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        given(events.toArray());
        fixture.getCommandBus().clearCommands();

        events.forEach(fixture::andThenAPublished);

        assertThat(fixture.getCommandBus().getDispatchedCommands()).isEmpty();
    }

    static final List<List<Object>> finishedCheckouts = List.of(
            List.of(PLACED, TEA_RESERVED, CUP_RESERVED, AUTHORIZED, CONFIRMED, CAPTURED),
            List.of(
                    PLACED,
                    TEA_RESERVED,
                    CUP_RESERVED,
                    AUTHORIZED,
                    CONFIRMED,
                    CAPTURE_REFUSED,
                    CANCELLED_FROM_CONFIRMED),
            List.of(PLACED, TEA_RESERVED, CUP_REFUSED, REJECTED),
            List.of(PLACED, TEA_RESERVED, CUP_RESERVED, DECLINED, REJECTED));

    @ParameterizedTest
    @FieldSource("finishedCheckouts")
    void aWholeCheckoutDeliveredAgainRepeatsTheSameCommandsAndEndsAgain(List<Object> events) {
        given(events.toArray());
        List<Object> commands = dispatchedCommands();
        fixture.getCommandBus().clearCommands();

        events.forEach(fixture::andThenAPublished);

        assertThat(dispatchedCommands()).isEqualTo(commands);
        fixture.whenTimeElapses(DEADLINE).expectNoDispatchedCommands().expectActiveSagas(0);
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
                .whenPublishingA(new StockReserved("CUP", "another", "another-order", 3, List.of()))
                .expectNoDispatchedCommands();
        fixture = checkout(true);
        given(PLACED, TEA_RESERVED, CUP_RESERVED)
                .whenPublishingA(new PaymentAuthorized("another", "another-order", AUTHORIZED.amount(), "auth-2"))
                .expectNoDispatchedCommands();
    }

    private WhenState given(Object... events) {
        WhenState state = fixture.givenCurrentTime(PLACED_AT);
        for (Object event : events) {
            state = fixture.andThenAPublished(event);
        }
        return state;
    }

    private List<Object> dispatchedCommands() {
        return fixture.getCommandBus().getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }

    private static SagaTestFixture<CheckoutSaga> checkout(boolean captureOnConfirmation) {
        var fixture = new SagaTestFixture<>(CheckoutSaga.class);
        fixture.registerResource(new CheckoutProperties(DEADLINE, captureOnConfirmation));
        fixture.registerResource(new SagaCommands(DefaultCommandGateway.builder()
                .commandBus(fixture.getCommandBus())
                .build()));
        return fixture;
    }
}
