package io.waybill.payment.reconciliation;

import static io.waybill.messages.payment.ProviderOperation.AUTHORIZE;
import static io.waybill.messages.payment.ProviderOperation.CAPTURE;
import static io.waybill.messages.payment.ProviderOperation.VOID;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.payment.reconciliation.ExpectedPayment.Authorization;
import io.waybill.payment.reconciliation.ExpectedPayment.Outstanding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a null is a failure here
class ExpectedPaymentTest {

    private static final String ORDER = "order-1";
    private static final String PAYMENT = "payment-1";
    private static final Money AMOUNT = new Money(5000, "EUR");
    private static final Money PART = new Money(2000, "EUR");
    private static final Instant AT = Instant.parse("2026-11-01T12:00:00Z");

    private static final PaymentEvent REQUESTED = new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, AMOUNT, "tok_ok");
    private static final PaymentEvent AUTHORIZED =
            new PaymentAuthorized(PAYMENT, ORDER, PAYMENT, AMOUNT, "ref-1", null);
    private static final PaymentEvent VOIDING = new VoidRequested(PAYMENT, ORDER, PAYMENT, AMOUNT);
    private static final PaymentEvent VOIDED = new PaymentVoided(PAYMENT, ORDER, PAYMENT);
    private static final PaymentEvent CAPTURING = new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, PART);
    private static final PaymentEvent CAPTURED = new PaymentCaptured(PAYMENT, ORDER, "shipment-1", PAYMENT, PART);

    @Test
    void anAuthorizationIsOutstandingUntilItIsAnswered() {
        assertThat(first(REQUESTED).outstanding())
                .containsExactly(new Outstanding(AUTHORIZE, PAYMENT, 5000, AT, false));
        assertThat(first(REQUESTED, AUTHORIZED).outstanding()).isEmpty();
        assertThat(first(REQUESTED, AUTHORIZED).heldMinor()).isEqualTo(5000);
        assertThat(first(REQUESTED, new PaymentDeclined(PAYMENT, ORDER, PAYMENT, "DECLINED"))
                        .outstanding())
                .isEmpty();
    }

    @Test
    void aCaptureTakesFromTheHold() {
        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING).heldMinor()).isEqualTo(5000);
        Authorization captured = first(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED);
        assertThat(captured.heldMinor()).isEqualTo(3000);
        assertThat(captured.captures()).isEqualTo(Map.of("shipment-1", 2000L));
        assertThat(captured.outstanding()).isEmpty();
    }

    @Test
    void aCaptureOfAHoldThatExpiredIsNoQuestionAnyMore() {
        PaymentEvent refunding = new RefundRequested(PAYMENT, ORDER, "return-1", PAYMENT, PART, "too small");
        PaymentEvent expired = new AuthorizationExpired(PAYMENT, ORDER, PAYMENT, AMOUNT);

        Authorization gone = first(REQUESTED, AUTHORIZED, CAPTURING, refunding, expired);

        assertThat(gone.heldMinor()).isZero();
        assertThat(gone.outstanding())
                .filteredOn(one -> !one.givenUp())
                .extracting(Outstanding::operationId)
                .containsExactly("return-1");
    }

    @Test
    void aLateSuccessIsHeldUntilItIsVoided() {
        Authorization late = first(REQUESTED, VOIDING, AUTHORIZED);
        assertThat(late.heldMinor()).isEqualTo(5000);
        assertThat(late.outstanding()).extracting(Outstanding::operation).containsExactly(VOID);
        assertThat(first(REQUESTED, VOIDING, AUTHORIZED, VOIDED).heldMinor()).isZero();
    }

    @Test
    void theAnswerToOneQuestionIsNoneToAnotherOfTheSameId() {
        Authorization ofOld = first(
                REQUESTED,
                AUTHORIZED,
                new CaptureRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, AMOUNT),
                new RefundRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, AMOUNT, "CANCELLED"),
                new PaymentRefunded(PAYMENT, ORDER, PAYMENT, PAYMENT, AMOUNT));

        assertThat(ofOld.outstanding()).extracting(Outstanding::operation).containsExactly(CAPTURE);
    }

    @Test
    void whatWasGivenUpBeforeItWasAskedForIsExpectedToBeNothing() {
        Authorization nothing = first(new PaymentCancelled(PAYMENT, ORDER), VOIDED);

        assertThat(nothing).isEqualTo(Authorization.unknown(PAYMENT));
    }

    @Test
    void isStoredAsItWasFolded() {
        try (var database = new TestDatabase()) {
            var ledger = new ExpectedLedger(database.get());
            PaymentEvent[] events = {REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, VOIDING};
            for (int i = 0; i < events.length; i++) {
                ledger.on(events[i], new GlobalSequenceTrackingToken(i), i, AT);
            }

            assertThat(ledger.find(List.of(PAYMENT))).containsExactly(Map.entry(PAYMENT, after(events)));
            assertThat(ledger.page(AT, "", 10)).containsExactly(after(events));
            assertThat(ledger.page(AT, PAYMENT, 10)).isEmpty();
            assertThat(ledger.page(AT.plusMillis(1), "", 10)).isEmpty();
        }
    }

    private static Authorization first(PaymentEvent... events) {
        return after(events).authorization(PAYMENT).orElseThrow();
    }

    private static ExpectedPayment after(PaymentEvent... events) {
        ExpectedPayment payment = null;
        for (PaymentEvent event : events) {
            payment = ExpectedPayment.fold(payment, event, AT);
        }
        return payment;
    }
}
