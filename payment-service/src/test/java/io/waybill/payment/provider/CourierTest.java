package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordCustomerAction;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.payment.provider.Courier.Outcome;
import io.waybill.payment.provider.Courier.Outcome.Answered;
import io.waybill.payment.provider.Courier.Outcome.Lost;
import io.waybill.payment.provider.Courier.Outcome.Waiting;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CourierTest {

    private static final String PAYMENT = "payment-1";
    private static final String ORDER = "order-7";
    private static final Money AMOUNT = new Money(100, "EUR");
    private static final Instant ASKED = Instant.parse("2026-11-01T12:00:00Z");
    private static final Instant EXPIRY = ASKED.plus(Duration.ofDays(7));
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    private static final PaymentEvent REQUESTED = new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, AMOUNT, "tok_ok");
    private static final PaymentEvent AUTHORIZED =
            new PaymentAuthorized(PAYMENT, ORDER, PAYMENT, AMOUNT, "auth-1", EXPIRY);
    private static final PaymentEvent CAPTURING = new CaptureRequested(PAYMENT, ORDER, "s1", PAYMENT, AMOUNT);
    private static final PaymentEvent CAPTURED = new PaymentCaptured(PAYMENT, ORDER, "s1", PAYMENT, AMOUNT);
    private static final PaymentEvent REFUNDING =
            new RefundRequested(PAYMENT, ORDER, "r1", PAYMENT, AMOUNT, "too small");

    private final FakeProvider provider = new FakeProvider();
    private final Courier courier = new Courier(
            new PaymentProvider.Calls() {
                @Override
                public <T> T call(Function<PaymentProvider, T> call) {
                    return call.apply(provider);
                }
            },
            DEADLINE);

    @Test
    void recordsWhatIsHeld() {
        assertThat(first(REQUESTED))
                .isEqualTo(new Answered(new RecordAuthorization(PAYMENT, PAYMENT, "auth-1", EXPIRY)));
        assertThat(provider.calls).containsExactly("authorize");
    }

    @Test
    void recordsWhatIsDeclined() {
        provider.is(State.CLOSED, "INSUFFICIENT_FUNDS");

        assertThat(first(REQUESTED)).isEqualTo(new Answered(new RecordDecline(PAYMENT, PAYMENT, "INSUFFICIENT_FUNDS")));
    }

    @Test
    void asksWhatATimedOutCallDidInsteadOfMakingItAgain() {
        provider.answersLost = 1;

        assertThat(first(REQUESTED))
                .isEqualTo(new Answered(new RecordAuthorization(PAYMENT, PAYMENT, "auth-1", EXPIRY)));
        assertThat(provider.calls).containsExactly("authorize", "find");
    }

    @Test
    void countsACallThatTheProviderNeverSaw() {
        provider.callsLost = 1;

        assertThat(first(REQUESTED)).isInstanceOf(Lost.class);
        assertThat(again(1, 1, REQUESTED)).isInstanceOf(Answered.class);
        assertThat(provider.calls).containsExactly("authorize", "find", "find", "authorize");
    }

    @Test
    void fencesWhatThreeLostCallsDidNotMake() {
        assertThat(again(3, 3, REQUESTED))
                .isEqualTo(new Answered(new RecordDecline(PAYMENT, PAYMENT, "PROVIDER_UNREACHABLE")));
        assertThat(provider.calls).containsExactly("find", "voidAuthorization");
    }

    @Test
    void fencesNothingThatTheProviderKnows() {
        provider.asked = true;

        assertThat(again(3, 3, REQUESTED))
                .isEqualTo(new Answered(new RecordAuthorization(PAYMENT, PAYMENT, "auth-1", EXPIRY)));
    }

    @Test
    void knowsNothingIfNobodyAnswersEither() {
        provider.answersLost = 2;

        assertThatThrownBy(() -> first(REQUESTED)).isInstanceOf(ProviderUnreachable.class);
    }

    @Test
    void waitsForTheCustomerUntilTheDeadline() {
        provider.is(State.PENDING, null);
        Instant deadline = ASKED.plus(DEADLINE);

        assertThat(first(REQUESTED))
                .isEqualTo(new Waiting(
                        new RecordCustomerAction(PAYMENT, PAYMENT, "https://bank.example/3ds", deadline), deadline));
        PaymentEvent required = new CustomerActionRequired(PAYMENT, ORDER, PAYMENT, null, deadline);
        assertThat(carry(0, 0, ASKED.plusSeconds(5), REQUESTED, required)).isEqualTo(new Waiting(null, deadline));
        assertThat(carry(0, 0, deadline, REQUESTED, required))
                .isEqualTo(new Answered(new RecordDecline(PAYMENT, PAYMENT, "CONFIRMATION_TIMED_OUT")));
        assertThat(provider.calls).endsWith("find", "voidAuthorization");
    }

    @Test
    void voidGoesBeforeTheUnansweredAuthorizationThatItIsAbout() {
        PaymentEvent voiding = new VoidRequested(PAYMENT, ORDER, PAYMENT, AMOUNT);

        assertThat(first(REQUESTED, voiding)).isEqualTo(new Answered(new RecordVoid(PAYMENT, PAYMENT)));
        assertThat(provider.calls).containsExactly("voidAuthorization");
    }

    @Test
    void recordsWhatIsCaptured() {
        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING))
                .isEqualTo(new Answered(new RecordCapture(PAYMENT, "s1", PAYMENT, true)));
        assertThat(provider.lastOfAll).isTrue();
    }

    @Test
    void restMayStayHeldAsLongAsMoreIsToBeCaptured() {
        first(REQUESTED, AUTHORIZED, new CaptureRequested(PAYMENT, ORDER, "s1", PAYMENT, new Money(60, "EUR")));

        assertThat(provider.lastOfAll).isFalse();
    }

    @Test
    void doesNotCaptureAgainWhatWasCaptured() {
        provider.captures = Map.of("s1", 100L);

        assertThat(again(1, 0, REQUESTED, AUTHORIZED, CAPTURING))
                .isEqualTo(new Answered(new RecordCapture(PAYMENT, "s1", PAYMENT, true)));
        assertThat(carry(0, 0, ASKED.plus(Duration.ofHours(30)), REQUESTED, AUTHORIZED, CAPTURING))
                .isEqualTo(new Answered(new RecordCapture(PAYMENT, "s1", PAYMENT, true)));
        assertThat(provider.calls).containsExactly("find", "find");
    }

    @Test
    void recordsWhyACaptureWasRefused() {
        provider.refusal = "CAPTURE_REFUSED";

        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING))
                .isEqualTo(new Answered(new RecordCaptureRefusal(PAYMENT, "s1", PAYMENT, "CAPTURE_REFUSED")));
    }

    @Test
    void captureOfWhatIsNoLongerHeldIsAnExpiry() {
        provider.is(State.CLOSED, "EXPIRED");
        provider.refusal = "EXPIRED";

        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING)).isEqualTo(new Answered(new RecordExpiry(PAYMENT, PAYMENT)));
    }

    @Test
    void recordsWhatIsGivenBackOrRefused() {
        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, REFUNDING))
                .isEqualTo(new Answered(new RecordRefund(PAYMENT, "r1", PAYMENT)));
        provider.refusal = "DISPUTED";
        assertThat(first(REQUESTED, AUTHORIZED, CAPTURING, CAPTURED, REFUNDING))
                .isEqualTo(new Answered(new RecordRefundRefusal(PAYMENT, "r1", PAYMENT, "DISPUTED")));
    }

    @Test
    void looksWhetherAHoldIsStillThere() {
        OutstandingPayment payment = after(REQUESTED, AUTHORIZED);
        provider.asked = true;

        assertThat(courier.look(payment, payment.holds().getFirst())).isEqualTo(new Answered(null));
        provider.is(State.CLOSED, "EXPIRED");
        assertThat(courier.look(payment, payment.holds().getFirst()))
                .isEqualTo(new Answered(new RecordExpiry(PAYMENT, PAYMENT)));
    }

    private Outcome first(PaymentEvent... events) {
        return carry(0, 0, ASKED.plusSeconds(1), events);
    }

    private Outcome again(int attempts, int lost, PaymentEvent... events) {
        return carry(attempts, lost, ASKED.plusSeconds(1), events);
    }

    private Outcome carry(int attempts, int lost, Instant now, PaymentEvent... events) {
        OutstandingPayment payment = after(events);
        return courier.carry(payment, payment.head().orElseThrow(), attempts, lost, now);
    }

    private static OutstandingPayment after(PaymentEvent... events) {
        @Nullable OutstandingPayment payment = null;
        for (int i = 0; i < events.length; i++) {
            payment = OutstandingPayment.fold(payment, events[i], i, ASKED, Map.of());
        }
        return Objects.requireNonNull(payment);
    }
}
