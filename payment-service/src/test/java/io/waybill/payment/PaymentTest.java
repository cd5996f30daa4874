package io.waybill.payment;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.AuthorizeMore;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordCustomerAction;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordFoundCapture;
import io.waybill.messages.payment.PaymentCommand.RecordFoundRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
import io.waybill.messages.payment.PaymentCommand.VoidAuthorization;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureStarted;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentSettled;
import io.waybill.messages.payment.PaymentEvent.PaymentUndone;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class PaymentTest {

    private static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final String MORE = DerivedId.authorization(ORDER, "amendment-1");
    private static final Instant EXPIRY = Instant.parse("2026-11-08T12:00:00Z");
    private static final Instant DEADLINE = Instant.parse("2026-11-01T12:10:00Z");

    private static final AuthorizePayment AUTHORIZE = new AuthorizePayment(PAYMENT, ORDER, eur(100), "tok_ok");
    private static final AuthorizeMore AUTHORIZE_MORE = new AuthorizeMore(PAYMENT, ORDER, MORE, eur(40));
    private static final SettlePayment SETTLE = new SettlePayment(PAYMENT, ORDER);
    private static final CancelPayment CANCEL = new CancelPayment(PAYMENT, ORDER);
    private static final VoidAuthorization VOID_MORE = new VoidAuthorization(PAYMENT, ORDER, MORE);
    private static final RecordAuthorization RECORD_AUTHORIZATION = recordAuthorization(PAYMENT);
    private static final RecordDecline RECORD_DECLINE = new RecordDecline(PAYMENT, PAYMENT, "DECLINED");
    private static final RecordExpiry RECORD_EXPIRY = new RecordExpiry(PAYMENT, PAYMENT);
    private static final RecordVoid RECORD_VOID = new RecordVoid(PAYMENT, PAYMENT);
    private static final RecordCustomerAction RECORD_ACTION =
            new RecordCustomerAction(PAYMENT, PAYMENT, "https://bank.example/3ds", DEADLINE);

    private static final AuthorizationRequested REQUESTED = requested(PAYMENT, 100);
    private static final AuthorizationRequested MORE_REQUESTED = requested(MORE, 40);
    private static final PaymentAuthorized AUTHORIZED = authorized(PAYMENT, 100);
    private static final PaymentAuthorized MORE_AUTHORIZED = authorized(MORE, 40);
    private static final PaymentDeclined DECLINED = declined(PAYMENT, "DECLINED");
    private static final PaymentCancelled CANCELLED = new PaymentCancelled(PAYMENT, ORDER);
    private static final PaymentSettled SETTLED = new PaymentSettled(PAYMENT, ORDER);
    private static final PaymentUndone UNDONE = new PaymentUndone(PAYMENT, ORDER);
    private static final PaymentVoided VOIDED = new PaymentVoided(PAYMENT, ORDER, PAYMENT);
    private static final VoidRequested VOIDING = voiding(PAYMENT, 100);

    private static final List<Object> HELD = List.of(REQUESTED, AUTHORIZED);
    private static final List<Object> HELD_TWICE = List.of(REQUESTED, AUTHORIZED, MORE_REQUESTED, MORE_AUTHORIZED);

    private final AggregateTestFixture<Payment> fixture = new AggregateTestFixture<>(Payment.class);

    /** That a payment read from its events is the same is told by {@link PaymentPropertyTest}, which compares acts. */
    @BeforeEach
    void compareNoFields() {
        fixture.setReportIllegalStateChange(false);
    }

    // Authorizations.

    @Test
    void asksForAuthorization() {
        fixture.givenNoPriorActivity().when(AUTHORIZE).expectEvents(REQUESTED);
    }

    @Test
    void recordsAuthorization() {
        fixture.given(REQUESTED).when(RECORD_AUTHORIZATION).expectEvents(AUTHORIZED);
    }

    @Test
    void recordsDecline() {
        fixture.given(REQUESTED).when(RECORD_DECLINE).expectEvents(DECLINED);
    }

    @Test
    void recordsOnceThatTheCustomerHasSomethingToDo() {
        var required = new CustomerActionRequired(PAYMENT, ORDER, PAYMENT, "https://bank.example/3ds", DEADLINE);
        fixture.given(REQUESTED).when(RECORD_ACTION).expectEvents(required);
        isQuiet(fixture.given(REQUESTED, required).when(RECORD_ACTION));
        fixture.given(REQUESTED, required).when(RECORD_AUTHORIZATION).expectEvents(AUTHORIZED);
    }

    @Test
    void authorizesNothingWithoutAProvider() {
        fixture.givenNoPriorActivity()
                .when(new AuthorizePayment(PAYMENT, ORDER, eur(0), "tok_ok"))
                .expectEvents(
                        requested(PAYMENT, 0), new PaymentAuthorized(PAYMENT, ORDER, PAYMENT, eur(0), "NONE", null));
    }

    @Test
    void asksForMoreWithTheFirstMeansOfPayment() {
        fixture.given(HELD).when(AUTHORIZE_MORE).expectEvents(MORE_REQUESTED);
    }

    @Test
    void moreIsDeclinedOnceThePaymentIsCancelledOrSettled() {
        fixture.given(with(HELD, CANCELLED, VOIDING))
                .when(AUTHORIZE_MORE)
                .expectEvents(declined(MORE, "PAYMENT_CANCELLED"));
        fixture.given(with(HELD, SETTLED, VOIDING))
                .when(AUTHORIZE_MORE)
                .expectEvents(declined(MORE, "PAYMENT_SETTLED"));
    }

    @Test
    void voidsOneAuthorizationAndNoOther() {
        fixture.given(HELD_TWICE).when(VOID_MORE).expectEvents(voiding(MORE, 40));
        fixture.given(with(HELD_TWICE, voiding(MORE, 40)))
                .when(new RecordVoid(PAYMENT, MORE))
                .expectEvents(new PaymentVoided(PAYMENT, ORDER, MORE));
    }

    @Test
    void voidsAnAuthorizationThatIsStillUnanswered() {
        fixture.given(with(HELD, MORE_REQUESTED)).when(VOID_MORE).expectEvents(voiding(MORE, 40));
    }

    @Test
    void doesNotVoidWhatWasCapturedFrom() {
        isQuiet(fixture.given(with(HELD, captured("s1", PAYMENT, 60).toArray()))
                .when(new VoidAuthorization(PAYMENT, ORDER, PAYMENT)));
    }

    @Test
    void whatWasVoidedBeforeItWasAskedForIsNeverAskedFor() {
        fixture.given(HELD).when(VOID_MORE).expectEvents(new PaymentVoided(PAYMENT, ORDER, MORE));
        isQuiet(fixture.given(with(HELD, new PaymentVoided(PAYMENT, ORDER, MORE)))
                .when(AUTHORIZE_MORE));
    }

    @Test
    void successThatComesAfterADeclineOrAVoidIsVoided() {
        fixture.given(REQUESTED, DECLINED).when(RECORD_AUTHORIZATION).expectEvents(AUTHORIZED, VOIDING);
        fixture.given(REQUESTED, CANCELLED, VOIDING, VOIDED, UNDONE)
                .when(RECORD_AUTHORIZATION)
                .expectEvents(AUTHORIZED, VOIDING);
    }

    @Test
    void staleVoidDoesNotTouchANewerAuthorization() {
        fixture.given(with(HELD, MORE_REQUESTED, declined(MORE, "DECLINED")))
                .when(VOID_MORE)
                .expectNoEvents();
    }

    @Test
    void asksForWhatExpiredAnew() {
        fixture.given(HELD).when(RECORD_EXPIRY).expectEvents(expired(PAYMENT, 100), requested(again(PAYMENT, 1), 100));
    }

    @Test
    void asksForNothingAnewOnceSettled() {
        fixture.given(with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60), SETTLED))
                .when(RECORD_EXPIRY)
                .expectEvents(expired(PAYMENT, 100), requested(again("s1", 1), 60));
    }

    // Captures.

    @Test
    void capturesAPart() {
        fixture.given(HELD).when(capture("s1", 60)).expectEvents(start("s1", 60), capturing("s1", PAYMENT, 60));
        fixture.given(with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60)))
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(capturedPart("s1", PAYMENT, 60), completed("s1", 60));
    }

    @Test
    void prefersTheAuthorizationThatHoldsAllOfIt() {
        fixture.given(with(HELD_TWICE, captured("s1", PAYMENT, 80).toArray()))
                .when(capture("s2", 30))
                .expectEvents(start("s2", 30), capturing("s2", MORE, 30));
    }

    @Test
    void spreadsACaptureOverAuthorizations() {
        fixture.given(HELD_TWICE)
                .when(capture("s1", 130))
                .expectEvents(start("s1", 130), capturing("s1", PAYMENT, 100));
        fixture.given(with(HELD_TWICE, start("s1", 130), capturing("s1", PAYMENT, 100)))
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(capturedPart("s1", PAYMENT, 100), capturing("s1", MORE, 30));
        fixture.given(with(
                        HELD_TWICE,
                        start("s1", 130),
                        capturing("s1", PAYMENT, 100),
                        capturedPart("s1", PAYMENT, 100),
                        capturing("s1", MORE, 30)))
                .when(recordCapture("s1", MORE))
                .expectEvents(capturedPart("s1", MORE, 30), completed("s1", 130));
    }

    @Test
    void capturesOneAfterAnother() {
        List<Object> first = with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60));
        fixture.given(first).when(capture("s2", 40)).expectEvents(start("s2", 40));
        fixture.given(with(first, start("s2", 40)))
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(capturedPart("s1", PAYMENT, 60), completed("s1", 60), capturing("s2", PAYMENT, 40));
    }

    @Test
    void capturesNothingWithoutAProvider() {
        fixture.given(HELD).when(capture("s1", 0)).expectEvents(start("s1", 0), completed("s1", 0));
    }

    @Test
    void captureWaitsForTheAuthorization() {
        fixture.given(REQUESTED).when(capture("s1", 60)).expectEvents(start("s1", 60));
        fixture.given(REQUESTED, start("s1", 60))
                .when(RECORD_AUTHORIZATION)
                .expectEvents(AUTHORIZED, capturing("s1", PAYMENT, 60));
    }

    @Test
    void whatTheProviderGaveUpIsAskedForAnewByTheCaptureThatNeedsIt() {
        List<Object> released = with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60));
        fixture.given(released)
                .when(new RecordCapture(PAYMENT, "s1", PAYMENT, false))
                .expectEvents(capturedPart("s1", PAYMENT, 60), expired(PAYMENT, 40), completed("s1", 60));

        List<Object> short40 =
                with(released, capturedPart("s1", PAYMENT, 60), expired(PAYMENT, 40), completed("s1", 60));
        fixture.given(short40).when(capture("s2", 40)).expectEvents(start("s2", 40), requested(again("s2", 1), 40));
        fixture.given(with(short40, start("s2", 40), requested(again("s2", 1), 40)))
                .when(recordAuthorization(again("s2", 1)))
                .expectEvents(authorized(again("s2", 1), 40), capturing("s2", again("s2", 1), 40));
    }

    @Test
    void refusedReauthorizationRefusesTheCapture() {
        String again = again("s2", 1);
        fixture.given(with(
                        HELD,
                        start("s1", 60),
                        capturing("s1", PAYMENT, 60),
                        capturedPart("s1", PAYMENT, 60),
                        expired(PAYMENT, 40),
                        completed("s1", 60),
                        start("s2", 40),
                        requested(again, 40)))
                .when(new RecordDecline(PAYMENT, again, "INSUFFICIENT_FUNDS"))
                .expectEvents(declined(again, "INSUFFICIENT_FUNDS"), refused("s2", "INSUFFICIENT_FUNDS"));
    }

    @Test
    void refusedCaptureGivesItsCapturedPartsBack() {
        String back = ownRefund(0);
        fixture.given(with(
                        HELD_TWICE,
                        start("s1", 130),
                        capturing("s1", PAYMENT, 100),
                        capturedPart("s1", PAYMENT, 100),
                        capturing("s1", MORE, 30)))
                .when(new RecordCaptureRefusal(PAYMENT, "s1", MORE, "CAPTURE_REFUSED"))
                .expectEvents(
                        refused("s1", "CAPTURE_REFUSED"),
                        new RefundStarted(PAYMENT, ORDER, back, eur(100), "CAPTURE_REFUSED"),
                        new RefundRequested(PAYMENT, ORDER, back, PAYMENT, eur(100), "CAPTURE_REFUSED"));
    }

    @Test
    void captureAfterARefusedOneIsAnotherTry() {
        fixture.given(with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60), refused("s1", "CAPTURE_REFUSED")))
                .when(capture("s2", 60))
                .expectEvents(start("s2", 60), capturing("s2", PAYMENT, 60));
    }

    @Test
    void captureWhoseAuthorizationExpiredGoesOnWithTheNextOne() {
        List<Object> expired = with(
                HELD,
                start("s1", 60),
                capturing("s1", PAYMENT, 60),
                expired(PAYMENT, 100),
                requested(again(PAYMENT, 1), 100));
        fixture.given(expired)
                .when(recordAuthorization(again(PAYMENT, 1)))
                .expectEvents(authorized(again(PAYMENT, 1), 100), capturing("s1", again(PAYMENT, 1), 60));
    }

    @Test
    void captureOfAnAuthorizationThatOthersEmptiedGoesOnWithWhatTheyTook() {
        fixture.given(with(
                        HELD, start("s1", 100), capturing("s1", PAYMENT, 100), capturedPart("found-1", PAYMENT, 100)))
                .when(RECORD_EXPIRY)
                .expectEvents(expired(PAYMENT, 0), completed("s1", 100));
    }

    @Test
    void captureThatTurnsOutToHaveBeenMadeIsNotMadeAgain() {
        fixture.given(with(
                        HELD,
                        start("s1", 60),
                        capturing("s1", PAYMENT, 60),
                        expired(PAYMENT, 100),
                        requested(again(PAYMENT, 1), 100)))
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(capturedPart("s1", PAYMENT, 60), completed("s1", 60));
    }

    // Settlement.

    @Test
    void settlingVoidsWhatIsLeft() {
        fixture.given(with(HELD_TWICE, captured("s1", PAYMENT, 60).toArray()))
                .when(SETTLE)
                .expectEvents(SETTLED, voiding(PAYMENT, 40), voiding(MORE, 40));
    }

    @Test
    void settlingWaitsForCapturesInProgress() {
        List<Object> capturing = with(HELD_TWICE, start("s1", 60), capturing("s1", PAYMENT, 60));
        fixture.given(capturing).when(SETTLE).expectEvents(SETTLED);
        fixture.given(with(capturing, SETTLED))
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(
                        capturedPart("s1", PAYMENT, 60), completed("s1", 60), voiding(PAYMENT, 40), voiding(MORE, 40));
    }

    @Test
    void captureThatEmptiesAnAuthorizationLeavesNothingToVoid() {
        fixture.given(with(HELD, captured("s1", PAYMENT, 100).toArray()))
                .when(SETTLE)
                .expectEvents(SETTLED);
    }

    @Test
    void restThatTheProviderGaveUpWithTheLastCaptureNeedsNoVoid() {
        fixture.given(with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60), SETTLED))
                .when(new RecordCapture(PAYMENT, "s1", PAYMENT, false))
                .expectEvents(capturedPart("s1", PAYMENT, 60), VOIDED, completed("s1", 60));
    }

    @Test
    void capturesNoMoreOnceSettledOrCancelled() {
        fixture.given(with(HELD, SETTLED, VOIDING))
                .when(capture("s1", 60))
                .expectEvents(refused("s1", "PAYMENT_SETTLED"));
        fixture.given(with(HELD, CANCELLED, VOIDING))
                .when(capture("s1", 60))
                .expectEvents(refused("s1", "PAYMENT_CANCELLED"));
    }

    // Refunds.

    @Test
    void givesAPartBack() {
        List<Object> captured = with(HELD, captured("s1", PAYMENT, 100).toArray());
        fixture.given(captured)
                .when(refund("r1", 30))
                .expectEvents(refundStarted("r1", 30), refunding("r1", PAYMENT, 30));
        fixture.given(with(captured, refundStarted("r1", 30), refunding("r1", PAYMENT, 30)))
                .when(recordRefund("r1", PAYMENT))
                .expectEvents(refunded("r1", PAYMENT, 30), refundCompleted("r1", 30));
    }

    @Test
    void spreadsARefundOverAuthorizations() {
        List<Object> captured = with(HELD_TWICE, capturedOverBoth().toArray());
        fixture.given(captured)
                .when(refund("r1", 120))
                .expectEvents(refundStarted("r1", 120), refunding("r1", PAYMENT, 100));
        fixture.given(with(captured, refundStarted("r1", 120), refunding("r1", PAYMENT, 100)))
                .when(recordRefund("r1", PAYMENT))
                .expectEvents(refunded("r1", PAYMENT, 100), refunding("r1", MORE, 20));
    }

    @Test
    void neverGivesBackMoreThanWasCaptured() {
        List<Object> captured = with(HELD, captured("s1", PAYMENT, 60).toArray());
        fixture.given(captured)
                .when(refund("r1", 61))
                .expectEvents(new RefundRefused(PAYMENT, ORDER, "r1", eur(61), "REFUND_EXCEEDS_CAPTURED"));
        fixture.given(with(captured, refundStarted("r1", 40), refunding("r1", PAYMENT, 40)))
                .when(refund("r2", 21))
                .expectEvents(new RefundRefused(PAYMENT, ORDER, "r2", eur(21), "REFUND_EXCEEDS_CAPTURED"));
    }

    @Test
    void recordsThatARefundWasRefused() {
        fixture.given(with(
                        HELD_TWICE,
                        with(
                                        capturedOverBoth(),
                                        refundStarted("r1", 120),
                                        refunding("r1", PAYMENT, 100),
                                        refunded("r1", PAYMENT, 100),
                                        refunding("r1", MORE, 20))
                                .toArray()))
                .when(new RecordRefundRefusal(PAYMENT, "r1", MORE, "DISPUTED"))
                .expectEvents(new RefundRefused(PAYMENT, ORDER, "r1", eur(20), "DISPUTED"));
    }

    @Test
    void givesNothingBackWithoutAProvider() {
        fixture.given(HELD).when(refund("r1", 0)).expectEvents(refundStarted("r1", 0), refundCompleted("r1", 0));
    }

    // Cancellation, wherever the payment stands.

    @Test
    void cancelledBeforeItWasAskedForIsUndoneAtOnce() {
        fixture.givenNoPriorActivity().when(CANCEL).expectEvents(CANCELLED, UNDONE);
    }

    @Test
    void cancelledBeforeItWasAskedForIsNeverAskedFor() {
        isQuiet(fixture.given(CANCELLED, UNDONE).when(AUTHORIZE));
    }

    @Test
    void cancelledWhileAuthorizingIsVoided() {
        fixture.given(REQUESTED).when(CANCEL).expectEvents(CANCELLED, VOIDING);
    }

    @Test
    void lateSuccessAfterCancellationIsRecordedAndStaysOnItsWayToBeVoided() {
        fixture.given(REQUESTED, CANCELLED, VOIDING).when(RECORD_AUTHORIZATION).expectEvents(AUTHORIZED);
        fixture.given(REQUESTED, CANCELLED, VOIDING, AUTHORIZED)
                .when(RECORD_VOID)
                .expectEvents(VOIDED, UNDONE);
    }

    @Test
    void lateDeclineAfterCancellationEndsIt() {
        fixture.given(REQUESTED, CANCELLED, VOIDING).when(RECORD_DECLINE).expectEvents(DECLINED, UNDONE);
        isQuiet(fixture.given(REQUESTED, CANCELLED, VOIDING, DECLINED, UNDONE).when(RECORD_VOID));
    }

    @Test
    void cancelledAfterAuthorizationIsVoided() {
        fixture.given(HELD_TWICE).when(CANCEL).expectEvents(CANCELLED, VOIDING, voiding(MORE, 40));
        fixture.given(with(HELD, CANCELLED, VOIDING)).when(RECORD_VOID).expectEvents(VOIDED, UNDONE);
    }

    @Test
    void cancelledAfterADeclineIsUndoneAtOnce() {
        fixture.given(REQUESTED, DECLINED).when(CANCEL).expectEvents(CANCELLED, UNDONE);
    }

    @Test
    void cancelledWhileCapturingWaitsForTheAnswer() {
        List<Object> cancelled = with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60), CANCELLED);
        fixture.given(cancelled.subList(0, 4)).when(CANCEL).expectEvents(CANCELLED);
        fixture.given(cancelled)
                .when(recordCapture("s1", PAYMENT))
                .expectEvents(
                        capturedPart("s1", PAYMENT, 60),
                        refused("s1", "PAYMENT_CANCELLED"),
                        voiding(PAYMENT, 40),
                        new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(60), "CANCELLED"),
                        new RefundRequested(PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(60), "CANCELLED"));
        fixture.given(cancelled)
                .when(new RecordCaptureRefusal(PAYMENT, "s1", PAYMENT, "CAPTURE_REFUSED"))
                .expectEvents(refused("s1", "CAPTURE_REFUSED"), VOIDING);
    }

    @Test
    void cancelledAfterCapturesIsRefundedAndUndone() {
        List<Object> captured = with(HELD, captured("s1", PAYMENT, 100).toArray());
        var start = new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(100), "CANCELLED");
        var ask = new RefundRequested(PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(100), "CANCELLED");
        fixture.given(captured).when(CANCEL).expectEvents(CANCELLED, start, ask);
        fixture.given(with(captured, CANCELLED, start, ask))
                .when(recordRefund(ownRefund(0), PAYMENT))
                .expectEvents(refunded(ownRefund(0), PAYMENT, 100), refundCompleted(ownRefund(0), 100), UNDONE);
    }

    @Test
    void doesNotTryForEverToGiveBackWhatIsRefused() {
        fixture.given(with(
                        HELD,
                        with(
                                        captured("s1", PAYMENT, 100),
                                        CANCELLED,
                                        new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(100), "CANCELLED"),
                                        new RefundRequested(
                                                PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(100), "CANCELLED"))
                                .toArray()))
                .when(new RecordRefundRefusal(PAYMENT, ownRefund(0), PAYMENT, "DISPUTED"))
                .expectEvents(new RefundRefused(PAYMENT, ORDER, ownRefund(0), eur(100), "DISPUTED"));
    }

    // Outcomes that nobody knows, and what reconciliation found.

    @Test
    void saysOnceThatAnOutcomeIsUnknown() {
        var unknown = new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.AUTHORIZE, PAYMENT, "no answer");
        var record = new RecordUnknownOutcome(PAYMENT, ProviderOperation.AUTHORIZE, PAYMENT, "no answer");
        fixture.given(REQUESTED).when(record).expectEvents(unknown);
        isQuiet(fixture.given(REQUESTED, unknown).when(record));
        isQuiet(fixture.given(HELD).when(record));
    }

    @Test
    void foundMoneyIsUsedUpFirst() {
        var found = new RecordFoundCapture(PAYMENT, ORDER, "found-1", PAYMENT, eur(70));
        fixture.given(HELD).when(found).expectEvents(capturedPart("found-1", PAYMENT, 70));
        isQuiet(fixture.given(with(HELD, capturedPart("found-1", PAYMENT, 70))).when(found));
        fixture.given(with(HELD, capturedPart("found-1", PAYMENT, 70)))
                .when(capture("s1", 60))
                .expectEvents(start("s1", 60), completed("s1", 60));
        fixture.given(with(HELD, capturedPart("found-1", PAYMENT, 70), start("s1", 60), completed("s1", 60)))
                .when(capture("s2", 30))
                .expectEvents(start("s2", 30), capturing("s2", PAYMENT, 20));
    }

    @Test
    void foundMoneyThatNothingIsShippedForIsGivenBackInTheEnd() {
        fixture.given(with(HELD, capturedPart("found-1", PAYMENT, 70), start("s1", 60), completed("s1", 60)))
                .when(SETTLE)
                .expectEvents(
                        SETTLED,
                        voiding(PAYMENT, 30),
                        new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(10), "NEVER_SHIPPED"),
                        new RefundRequested(PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(10), "NEVER_SHIPPED"));
    }

    @Test
    void foundRefundLowersWhatCanBeGivenBack() {
        List<Object> captured = with(HELD, captured("s1", PAYMENT, 60).toArray());
        var found = new RecordFoundRefund(PAYMENT, ORDER, "found-2", PAYMENT, eur(50));
        fixture.given(captured).when(found).expectEvents(refunded("found-2", PAYMENT, 50));
        isQuiet(fixture.given(with(captured, refunded("found-2", PAYMENT, 50))).when(found));
        fixture.given(with(captured, refunded("found-2", PAYMENT, 50)))
                .when(refund("r1", 11))
                .expectEvents(new RefundRefused(PAYMENT, ORDER, "r1", eur(11), "REFUND_EXCEEDS_CAPTURED"));
    }

    // Payments of old: one authorization, one capture, one refund, all under the payment's ID.

    @Test
    void whatWasCapturedOnConfirmationIsUsedUpByParcels() {
        List<Object> old = with(HELD, capturing(PAYMENT, PAYMENT, 100), capturedPart(PAYMENT, PAYMENT, 100));
        fixture.given(old).when(capture("s1", 60)).expectEvents(start("s1", 60), completed("s1", 60));
        fixture.given(with(old, start("s1", 60), completed("s1", 60)))
                .when(capture("s2", 40))
                .expectEvents(start("s2", 40), completed("s2", 40));
    }

    @Test
    void whatWasCapturedOnConfirmationAndNeverShippedIsGivenBack() {
        fixture.given(with(
                        HELD,
                        capturing(PAYMENT, PAYMENT, 100),
                        capturedPart(PAYMENT, PAYMENT, 100),
                        start("s1", 60),
                        completed("s1", 60)))
                .when(SETTLE)
                .expectEvents(
                        SETTLED,
                        new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(40), "NEVER_SHIPPED"),
                        new RefundRequested(PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(40), "NEVER_SHIPPED"));
    }

    @Test
    void captureOfOldThatIsStillOutIsWaitedFor() {
        List<Object> old = with(HELD, capturing(PAYMENT, PAYMENT, 100));
        fixture.given(old).when(capture("s1", 60)).expectEvents(start("s1", 60));
        fixture.given(with(old, start("s1", 60)))
                .when(recordCapture(PAYMENT, PAYMENT))
                .expectEvents(capturedPart(PAYMENT, PAYMENT, 100), completed("s1", 60));
    }

    @Test
    void refundOfOldThatIsStillOutEndsACancellation() {
        fixture.given(with(
                        HELD,
                        capturing(PAYMENT, PAYMENT, 100),
                        capturedPart(PAYMENT, PAYMENT, 100),
                        CANCELLED,
                        new RefundRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, eur(100), "CANCELLED")))
                .when(recordRefund(PAYMENT, PAYMENT))
                .expectEvents(refunded(PAYMENT, PAYMENT, 100), UNDONE);
    }

    @Test
    void paymentOfOldThatWasCapturedCanBeCancelled() {
        fixture.given(with(HELD, capturing(PAYMENT, PAYMENT, 100), capturedPart(PAYMENT, PAYMENT, 100)))
                .when(CANCEL)
                .expectEvents(
                        CANCELLED,
                        new RefundStarted(PAYMENT, ORDER, ownRefund(0), eur(100), "CANCELLED"),
                        new RefundRequested(PAYMENT, ORDER, ownRefund(0), PAYMENT, eur(100), "CANCELLED"));
    }

    // What is repeated, of the wrong kind, or about a payment nobody knows.

    static Stream<Arguments> repetitions() {
        return Stream.of(
                repeated(AUTHORIZE, REQUESTED),
                repeated(AUTHORIZE, REQUESTED, DECLINED),
                repeated(RECORD_AUTHORIZATION, HELD.toArray()),
                repeated(RECORD_AUTHORIZATION, REQUESTED, AUTHORIZED, CANCELLED, VOIDING, VOIDED, UNDONE),
                repeated(RECORD_DECLINE, REQUESTED, DECLINED),
                repeated(RECORD_DECLINE, HELD.toArray()),
                repeated(RECORD_DECLINE, REQUESTED, CANCELLED, VOIDING, VOIDED, UNDONE),
                repeated(AUTHORIZE_MORE, HELD_TWICE.toArray()),
                repeated(AUTHORIZE_MORE, REQUESTED, AUTHORIZED, MORE_REQUESTED, declined(MORE, "DECLINED")),
                repeated(VOID_MORE, with(HELD_TWICE, voiding(MORE, 40)).toArray()),
                repeated(RECORD_EXPIRY, with(HELD, VOIDING).toArray()),
                repeated(
                        RECORD_EXPIRY,
                        with(HELD, captured("s1", PAYMENT, 100).toArray()).toArray()),
                repeated(
                        capture("s1", 60),
                        with(HELD, captured("s1", PAYMENT, 60).toArray()).toArray()),
                repeated(
                        capture("s1", 60),
                        with(HELD, start("s1", 60), capturing("s1", PAYMENT, 60))
                                .toArray()),
                repeated(
                        recordCapture("s1", PAYMENT),
                        with(HELD, captured("s1", PAYMENT, 60).toArray()).toArray()),
                repeated(SETTLE, with(HELD, SETTLED, VOIDING).toArray()),
                repeated(SETTLE, with(HELD, CANCELLED, VOIDING).toArray()),
                repeated(CANCEL, CANCELLED, UNDONE),
                repeated(CANCEL, with(HELD, CANCELLED, VOIDING).toArray()),
                repeated(
                        RECORD_VOID,
                        with(HELD, CANCELLED, VOIDING, VOIDED, UNDONE).toArray()),
                repeated(
                        recordRefund("r1", PAYMENT),
                        with(
                                        HELD,
                                        with(
                                                        captured("s1", PAYMENT, 60),
                                                        refundStarted("r1", 30),
                                                        refunding("r1", PAYMENT, 30),
                                                        refunded("r1", PAYMENT, 30),
                                                        refundCompleted("r1", 30))
                                                .toArray())
                                .toArray()));
    }

    private static Arguments repeated(PaymentCommand command, Object... events) {
        return Arguments.of(command, List.of(events));
    }

    @ParameterizedTest
    @MethodSource("repetitions")
    void repeatedCommandIsQuiet(PaymentCommand command, List<Object> events) {
        isQuiet(fixture.given(events).when(command));
    }

    static final List<PaymentCommand> misuses = List.of(
            new CapturePayment(PAYMENT, ORDER, "s1", new Money(60, "JPY")),
            new AuthorizeMore(PAYMENT, ORDER, MORE, new Money(60, "JPY")),
            new RefundPayment(PAYMENT, ORDER, "r1", new Money(60, "JPY"), "too small"),
            capture("s1", -1),
            refund("r1", -1));

    @ParameterizedTest
    @FieldSource("misuses")
    void takesNoOtherCurrencyAndNoNegativeAmount(PaymentCommand command) {
        fixture.given(HELD)
                .when(command)
                .expectNoEvents()
                .expectExceptionDetails(matches((Fault fault) -> fault.kind() == Fault.Kind.INVALID));
    }

    static final List<PaymentCommand> commandsForAKnownPayment = List.of(
            AUTHORIZE_MORE,
            capture("s1", 60),
            SETTLE,
            refund("r1", 60),
            RECORD_ACTION,
            RECORD_AUTHORIZATION,
            RECORD_DECLINE,
            RECORD_EXPIRY,
            RECORD_VOID,
            recordCapture("s1", PAYMENT),
            new RecordCaptureRefusal(PAYMENT, "s1", PAYMENT, "CAPTURE_REFUSED"),
            recordRefund("r1", PAYMENT),
            new RecordRefundRefusal(PAYMENT, "r1", PAYMENT, "DISPUTED"),
            new RecordUnknownOutcome(PAYMENT, ProviderOperation.VOID, PAYMENT, "no answer"),
            new RecordFoundCapture(PAYMENT, ORDER, "found-1", PAYMENT, eur(70)),
            new RecordFoundRefund(PAYMENT, ORDER, "found-2", PAYMENT, eur(70)));

    @ParameterizedTest
    @FieldSource("commandsForAKnownPayment")
    void unknownPaymentIsNotFound(PaymentCommand command) {
        fixture.givenNoPriorActivity()
                .when(command)
                .expectNoEvents()
                .expectExceptionDetails(matches((Fault fault) ->
                        fault.kind() == Fault.Kind.NOT_FOUND && fault.code().equals("PAYMENT_NOT_FOUND")));
    }

    private static void isQuiet(ResultValidator<Payment> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    private static List<Object> with(List<Object> events, Object... more) {
        List<Object> all = new ArrayList<>(events);
        all.addAll(List.of(more));
        return all;
    }

    private static List<Object> captured(String id, String of, long minor) {
        return List.of(start(id, minor), capturing(id, of, minor), capturedPart(id, of, minor), completed(id, minor));
    }

    private static List<Object> capturedOverBoth() {
        return List.of(
                start("s1", 130),
                capturing("s1", PAYMENT, 100),
                capturedPart("s1", PAYMENT, 100),
                capturing("s1", MORE, 30),
                capturedPart("s1", MORE, 30),
                completed("s1", 130));
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }

    private static String again(String cause, int known) {
        return DerivedId.derive("reauthorization", PAYMENT, cause, String.valueOf(known));
    }

    private static String ownRefund(int known) {
        return DerivedId.derive("refund", PAYMENT, String.valueOf(known));
    }

    private static RecordAuthorization recordAuthorization(String id) {
        return new RecordAuthorization(PAYMENT, id, "reference-" + id, EXPIRY);
    }

    private static CapturePayment capture(String id, long minor) {
        return new CapturePayment(PAYMENT, ORDER, id, eur(minor));
    }

    private static RecordCapture recordCapture(String id, String of) {
        return new RecordCapture(PAYMENT, id, of, true);
    }

    private static RefundPayment refund(String id, long minor) {
        return new RefundPayment(PAYMENT, ORDER, id, eur(minor), "too small");
    }

    private static RecordRefund recordRefund(String id, String of) {
        return new RecordRefund(PAYMENT, id, of);
    }

    private static AuthorizationRequested requested(String id, long minor) {
        return new AuthorizationRequested(PAYMENT, ORDER, id, eur(minor), "tok_ok");
    }

    private static PaymentAuthorized authorized(String id, long minor) {
        return new PaymentAuthorized(PAYMENT, ORDER, id, eur(minor), "reference-" + id, EXPIRY);
    }

    private static PaymentDeclined declined(String id, String reason) {
        return new PaymentDeclined(PAYMENT, ORDER, id, reason);
    }

    private static AuthorizationExpired expired(String id, long minor) {
        return new AuthorizationExpired(PAYMENT, ORDER, id, eur(minor));
    }

    private static VoidRequested voiding(String id, long minor) {
        return new VoidRequested(PAYMENT, ORDER, id, eur(minor));
    }

    private static CaptureStarted start(String id, long minor) {
        return new CaptureStarted(PAYMENT, ORDER, id, eur(minor));
    }

    private static CaptureRequested capturing(String id, String of, long minor) {
        return new CaptureRequested(PAYMENT, ORDER, id, of, eur(minor));
    }

    private static PaymentCaptured capturedPart(String id, String of, long minor) {
        return new PaymentCaptured(PAYMENT, ORDER, id, of, eur(minor));
    }

    private static CaptureCompleted completed(String id, long minor) {
        return new CaptureCompleted(PAYMENT, ORDER, id, eur(minor));
    }

    private static CaptureRefused refused(String id, String reason) {
        return new CaptureRefused(PAYMENT, ORDER, id, reason);
    }

    private static RefundStarted refundStarted(String id, long minor) {
        return new RefundStarted(PAYMENT, ORDER, id, eur(minor), "too small");
    }

    private static RefundRequested refunding(String id, String of, long minor) {
        return new RefundRequested(PAYMENT, ORDER, id, of, eur(minor), "too small");
    }

    private static PaymentRefunded refunded(String id, String of, long minor) {
        return new PaymentRefunded(PAYMENT, ORDER, id, of, eur(minor));
    }

    private static RefundCompleted refundCompleted(String id, long minor) {
        return new RefundCompleted(PAYMENT, ORDER, id, eur(minor));
    }
}
