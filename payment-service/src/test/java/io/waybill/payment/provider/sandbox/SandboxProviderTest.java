package io.waybill.payment.provider.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.Authorization;
import io.waybill.payment.provider.PaymentProvider.Authorization.Approved;
import io.waybill.payment.provider.PaymentProvider.Authorization.Declined;
import io.waybill.payment.provider.PaymentProvider.Authorization.Pending;
import io.waybill.payment.provider.PaymentProvider.ProviderTimeout;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SandboxProviderTest {

    private static final Money AMOUNT = new Money(5497, "EUR");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static SandboxProvider sandbox;

    private final String payment = UUID.randomUUID().toString();

    @BeforeAll
    static void open() {
        databases = new Databases("", folder);
        sandbox = new SandboxProvider(databases);
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("tok_declined", new Declined("DECLINED")),
                Arguments.of("tok_insufficient_funds", new Declined("INSUFFICIENT_FUNDS")),
                Arguments.of("tok_3ds", new Pending()),
                Arguments.of("tok_anything_else", new Declined("UNKNOWN_TOKEN")));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answersAsTheTokenSays(String token, Authorization answer) {
        assertThat(sandbox.authorize(payment, AMOUNT, token)).isEqualTo(answer);
        assertThat(sandbox.findAuthorization(payment)).contains(answer);
    }

    @Test
    void approvesAndCaptures() {
        assertThat(sandbox.authorize(payment, AMOUNT, "tok_ok")).isInstanceOf(Approved.class);
        assertThat(sandbox.capture(payment, AMOUNT)).isEmpty();
    }

    @Test
    void approvesWhatItThenRefusesToCapture() {
        assertThat(sandbox.authorize(payment, AMOUNT, "tok_capture_fails")).isInstanceOf(Approved.class);
        assertThat(sandbox.capture(payment, AMOUNT)).contains("CAPTURE_REFUSED");
    }

    @Test
    void whatWasRefusedCaptureCanBeVoided() {
        sandbox.authorize(payment, AMOUNT, "tok_capture_fails");
        assertThat(sandbox.capture(payment, AMOUNT)).isPresent();

        sandbox.voidAuthorization(payment);

        assertThat(sandbox.findAuthorization(payment)).contains(new Declined("VOIDED"));
    }

    @Test
    void timesOutAndHoldsTheAmountAllTheSame() {
        assertThatThrownBy(() -> sandbox.authorize(payment, AMOUNT, "tok_timeout"))
                .isInstanceOf(ProviderTimeout.class);
        assertThat(sandbox.findAuthorization(payment)).containsInstanceOf(Approved.class);
        assertThat(sandbox.capture(payment, AMOUNT)).isEmpty();
    }

    @Test
    void timesOutAndNeverSawTheCall() {
        assertThatThrownBy(() -> sandbox.authorize(payment, AMOUNT, "tok_timeout_lost"))
                .isInstanceOf(ProviderTimeout.class);
        assertThat(sandbox.findAuthorization(payment)).isEmpty();
    }

    @Test
    void sameKeyAgainGetsTheFirstAnswer() {
        Authorization first = sandbox.authorize(payment, AMOUNT, "tok_ok");

        assertThat(sandbox.authorize(payment, AMOUNT, "tok_ok")).isEqualTo(first);
        assertThat(sandbox.authorize(payment, AMOUNT, "tok_declined")).isEqualTo(first);
    }

    @Test
    void doesEachThingOnceHoweverOftenItIsAsked() {
        sandbox.authorize(payment, AMOUNT, "tok_ok");

        assertThat(sandbox.capture(payment, AMOUNT)).isEmpty();
        assertThat(sandbox.capture(payment, AMOUNT)).isEmpty();
        sandbox.refund(payment, AMOUNT);
        sandbox.refund(payment, AMOUNT);
    }

    @Test
    void aCaptureAskedForAgainAfterItsRefundIsNoSecondCapture() {
        sandbox.authorize(payment, AMOUNT, "tok_ok");
        sandbox.capture(payment, AMOUNT);
        sandbox.refund(payment, AMOUNT);

        assertThat(sandbox.capture(payment, AMOUNT)).isEmpty();

        assertThatThrownBy(() -> sandbox.voidAuthorization(payment)).hasMessageContaining("REFUNDED");
    }

    @Test
    void voidsWhatItHoldsOrMayComeToHold() {
        for (String token : new String[] {"tok_ok", "tok_3ds"}) {
            String held = payment + token;
            sandbox.authorize(held, AMOUNT, token);

            sandbox.voidAuthorization(held);
            sandbox.voidAuthorization(held);

            assertThat(sandbox.authorize(held, AMOUNT, token)).isEqualTo(new Declined("VOIDED"));
        }
    }

    @Test
    void whatWasVoidedBeforeItWasAskedForIsNeverHeld() {
        sandbox.voidAuthorization(payment);

        assertThat(sandbox.authorize(payment, AMOUNT, "tok_ok")).isEqualTo(new Declined("VOIDED"));
    }

    @Test
    void voidingWhatWasDeclinedIsQuiet() {
        sandbox.authorize(payment, AMOUNT, "tok_declined");

        sandbox.voidAuthorization(payment);

        assertThat(sandbox.findAuthorization(payment)).contains(new Declined("DECLINED"));
    }

    @Test
    void refusesLoudlyToVoidWhatWasCaptured() {
        sandbox.authorize(payment, AMOUNT, "tok_ok");
        sandbox.capture(payment, AMOUNT);

        assertThatThrownBy(() -> sandbox.voidAuthorization(payment))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CAPTURED")
                .hasMessageContaining(payment);
    }

    @Test
    void refusesLoudlyToCaptureWhatWasVoided() {
        sandbox.authorize(payment, AMOUNT, "tok_ok");
        sandbox.voidAuthorization(payment);

        assertThatThrownBy(() -> sandbox.capture(payment, AMOUNT)).hasMessageContaining("VOIDED");
    }

    @Test
    void refusesLoudlyToRefundWhatWasNeverCaptured() {
        sandbox.authorize(payment, AMOUNT, "tok_ok");

        assertThatThrownBy(() -> sandbox.refund(payment, AMOUNT)).hasMessageContaining("APPROVED");
        assertThatThrownBy(() -> sandbox.refund("never-asked", AMOUNT)).hasMessageContaining("never asked");
    }

    @Test
    void remembersItsLedgerAfterARestart(@TempDir Path ownFolder) {
        Authorization held;
        try (var before = new Databases("", ownFolder)) {
            held = new SandboxProvider(before).authorize(payment, AMOUNT, "tok_ok");
        }
        try (var after = new Databases("", ownFolder)) {
            var reopened = new SandboxProvider(after);
            assertThat(reopened.findAuthorization(payment)).contains(held);
            assertThat(reopened.capture(payment, AMOUNT)).isEmpty();
        }
    }
}
