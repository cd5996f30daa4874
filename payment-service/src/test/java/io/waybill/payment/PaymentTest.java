package io.waybill.payment;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class PaymentTest {

    private static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final Money AMOUNT = new Money(5497, "EUR");

    private static final AuthorizePayment AUTHORIZE = new AuthorizePayment(PAYMENT, ORDER, AMOUNT, "tok_ok");
    private static final CapturePayment CAPTURE = new CapturePayment(PAYMENT);
    private static final CancelPayment CANCEL = new CancelPayment(PAYMENT, ORDER);
    private static final RecordAuthorization RECORD_AUTHORIZATION = new RecordAuthorization(PAYMENT, "auth-1");
    private static final RecordDecline RECORD_DECLINE = new RecordDecline(PAYMENT, "DECLINED");
    private static final RecordCapture RECORD_CAPTURE = new RecordCapture(PAYMENT);
    private static final RecordCaptureRefusal RECORD_CAPTURE_REFUSAL =
            new RecordCaptureRefusal(PAYMENT, "CAPTURE_REFUSED");
    private static final RecordVoid RECORD_VOID = new RecordVoid(PAYMENT);
    private static final RecordRefund RECORD_REFUND = new RecordRefund(PAYMENT);

    private static final AuthorizationRequested REQUESTED =
            new AuthorizationRequested(PAYMENT, ORDER, AMOUNT, "tok_ok");
    private static final PaymentAuthorized AUTHORIZED = new PaymentAuthorized(PAYMENT, ORDER, AMOUNT, "auth-1");
    private static final PaymentDeclined DECLINED = new PaymentDeclined(PAYMENT, ORDER, "DECLINED");
    private static final CaptureRequested CAPTURING = new CaptureRequested(PAYMENT, ORDER, AMOUNT);
    private static final PaymentCaptured CAPTURED = new PaymentCaptured(PAYMENT, ORDER, AMOUNT);
    private static final CaptureRefused CAPTURE_REFUSED = new CaptureRefused(PAYMENT, ORDER, "CAPTURE_REFUSED");
    private static final PaymentCancelled CANCELLED = new PaymentCancelled(PAYMENT, ORDER);
    private static final VoidRequested VOIDING = new VoidRequested(PAYMENT, ORDER, AMOUNT);
    private static final PaymentVoided VOIDED = new PaymentVoided(PAYMENT, ORDER);
    private static final RefundRequested REFUNDING = new RefundRequested(PAYMENT, ORDER, AMOUNT);
    private static final PaymentRefunded REFUNDED = new PaymentRefunded(PAYMENT, ORDER, AMOUNT);

    private final AggregateTestFixture<Payment> fixture = new AggregateTestFixture<>(Payment.class);

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
    void asksForCapture() {
        fixture.given(REQUESTED, AUTHORIZED).when(CAPTURE).expectEvents(CAPTURING);
    }

    @Test
    void recordsCapture() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING).when(RECORD_CAPTURE).expectEvents(CAPTURED);
    }

    @Test
    void recordsThatCaptureWasRefused() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING)
                .when(RECORD_CAPTURE_REFUSAL)
                .expectEvents(CAPTURE_REFUSED);
    }

    @Test
    void cannotCaptureBeforeAuthorization() {
        isQuiet(fixture.given(REQUESTED).when(CAPTURE));
    }

    // Cancellation, wherever the payment stands.

    @Test
    void cancelledBeforeItWasAskedForIsVoidAtOnce() {
        fixture.givenNoPriorActivity().when(CANCEL).expectEvents(CANCELLED, VOIDED);
    }

    @Test
    void cancelledBeforeItWasAskedForIsNeverAskedFor() {
        isQuiet(fixture.given(CANCELLED, VOIDED).when(AUTHORIZE));
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
                .expectEvents(VOIDED);
    }

    @Test
    void lateSuccessAfterCancellationIsNeverCaptured() {
        isQuiet(fixture.given(REQUESTED, CANCELLED, VOIDING, AUTHORIZED).when(CAPTURE));
    }

    @Test
    void lateDeclineAfterCancellationEndsIt() {
        fixture.given(REQUESTED, CANCELLED, VOIDING).when(RECORD_DECLINE).expectEvents(DECLINED);
        isQuiet(fixture.given(REQUESTED, CANCELLED, VOIDING, DECLINED).when(RECORD_VOID));
    }

    @Test
    void cancelledAfterAuthorizationIsVoided() {
        fixture.given(REQUESTED, AUTHORIZED).when(CANCEL).expectEvents(CANCELLED, VOIDING);
        fixture.given(REQUESTED, AUTHORIZED, CANCELLED, VOIDING)
                .when(RECORD_VOID)
                .expectEvents(VOIDED);
    }

    @Test
    void cancelledWhileCapturingWaitsForTheAnswer() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING).when(CANCEL).expectEvents(CANCELLED);
    }

    @Test
    void captureAfterCancellationIsRefunded() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING, CANCELLED)
                .when(RECORD_CAPTURE)
                .expectEvents(CAPTURED, REFUNDING);
    }

    @Test
    void refusedCaptureAfterCancellationIsVoided() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING, CANCELLED)
                .when(RECORD_CAPTURE_REFUSAL)
                .expectEvents(CAPTURE_REFUSED, VOIDING);
    }

    @Test
    void cancelledAfterARefusedCaptureIsVoided() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING, CAPTURE_REFUSED)
                .when(CANCEL)
                .expectEvents(CANCELLED, VOIDING);
    }

    @Test
    void cancelledAfterCaptureIsRefunded() {
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED).when(CANCEL).expectEvents(CANCELLED, REFUNDING);
        fixture.given(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, CANCELLED, REFUNDING)
                .when(RECORD_REFUND)
                .expectEvents(REFUNDED);
    }

    @Test
    void cancellingADeclinedPaymentIsQuiet() {
        isQuiet(fixture.given(REQUESTED, DECLINED).when(CANCEL));
    }

    // What is repeated, late, or about a payment nobody knows.

    static Stream<Arguments> repetitions() {
        return Stream.of(
                repeated(AUTHORIZE, REQUESTED),
                repeated(AUTHORIZE, REQUESTED, DECLINED),
                repeated(RECORD_AUTHORIZATION, REQUESTED, AUTHORIZED),
                repeated(RECORD_AUTHORIZATION, REQUESTED, AUTHORIZED, CAPTURING),
                repeated(RECORD_AUTHORIZATION, REQUESTED, CANCELLED, VOIDING, AUTHORIZED),
                repeated(RECORD_AUTHORIZATION, REQUESTED, CANCELLED, VOIDING, VOIDED),
                repeated(RECORD_DECLINE, REQUESTED, DECLINED),
                repeated(RECORD_DECLINE, REQUESTED, AUTHORIZED),
                repeated(RECORD_DECLINE, REQUESTED, CANCELLED, VOIDING, VOIDED),
                repeated(CAPTURE, REQUESTED, AUTHORIZED, CAPTURING),
                repeated(CAPTURE, REQUESTED, AUTHORIZED, CAPTURING, CAPTURED),
                repeated(RECORD_CAPTURE, REQUESTED, AUTHORIZED, CAPTURING, CAPTURED),
                repeated(RECORD_CAPTURE, REQUESTED, AUTHORIZED, CAPTURING, CANCELLED, CAPTURED, REFUNDING),
                repeated(RECORD_CAPTURE_REFUSAL, REQUESTED, AUTHORIZED, CAPTURING, CAPTURE_REFUSED),
                repeated(CANCEL, CANCELLED, VOIDED),
                repeated(CANCEL, REQUESTED, CANCELLED, VOIDING),
                repeated(CANCEL, REQUESTED, AUTHORIZED, CANCELLED, VOIDING, VOIDED),
                repeated(RECORD_VOID, REQUESTED, AUTHORIZED, CANCELLED, VOIDING, VOIDED),
                repeated(CANCEL, REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, CANCELLED, REFUNDING),
                repeated(RECORD_REFUND, REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, CANCELLED, REFUNDING, REFUNDED));
    }

    private static Arguments repeated(PaymentCommand command, Object... events) {
        return Arguments.of(command, List.of(events));
    }

    @ParameterizedTest
    @MethodSource("repetitions")
    void repeatedCommandIsQuiet(PaymentCommand command, List<Object> events) {
        isQuiet(fixture.given(events).when(command));
    }

    static final List<PaymentCommand> commandsForAKnownPayment = List.of(
            CAPTURE,
            RECORD_AUTHORIZATION,
            RECORD_DECLINE,
            RECORD_CAPTURE,
            RECORD_CAPTURE_REFUSAL,
            RECORD_VOID,
            RECORD_REFUND);

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
}
