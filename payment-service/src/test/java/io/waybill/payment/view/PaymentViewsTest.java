package io.waybill.payment.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentEvent;
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
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import io.waybill.messages.payment.PaymentStatus;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PaymentViewsTest {

    private static final String PAYMENT = "payment-1";
    private static final String ORDER = "order-7";
    private static final Money AMOUNT = new Money(5497, "EUR");
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private static final PaymentEvent REQUESTED = new AuthorizationRequested(PAYMENT, ORDER, AMOUNT, "tok_ok");
    private static final PaymentEvent AUTHORIZED = new PaymentAuthorized(PAYMENT, ORDER, AMOUNT, "auth-1");
    private static final PaymentEvent CAPTURING = new CaptureRequested(PAYMENT, ORDER, AMOUNT);
    private static final PaymentEvent CAPTURED = new PaymentCaptured(PAYMENT, ORDER, AMOUNT);
    private static final PaymentEvent CANCELLED = new PaymentCancelled(PAYMENT, ORDER);
    private static final PaymentEvent VOIDED = new PaymentVoided(PAYMENT, ORDER);

    @Test
    void showsWhatIsAskedFor() {
        assertThat(after(REQUESTED))
                .isEqualTo(new PaymentView(PAYMENT, ORDER, PaymentStatus.REQUESTED, AMOUNT, 0, 0, null, START));
    }

    @Test
    void showsWhatIsHeld() {
        assertThat(after(REQUESTED, AUTHORIZED)).isEqualTo(view(PaymentStatus.AUTHORIZED, 0, 0, null, 1));
    }

    @Test
    void showsWhyItWasDeclined() {
        assertThat(after(REQUESTED, new PaymentDeclined(PAYMENT, ORDER, "DECLINED")))
                .isEqualTo(view(PaymentStatus.DECLINED, 0, 0, "DECLINED", 1));
    }

    @Test
    void showsWhatWasCaptured() {
        assertThat(after(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED))
                .isEqualTo(view(PaymentStatus.CAPTURED, 5497, 0, null, 3));
    }

    @Test
    void showsWhyACaptureWasRefusedUntilTheHoldIsLifted() {
        var refused = new CaptureRefused(PAYMENT, ORDER, "CAPTURE_REFUSED");

        assertThat(after(REQUESTED, AUTHORIZED, CAPTURING, refused))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 0, 0, "CAPTURE_REFUSED", 3));
        assertThat(after(REQUESTED, AUTHORIZED, CAPTURING, refused, CANCELLED, VOIDED))
                .isEqualTo(view(PaymentStatus.VOIDED, 0, 0, "CAPTURE_REFUSED", 5));
    }

    @Test
    void askingToUndoIsNotUndoing() {
        assertThat(after(REQUESTED, AUTHORIZED, CANCELLED, new VoidRequested(PAYMENT, ORDER, AMOUNT)))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 0, 0, null, 3));
        assertThat(after(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, new RefundRequested(PAYMENT, ORDER, AMOUNT)))
                .isEqualTo(view(PaymentStatus.CAPTURED, 5497, 0, null, 4));
    }

    @Test
    void showsWhatWasRefunded() {
        assertThat(after(REQUESTED, AUTHORIZED, CAPTURED, new PaymentRefunded(PAYMENT, ORDER, AMOUNT)))
                .isEqualTo(view(PaymentStatus.REFUNDED, 5497, 5497, null, 3));
    }

    @Test
    void showsAPaymentThatWasCancelledBeforeItWasAskedForWithoutAnAmount() {
        assertThat(after(CANCELLED, VOIDED))
                .isEqualTo(new PaymentView(
                        PAYMENT, ORDER, PaymentStatus.VOIDED, new Money(0, "XXX"), 0, 0, null, START.plusSeconds(1)));
    }

    private static PaymentView view(
            PaymentStatus status, long capturedMinor, long refundedMinor, @Nullable String reason, int seconds) {
        return new PaymentView(
                PAYMENT, ORDER, status, AMOUNT, capturedMinor, refundedMinor, reason, START.plusSeconds(seconds));
    }

    /** The first event happens at the start, each later one a second after the one before. */
    private static PaymentView after(PaymentEvent... events) {
        @Nullable PaymentView view = null;
        for (int i = 0; i < events.length; i++) {
            view = PaymentViews.fold(view, events[i], START.plusSeconds(i));
        }
        return Objects.requireNonNull(view);
    }
}
