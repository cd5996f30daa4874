package io.waybill.payment.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentSettled;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.PaymentQuery.FindPayment;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import io.waybill.messages.payment.PaymentQuery.Refund;
import io.waybill.messages.payment.PaymentQuery.RefundStatus;
import io.waybill.messages.payment.PaymentStatus;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PaymentViewsTest {

    private static final String PAYMENT = "payment-1";
    private static final String ORDER = "order-7";
    private static final String MORE = "authorization-2";
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private static final PaymentEvent REQUESTED = requested(PAYMENT, 100);
    private static final PaymentEvent AUTHORIZED = authorized(PAYMENT, 100);
    private static final PaymentEvent VOIDED = new PaymentVoided(PAYMENT, ORDER, PAYMENT);
    private static final PaymentEvent CANCELLED = new PaymentCancelled(PAYMENT, ORDER);

    @Test
    void showsWhatIsAskedFor() {
        assertThat(after(REQUESTED)).isEqualTo(view(PaymentStatus.REQUESTED, 100, 0, 0, 0, null, 0));
    }

    @Test
    void makesDocumentsAnewThatKnewNoAuthorizations() {
        try (var database = new TestDatabase()) {
            var ofOld = new Document("paymentId", PAYMENT)
                    .append("orderId", ORDER)
                    .append("status", "AUTHORIZED")
                    .append("amount", new Document("minor", 100L).append("currency", "EUR"))
                    .append("capturedMinor", 0L)
                    .append("refundedMinor", 0L)
                    .append("reason", null)
                    .append("updatedAt", Date.from(START));
            database.get()
                    .getCollection("payments")
                    .insertOne(
                            new Document("_id", PAYMENT).append("position", 7L).append("view", ofOld));
            var views = new PaymentViews(database.get());

            views.on(REQUESTED, new GlobalSequenceTrackingToken(3), 0, START);

            assertThat(views.handle(new FindPayment(PAYMENT))).isEqualTo(after(REQUESTED));
        }
    }

    @Test
    void showsWhatIsHeld() {
        assertThat(after(REQUESTED, AUTHORIZED)).isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, null, 1));
        assertThat(after(REQUESTED, AUTHORIZED, requested(MORE, 40), authorized(MORE, 40)))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 140, 140, 0, 0, null, 3));
    }

    @Test
    void showsWhereTheCustomerHasSomethingToDo() {
        PaymentEvent required = new CustomerActionRequired(PAYMENT, ORDER, PAYMENT, "https://bank.example/3ds", START);

        assertThat(after(REQUESTED, required).status()).isEqualTo(PaymentStatus.ACTION_REQUIRED);
        assertThat(after(REQUESTED, required).actionUrl()).isEqualTo("https://bank.example/3ds");
        assertThat(after(REQUESTED, required, AUTHORIZED))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, null, 2));
    }

    @Test
    void showsWhyItWasDeclined() {
        assertThat(after(REQUESTED, declined(PAYMENT)))
                .isEqualTo(view(PaymentStatus.DECLINED, 100, 0, 0, 0, "DECLINED", 1));
    }

    @Test
    void doesNotCountWhatWasDeclinedInAddition() {
        assertThat(after(REQUESTED, AUTHORIZED, requested(MORE, 40), declined(MORE)))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, "DECLINED", 3));
    }

    @Test
    void countsOnceWhatExpiredAndIsHeldAnew() {
        PaymentEvent expired = new AuthorizationExpired(PAYMENT, ORDER, PAYMENT, eur(100));

        assertThat(after(REQUESTED, AUTHORIZED, expired, requested(MORE, 100), authorized(MORE, 100)))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, null, 4));
    }

    @Test
    void showsWhatWasCaptured() {
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 60)))
                .isEqualTo(view(PaymentStatus.PARTIALLY_CAPTURED, 100, 40, 60, 0, null, 2));
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 60), captured("s2", 40)))
                .isEqualTo(view(PaymentStatus.CAPTURED, 100, 0, 100, 0, null, 3));
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 60), new PaymentSettled(PAYMENT, ORDER), VOIDED))
                .isEqualTo(view(PaymentStatus.CAPTURED, 100, 0, 60, 0, null, 4));
    }

    @Test
    void showsWhyACaptureWasRefusedUntilOneSucceeds() {
        PaymentEvent refused = new CaptureRefused(PAYMENT, ORDER, "s1", "CAPTURE_REFUSED");

        assertThat(after(REQUESTED, AUTHORIZED, refused))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, "CAPTURE_REFUSED", 2));
        assertThat(after(REQUESTED, AUTHORIZED, refused, CANCELLED, VOIDED))
                .isEqualTo(view(PaymentStatus.VOIDED, 100, 0, 0, 0, "CAPTURE_REFUSED", 4));
        PaymentEvent completed = new CaptureCompleted(PAYMENT, ORDER, "s2", eur(60));
        assertThat(after(REQUESTED, AUTHORIZED, refused, captured("s2", 60), completed))
                .isEqualTo(view(PaymentStatus.PARTIALLY_CAPTURED, 100, 40, 60, 0, null, 4));
    }

    @Test
    void askingIsNotDoing() {
        assertThat(after(REQUESTED, AUTHORIZED, new CaptureRequested(PAYMENT, ORDER, "s1", PAYMENT, eur(60))))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, null, 2));
        assertThat(after(REQUESTED, AUTHORIZED, CANCELLED, new VoidRequested(PAYMENT, ORDER, PAYMENT, eur(100))))
                .isEqualTo(view(PaymentStatus.AUTHORIZED, 100, 100, 0, 0, null, 3));
        PaymentEvent refunding = new RefundRequested(PAYMENT, ORDER, "r1", PAYMENT, eur(100), "CANCELLED");
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), refunding))
                .isEqualTo(view(
                        PaymentStatus.CAPTURED, 100, 0, 100, 0, null, 3, refund(RefundStatus.REQUESTED, 100, 0, null)));
    }

    @Test
    void showsWhatWasRefunded() {
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), refunded("r1", 30)))
                .isEqualTo(view(
                        PaymentStatus.PARTIALLY_REFUNDED,
                        100,
                        0,
                        100,
                        30,
                        null,
                        3,
                        refund(RefundStatus.COMPLETED, 30, 30, null)));
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), refunded("r1", 30), refunded("r2", 70))
                        .status())
                .isEqualTo(PaymentStatus.REFUNDED);
    }

    @Test
    void refundInPartsIsCompleteWithTheLastOfThem() {
        PaymentEvent started = new RefundStarted(PAYMENT, ORDER, "r1", eur(50), "too small");

        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), started, refunded("r1", 30))
                        .refunds())
                .containsExactly(refund(RefundStatus.REQUESTED, 50, 30, null));
        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), started, refunded("r1", 30), refunded("r1", 20))
                        .refunds())
                .containsExactly(refund(RefundStatus.COMPLETED, 50, 50, null));
    }

    @Test
    void showsThatNothingIsHeldOnceAHoldHasRunOut() {
        PaymentEvent expired = new AuthorizationExpired(PAYMENT, ORDER, PAYMENT, eur(100));

        assertThat(after(REQUESTED, AUTHORIZED, expired, requested(MORE, 100)).status())
                .isEqualTo(PaymentStatus.REQUESTED);
        assertThat(after(REQUESTED, AUTHORIZED, expired, requested(MORE, 100), declined(MORE))
                        .status())
                .isEqualTo(PaymentStatus.DECLINED);
    }

    @Test
    void showsWhyARefundWasRefused() {
        PaymentEvent refused = new RefundRefused(PAYMENT, ORDER, "r1", eur(30), "DISPUTED");

        assertThat(after(REQUESTED, AUTHORIZED, captured("s1", 100), refused))
                .isEqualTo(view(
                        PaymentStatus.CAPTURED,
                        100,
                        0,
                        100,
                        0,
                        null,
                        3,
                        refund(RefundStatus.REFUSED, 30, 0, "DISPUTED")));
    }

    @Test
    void showsWhatNobodyKnowsUntilItIsKnown() {
        PaymentEvent unknown = new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.CAPTURE, "s1", "no answer");

        assertThat(after(REQUESTED, AUTHORIZED, unknown).unknown()).containsExactly("CAPTURE s1");
        assertThat(after(REQUESTED, AUTHORIZED, unknown, captured("s1", 60)).unknown())
                .isEmpty();
    }

    @Test
    void showsAPaymentThatWasCancelledBeforeItWasAskedForWithoutAnAmount() {
        PaymentView view = after(CANCELLED, VOIDED);

        assertThat(view.status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(view.amount()).isEqualTo(new Money(0, "XXX"));
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }

    private static PaymentEvent requested(String id, long minor) {
        return new AuthorizationRequested(PAYMENT, ORDER, id, eur(minor), "tok_ok");
    }

    private static PaymentEvent authorized(String id, long minor) {
        return new PaymentAuthorized(PAYMENT, ORDER, id, eur(minor), "reference", null);
    }

    private static PaymentEvent declined(String id) {
        return new PaymentDeclined(PAYMENT, ORDER, id, "DECLINED");
    }

    private static PaymentEvent captured(String id, long minor) {
        return new PaymentCaptured(PAYMENT, ORDER, id, PAYMENT, eur(minor));
    }

    private static PaymentEvent refunded(String id, long minor) {
        return new PaymentRefunded(PAYMENT, ORDER, id, PAYMENT, eur(minor));
    }

    private static Refund refund(RefundStatus status, long minor, long refundedMinor, @Nullable String reason) {
        return new Refund("r1", status, eur(minor), refundedMinor, reason);
    }

    private static PaymentView view(
            PaymentStatus status,
            long amountMinor,
            long heldMinor,
            long capturedMinor,
            long refundedMinor,
            @Nullable String reason,
            int seconds,
            Refund... refunds) {
        return new PaymentView(
                PAYMENT,
                ORDER,
                status,
                eur(amountMinor),
                heldMinor,
                capturedMinor,
                refundedMinor,
                reason,
                null,
                List.of(refunds),
                List.of(),
                START.plusSeconds(seconds));
    }

    /** The first event happens at the start, each later one a second after the one before. */
    private static PaymentView after(PaymentEvent... events) {
        @Nullable PaymentPage page = null;
        for (int i = 0; i < events.length; i++) {
            page = PaymentFold.fold(page, events[i], START.plusSeconds(i));
        }
        return Objects.requireNonNull(page).view();
    }
}
