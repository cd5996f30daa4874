package io.waybill.payment.provider.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.Answer;
import io.waybill.payment.provider.PaymentProvider.Answer.Done;
import io.waybill.payment.provider.PaymentProvider.Answer.Refused;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import io.waybill.payment.provider.stripe.StripeStub.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StripeProviderTest {

    private static final Money TOTAL = euros(5497);
    private static final String PAYMENT = "0b5e3c10-6f7a-3f0e-8f52-3f3a6bb0d1aa";
    private static final String AMENDMENT = "9d1f0a58-1c45-3d6c-9a26-1f70b8f3f2bb";
    private static final String PARCEL = "019abcde-0000-7000-8000-000000000001";
    private static final String RETURN = "019abcde-0000-7000-8000-000000000002";

    private final StripeStub stub;
    private final StripeProvider provider;
    private String order = "order-1";
    private @Nullable Instant asked;

    StripeProviderTest() throws IOException {
        stub = new StripeStub();
        provider = provider(stub.address().toString());
        asked = stub.now();
    }

    @AfterEach
    void close() {
        stub.close();
    }

    private StripeProvider provider(String baseUrl) {
        return provider(baseUrl, StripeStub.API_KEY, Duration.ofSeconds(20));
    }

    /** A provider that does not wait long, for calls that have no answer to wait for. */
    private StripeProvider hasty() {
        return provider(stub.address().toString(), StripeStub.API_KEY, Duration.ofMillis(500));
    }

    private StripeProvider provider(String baseUrl, String apiKey, Duration readTimeout) {
        return new StripeProvider(
                new StripeSettings(
                        apiKey,
                        StripeStub.WEBHOOK_SECRET,
                        "https://shop.example/paid",
                        baseUrl,
                        Duration.ofSeconds(2),
                        readTimeout,
                        Duration.ofMinutes(5),
                        Duration.ofHours(1)),
                stub::now);
    }

    @Nested
    class Authorizing {

        @Test
        void holdsTheAmountAndSaysUntilWhen() {
            LedgerEntry entry = provider.authorize(call("pm_card_visa"));

            assertThat(entry)
                    .isEqualTo(new LedgerEntry(
                            PAYMENT,
                            PAYMENT,
                            order,
                            "pi_1",
                            State.HELD,
                            TOTAL,
                            5497,
                            Map.of(),
                            Map.of(),
                            null,
                            null,
                            stub.now().plus(Duration.ofDays(7)),
                            stub.now()));
        }

        @Test
        void asksForManualCaptureInPartsWithOurIds() {
            provider.authorize(call("pm_card_visa"));

            assertThat(stub.lastChange().key()).isEqualTo("authorize:" + PAYMENT);
            assertThat(stub.lastChange().form())
                    .containsOnly(
                            Map.entry("amount", "5497"),
                            Map.entry("currency", "eur"),
                            Map.entry("capture_method", "manual"),
                            Map.entry("confirm", "true"),
                            Map.entry("expand[0]", "latest_charge"),
                            Map.entry("metadata[authorizationId]", PAYMENT),
                            Map.entry("metadata[paymentId]", PAYMENT),
                            Map.entry("metadata[orderId]", order),
                            Map.entry("payment_method", "pm_card_visa"),
                            Map.entry("payment_method_options[card][request_multicapture]", "if_available"),
                            Map.entry("payment_method_types[0]", "card"),
                            Map.entry("return_url", "https://shop.example/paid"));
        }

        @Test
        void takesATokenForACard() {
            assertThat(provider.authorize(call("tok_visa")).state()).isEqualTo(State.HELD);

            assertThat(stub.lastChange().form())
                    .containsEntry("payment_method_data[type]", "card")
                    .containsEntry("payment_method_data[card][token]", "tok_visa")
                    .doesNotContainKey("payment_method");
        }

        @Test
        void usesASavedPaymentMethodWithItsCustomer() {
            assertThat(provider.authorize(call(StripeAccount.SAVED)).state()).isEqualTo(State.HELD);

            assertThat(stub.lastChange().form()).containsEntry("customer", StripeAccount.CUSTOMER);
        }

        @ParameterizedTest
        @CsvSource({
            "pm_card_chargeDeclined, GENERIC_DECLINE",
            "tok_chargeDeclined, GENERIC_DECLINE",
            "pm_card_chargeDeclinedInsufficientFunds, INSUFFICIENT_FUNDS"
        })
        void isClosedWithTheWordOfTheBankThatDeclines(String token, String reason) {
            LedgerEntry entry = provider.authorize(call(token));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo(reason);
            assertThat(entry.heldMinor()).isZero();
            assertThat(entry.providerReference()).isEqualTo("pi_1");
            assertThat(provider.find(call(token))).contains(entry);
        }

        @ParameterizedTest
        @CsvSource({
            "pm_nobodys, RESOURCE_MISSING",
            "tok_nobodys, RESOURCE_MISSING",
            "pm_once, REFUSED",
            "tok_once, TOKEN_ALREADY_USED"
        })
        void isClosedIfThePaymentMethodIsOfNoUse(String token, String reason) {
            provider.authorize(new AuthorizationCall(AMENDMENT, PAYMENT, order, TOTAL, "pm_once", null, stub.now()));
            provider.authorize(new AuthorizationCall(RETURN, PAYMENT, order, TOTAL, "tok_once", null, stub.now()));

            LedgerEntry entry = provider.authorize(call(token));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo(reason);
            assertThat(provider.find(call(token))).isEmpty();
        }

        @Test
        void isClosedIfTheAmountIsTooSmall() {
            LedgerEntry entry = provider.authorize(call("pm_card_visa", euros(49)));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo("AMOUNT_TOO_SMALL");
        }

        @ParameterizedTest
        @ValueSource(strings = {"4242424242424242", "sandbox", ""})
        void sendsNothingThatIsNoToken(String token) {
            LedgerEntry entry = provider.authorize(call(token));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo("UNKNOWN_TOKEN");
            assertThat(stub.requests()).isEmpty();
        }

        @Test
        void waitsForACustomerWhoHasToConfirm() {
            LedgerEntry asked = provider.authorize(call("pm_card_authenticationRequired"));
            assertThat(asked.state()).isEqualTo(State.PENDING);
            assertThat(asked.actionUrl()).isEqualTo("https://hooks.stripe.com/3ds/pi_1");
            assertThat(asked.heldMinor()).isZero();

            stub.account().customerConfirms("pi_1", stub.now());

            LedgerEntry confirmed = known(asked);
            assertThat(confirmed.state()).isEqualTo(State.HELD);
            assertThat(confirmed.actionUrl()).isNull();
            assertThat(confirmed.heldMinor()).isEqualTo(5497);
        }

        @Test
        void isClosedIfTheCustomerCannotBeAuthenticated() {
            LedgerEntry asked = provider.authorize(call("pm_card_authenticationRequired"));

            stub.account().customerFails("pi_1");

            assertThat(known(asked).state()).isEqualTo(State.CLOSED);
            assertThat(known(asked).reason()).isEqualTo("PAYMENT_INTENT_AUTHENTICATION_FAILURE");
        }

        @Test
        void doesNotSendAnybodyAwayForALaterAuthorization() {
            var more = new AuthorizationCall(
                    AMENDMENT, PAYMENT, order, euros(500), "pm_card_authenticationRequired", null, stub.now());

            LedgerEntry entry = provider.authorize(more);

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo("AUTHENTICATION_REQUIRED");
            assertThat(stub.lastChange().form())
                    .containsEntry("off_session", "true")
                    .doesNotContainKey("return_url");
        }

        @Test
        void isOneHoldHoweverOftenItIsAskedFor() {
            LedgerEntry first = provider.authorize(call("pm_card_visa"));

            assertThat(provider.authorize(call("pm_card_visa"))).isEqualTo(first);
            assertThat(stub.account().paymentIntents()).isEqualTo(1);
        }

        @Test
        void saysWhatIsNowAndNotWhatWasWhenItIsAskedForAgain() {
            provider.authorize(call("pm_card_visa"));
            stub.account().expire("pi_1");

            LedgerEntry again = provider.authorize(call("pm_card_visa"));

            assertThat(again.state()).isEqualTo(State.CLOSED);
            assertThat(again.reason()).isEqualTo("EXPIRED");
        }

        @Test
        void isOneHoldEvenWhenStripeHasForgottenTheKey() {
            provider.authorize(call("pm_card_visa"));
            stub.pass(Duration.ofHours(25));

            LedgerEntry again = provider.authorize(call("pm_card_visa"));

            assertThat(again.providerReference()).isEqualTo("pi_1");
            assertThat(stub.account().paymentIntents()).isEqualTo(1);
        }

        @Test
        void isOneHoldIfNobodyCanTellWhenItWasFirstAskedFor() {
            asked = null;
            provider.authorize(call("pm_card_visa"));
            stub.pass(Duration.ofHours(25));

            provider.authorize(call("pm_card_visa"));

            assertThat(stub.account().paymentIntents()).isEqualTo(1);
        }
    }

    @Nested
    class Capturing {

        @Test
        void takesPartsAndKeepsTheRest() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));

            LedgerEntry first = done(provider.capture(call(held), PARCEL, euros(2000), false));
            assertThat(first.state()).isEqualTo(State.HELD);
            assertThat(first.heldMinor()).isEqualTo(3497);
            LedgerEntry second = done(provider.capture(call(held), RETURN, euros(3497), false));

            assertThat(second.state()).isEqualTo(State.CLOSED);
            assertThat(second.reason()).isEqualTo("CAPTURED");
            assertThat(second.captures()).isEqualTo(Map.of(PARCEL, 2000L, RETURN, 3497L));
        }

        @Test
        void isAskedForUnderAKeyOfItsOwnAndRemembered() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));

            done(provider.capture(call(held), PARCEL, euros(2000), false));

            assertThat(stub.lastChange().key()).isEqualTo("capture:" + PAYMENT + ":" + PARCEL);
            assertThat(stub.lastChange().form())
                    .containsOnly(
                            Map.entry("amount_to_capture", "2000"),
                            Map.entry("final_capture", "false"),
                            Map.entry("expand[0]", "latest_charge"),
                            Map.entry("metadata[cap_" + PARCEL + "]", "2000"));
        }

        @Test
        void givesUpTheRestWithTheLastPart() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));

            LedgerEntry entry = done(provider.capture(call(held), PARCEL, euros(2000), true));

            assertThat(entry.heldMinor()).isZero();
            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.capturedMinor()).isEqualTo(2000);
        }

        @Test
        void saysSoIfTheCardGivesUpTheRestWithTheFirstPart() {
            LedgerEntry held = provider.authorize(call("pm_card_single"));

            LedgerEntry entry = done(provider.capture(call(held), PARCEL, euros(2000), false));

            assertThat(entry.heldMinor()).isZero();
            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.captures()).isEqualTo(Map.of(PARCEL, 2000L));
            assertThat(stub.lastChange().form()).doesNotContainKey("final_capture");
        }

        @ParameterizedTest
        @ValueSource(longs = {0, 25})
        void isDoneOnceHoweverOftenAndLateItIsAskedFor(long hours) {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            LedgerEntry first = done(provider.capture(call(held), PARCEL, euros(2000), false));
            stub.pass(Duration.ofHours(hours));

            assertThat(provider.capture(call(held), PARCEL, euros(2000), false)).isEqualTo(new Done(first));
            assertThat(known(held).capturedMinor()).isEqualTo(2000);
        }

        @Test
        void ofOneParcelMayBeSpreadOverAuthorizations() {
            LedgerEntry one = provider.authorize(call("pm_card_visa"));
            LedgerEntry other = provider.authorize(
                    new AuthorizationCall(AMENDMENT, PAYMENT, order, euros(500), "pm_card_visa", null, stub.now()));

            done(provider.capture(call(one), PARCEL, TOTAL, true));
            done(provider.capture(call(other), PARCEL, euros(500), true));

            assertThat(known(one).captures()).isEqualTo(Map.of(PARCEL, 5497L));
            assertThat(known(other).captures()).isEqualTo(Map.of(PARCEL, 500L));
        }

        @Test
        void ofAnotherAmountUnderTheSameIdIsAFault() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, euros(2000), false));

            assertThatThrownBy(() -> provider.capture(call(held), PARCEL, euros(2001), false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(PARCEL)
                    .hasMessageContaining("2000");
        }

        @Test
        void isRefusedForMoreThanIsHeld() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));

            Answer answer = provider.capture(call(held), PARCEL, euros(5498), false);

            assertThat(answer).isEqualTo(new Refused("AMOUNT_TOO_LARGE", held));
        }

        @Test
        void isRefusedIfTheHoldHasExpired() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            stub.account().expire("pi_1");

            Answer answer = provider.capture(call(held), PARCEL, TOTAL, true);

            assertThat(answer).isEqualTo(new Refused("EXPIRED", known(held)));
        }

        @Test
        void isRefusedAsLongAsTheCustomerHasToConfirm() {
            LedgerEntry pending = provider.authorize(call("pm_card_authenticationRequired"));

            assertThat(provider.capture(call(pending), PARCEL, TOTAL, true))
                    .isEqualTo(new Refused("NOTHING_HELD", pending));
        }

        @Test
        void byHandShowsByItsCharge() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, euros(2000), false));

            stub.account().captureByHand("pi_1");

            assertThat(known(held).captures()).isEqualTo(Map.of(PARCEL, 2000L, "ch_1", 3497L));
        }

        @Test
        void ofWhatWasNeverAskedForIsAFault() {
            assertThatThrownBy(() -> provider.capture(call("pm_card_visa"), PARCEL, TOTAL, true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(PAYMENT);
        }
    }

    @Nested
    class Voiding {

        @ParameterizedTest
        @ValueSource(strings = {"pm_card_visa", "pm_card_authenticationRequired"})
        void liftsWhatIsHeldOrMayComeToBe(String token) {
            LedgerEntry entry = provider.authorize(call(token));

            LedgerEntry lifted = provider.voidAuthorization(call(entry));

            assertThat(lifted.state()).isEqualTo(State.CLOSED);
            assertThat(lifted.reason()).isEqualTo("VOIDED");
            assertThat(lifted.heldMinor()).isZero();
            assertThat(provider.voidAuthorization(call(entry))).isEqualTo(lifted);
        }

        @Test
        void liftsWhatTheCustomerConfirmsInBetween() {
            LedgerEntry asked = provider.authorize(call("pm_card_authenticationRequired"));
            stub.breakWith(Fault.SERVER_ERROR);
            assertThatThrownBy(() -> provider.voidAuthorization(call(asked))).isInstanceOf(ProviderUnreachable.class);
            stub.mend();
            stub.account().customerConfirms("pi_1", stub.now());

            assertThat(provider.voidAuthorization(call(asked)).reason()).isEqualTo("VOIDED");
        }

        @Test
        void leavesWhatWasDeclinedAsItIs() {
            LedgerEntry declined = provider.authorize(call("pm_card_chargeDeclined"));

            assertThat(provider.voidAuthorization(call(declined))).isEqualTo(declined);
        }

        @Test
        void givesUpTheRestOfWhatWasCapturedInPart() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, euros(2000), false));

            LedgerEntry entry = provider.voidAuthorization(call(held));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.heldMinor()).isZero();
            assertThat(entry.captures()).isEqualTo(Map.of(PARCEL, 2000L));
        }

        @Test
        void leavesWhatWasCapturedAsItIs() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            LedgerEntry captured = done(provider.capture(call(held), PARCEL, TOTAL, true));

            assertThat(provider.voidAuthorization(call(held))).isEqualTo(captured);
        }

        @Test
        void shutsTheDoorToACallThatIsStillOnItsWay() {
            stub.breakWith(Fault.LATE);
            isLeftOpen(Fault.LATE, () -> hasty().authorize(call("pm_card_visa")));
            stub.letOthersPass();
            LedgerEntry closed = provider.voidAuthorization(call("pm_card_visa"));
            stub.mend();
            await().until(stub::isIdle);

            assertThat(closed.reason()).isEqualTo("VOIDED");
            assertThat(provider.find(call("pm_card_visa"))).contains(closed);
            assertThat(provider.authorize(call("pm_card_visa"))).isEqualTo(closed);
            assertThat(stub.account().paymentIntents()).isEqualTo(1);
        }

        @Test
        void ofWhatWasNeverAskedForIsQuiet() {
            LedgerEntry closed = provider.voidAuthorization(call("pm_card_visa"));

            assertThat(closed.state()).isEqualTo(State.CLOSED);
            assertThat(closed.reason()).isEqualTo("VOIDED");
            assertThat(stub.account().object("pi_1")).containsEntry("status", "canceled");
            assertThat(provider.voidAuthorization(call("pm_card_visa"))).isEqualTo(closed);
        }

        @Test
        void waitsUntilStripeHasForgottenACallThatItMayStillCarryOut() {
            stub.breakWith(Fault.SERVER_ERROR);
            assertThatThrownBy(() -> provider.authorize(call("pm_card_visa"))).isInstanceOf(ProviderUnreachable.class);
            stub.mend();

            assertThatThrownBy(() -> provider.voidAuthorization(call("pm_card_visa")))
                    .isInstanceOf(ProviderUnreachable.class)
                    .hasMessageContaining("does not show it");
            stub.pass(Duration.ofHours(25));

            assertThat(provider.voidAuthorization(call("pm_card_visa")).reason())
                    .isEqualTo("VOIDED");
        }
    }

    @Nested
    class Refunding {

        @Test
        void givesBackInPartsEachOnce() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));

            done(provider.refund(call(held), RETURN, euros(1000), "too small"));
            done(provider.refund(call(held), PARCEL, euros(4497), "broken"));
            LedgerEntry again = done(provider.refund(call(held), RETURN, euros(1000), "too small"));

            assertThat(again.refunds()).isEqualTo(Map.of(RETURN, 1000L, PARCEL, 4497L));
            assertThat(again.capturedMinor()).isEqualTo(5497);
        }

        @Test
        void isDoneOnceEvenWhenStripeHasForgottenTheKey() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));
            done(provider.refund(call(held), RETURN, euros(1000), "too small"));
            stub.pass(Duration.ofHours(25));

            LedgerEntry again = done(provider.refund(call(held), RETURN, euros(1000), "too small"));

            assertThat(again.refundedMinor()).isEqualTo(1000);
        }

        @Test
        void carriesOurIdsAndAsMuchOfTheReasonAsFits() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));

            done(provider.refund(call(held), RETURN, euros(1000), "x".repeat(600)));

            assertThat(stub.lastChange().key()).isEqualTo("refund:" + PAYMENT + ":" + RETURN);
            assertThat(stub.lastChange().form())
                    .containsOnly(
                            Map.entry("payment_intent", "pi_1"),
                            Map.entry("amount", "1000"),
                            Map.entry("metadata[authorizationId]", PAYMENT),
                            Map.entry("metadata[paymentId]", PAYMENT),
                            Map.entry("metadata[orderId]", order),
                            Map.entry("metadata[refundId]", RETURN),
                            Map.entry("metadata[reason]", "x".repeat(500)));
        }

        @Test
        void isPossibleWhileTheRestIsHeld() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, euros(2000), false));

            LedgerEntry entry = done(provider.refund(call(held), RETURN, euros(2000), "lost"));

            assertThat(entry.state()).isEqualTo(State.HELD);
            assertThat(entry.heldMinor()).isEqualTo(3497);
            assertThat(entry.refundedMinor()).isEqualTo(2000);
        }

        @Test
        void isRefusedForMoreThanWasCaptured() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            LedgerEntry captured = done(provider.capture(call(held), PARCEL, euros(2000), true));

            assertThat(provider.refund(call(held), RETURN, euros(2001), "greedy"))
                    .isEqualTo(new Refused("REFUSED", captured));
            done(provider.refund(call(held), RETURN + "b", euros(2000), "fair"));
            assertThat(provider.refund(call(held), RETURN + "c", euros(1), "greedy"))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo("CHARGE_ALREADY_REFUNDED"));
        }

        @Test
        void isRefusedIfTheBankSendsTheMoneyBack() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));
            done(provider.refund(call(held), RETURN, euros(1000), "too small"));

            stub.account().refundsAre("failed");

            assertThat(provider.refund(call(held), RETURN, euros(1000), "too small"))
                    .isEqualTo(new Refused("LOST_OR_STOLEN_CARD", known(held)));
            assertThat(known(held).refundedMinor()).isZero();
        }

        @Test
        void isDoneWhileItIsPending() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));
            done(provider.refund(call(held), RETURN, euros(1000), "too small"));

            stub.account().refundsAre("pending");

            LedgerEntry again = done(provider.refund(call(held), RETURN, euros(1000), "too small"));
            assertThat(again.refunds()).isEqualTo(Map.of(RETURN, 1000L));
        }

        @Test
        void byHandShowsByStripesName() {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            done(provider.capture(call(held), PARCEL, TOTAL, true));

            stub.account().refundByHand("pi_1", 700, stub.now());

            assertThat(known(held).refunds()).isEqualTo(Map.of("re_1", 700L));
        }
    }

    @Nested
    class Finding {

        @Test
        void knowsNothingOfWhatWasNeverAskedFor() {
            assertThat(provider.find(call("pm_card_visa"))).isEmpty();
            assertThat(stub.requests()).noneMatch(request -> request.method().equals("POST"));
        }

        @Test
        void findsWhatIsTooNewToBeSearchedForAmongManyOthers() {
            LedgerEntry ours = provider.authorize(call("pm_card_visa"));
            for (int other = 0; other < 100; other++) {
                String id = UUID.randomUUID().toString();
                provider.authorize(new AuthorizationCall(id, id, order, TOTAL, "tok_visa", null, stub.now()));
            }
            stub.requests().clear();

            assertThat(provider.find(call("pm_card_visa"))).contains(ours);
            assertThat(stub.requests())
                    .extracting(StripeStub.Request::path)
                    .containsExactly("/v1/payment_intents", "/v1/payment_intents");
        }

        @Test
        void searchesForWhatIsOld() {
            LedgerEntry ours = provider.authorize(call("pm_card_visa"));
            stub.pass(Duration.ofDays(3));
            stub.requests().clear();

            assertThat(provider.find(call("pm_card_visa"))).contains(ours);
            assertThat(stub.requests())
                    .extracting(StripeStub.Request::path)
                    .containsExactly("/v1/payment_intents/search", "/v1/payment_intents/pi_1");
        }

        @Test
        void findsWhatIsNewOfAnOldOrderWhileTheSearchIsBehind() {
            stub.account().searchLag(Duration.ofMinutes(59));
            stub.pass(Duration.ofDays(3));
            var more = new AuthorizationCall(AMENDMENT, PAYMENT, order, euros(500), "pm_card_visa", null, stub.now());
            LedgerEntry ours = provider.authorize(more);
            stub.pass(Duration.ofMinutes(58));

            assertThat(provider.find(more)).contains(ours);
        }

        @Test
        void ofAReferenceThatTheAccountDoesNotHaveIsAFault() {
            var call = new AuthorizationCall(PAYMENT, PAYMENT, order, TOTAL, "pm_card_visa", "pi_17", asked);

            assertThatThrownBy(() -> provider.find(call))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("pi_17");
        }
    }

    @Test
    void theLedgerHasWhatIsOursPageByPageNewestFirst() {
        provider.authorize(call("pm_card_visa"));
        stub.pass(Duration.ofHours(1));
        Instant since = stub.now();
        List<String> ours =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(120).toList();
        for (String id : ours) {
            provider.authorize(new AuthorizationCall(id, id, order, TOTAL, "tok_visa", null, stub.now()));
        }
        stub.account()
                .answer(
                        new StripeEndpoint.Match(StripeEndpoint.CREATE_PAYMENT_INTENT, ""),
                        Map.of("amount", "100", "currency", "eur"),
                        stub.now());

        try (Stream<LedgerEntry> ledger = provider.ledger(since)) {
            assertThat(ledger.map(LedgerEntry::authorizationId)).containsExactlyElementsOf(ours.reversed());
        }
    }

    @Test
    void anEntryOfTheLedgerIsReadWithoutAskingAboutTheOthersOfItsPage() {
        Instant since = stub.now();
        for (int i = 0; i < 3; i++) {
            String id = UUID.randomUUID().toString();
            var call = new AuthorizationCall(id, id, order, TOTAL, "tok_visa", null, stub.now());
            LedgerEntry held = provider.authorize(call);
            done(provider.capture(call(held), PARCEL, TOTAL, true));
            done(provider.refund(call(held), RETURN, euros(1000), "too small"));
        }
        stub.requests().clear();

        try (Stream<LedgerEntry> ledger = provider.ledger(since)) {
            assertThat(ledger.iterator().next().refunds()).isEqualTo(Map.of(RETURN, 1000L));
        }

        assertThat(stub.requests())
                .extracting(StripeStub.Request::path)
                .containsExactly("/v1/payment_intents", "/v1/refunds");
    }

    @Nested
    class Failing {

        @ParameterizedTest
        @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
        void leavesTheOutcomeOpenUntilItIsAskedFor(Fault fault) {
            stub.breakWith(fault);
            isLeftOpen(fault, () -> through(fault).authorize(call("pm_card_visa")));
            boolean done = fault == Fault.SILENT || fault == Fault.CUT;
            assertThat(provider.find(call("pm_card_visa")).isPresent()).isEqualTo(done);
            stub.mend();
            await().until(stub::isIdle);

            if (fault != Fault.SERVER_ERROR) {
                assertThat(provider.authorize(call("pm_card_visa")).state()).isEqualTo(State.HELD);
                assertThat(stub.account().paymentIntents()).isEqualTo(1);
            }
        }

        @ParameterizedTest
        @EnumSource(
                value = Fault.class,
                names = {"SILENT", "CUT", "LATE"})
        void takesMoneyOnceAndGivesItBackOnce(Fault fault) {
            LedgerEntry held = provider.authorize(call("pm_card_visa"));
            stub.breakWith(fault);
            isLeftOpen(fault, () -> through(fault).capture(call(held), PARCEL, euros(2000), false));
            stub.mend();
            await().until(stub::isIdle);
            done(provider.capture(call(held), PARCEL, euros(2000), false));
            stub.breakWith(fault);
            isLeftOpen(fault, () -> through(fault).refund(call(held), RETURN, euros(500), "late"));
            stub.mend();
            await().until(stub::isIdle);

            LedgerEntry entry = done(provider.refund(call(held), RETURN, euros(500), "late"));

            assertThat(entry.captures()).isEqualTo(Map.of(PARCEL, 2000L));
            assertThat(entry.refunds()).isEqualTo(Map.of(RETURN, 500L));
        }

        @Test
        void leavesTheOutcomeOpenIfNobodyListens() throws IOException {
            int free;
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                free = socket.getLocalPort();
            }

            assertThatThrownBy(() -> provider("http://localhost:" + free).find(call("pm_card_visa")))
                    .isInstanceOf(ProviderUnreachable.class);
        }

        @Test
        void leavesTheOutcomeOpenIfTheConnectionIsReset() throws IOException {
            try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                Thread.ofVirtual().start(() -> resetAll(listener));

                assertThatThrownBy(() -> provider("http://localhost:" + listener.getLocalPort())
                                .find(call("pm_card_visa")))
                        .isInstanceOf(ProviderUnreachable.class);
            }
        }

        @Test
        void namesTheSettingIfStripeDoesNotKnowTheKey() {
            StripeProvider stranger = provider(stub.address().toString(), "sk_test_other", Duration.ofSeconds(20));

            assertThatThrownBy(() -> stranger.authorize(call("pm_card_visa")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("waybill.payment.stripe.api-key")
                    .hasMessageContaining("STRIPE_API_KEY");
        }

        @Test
        void isLoudIfTheRequestIsWrong() {
            order = "x".repeat(501);

            assertThatThrownBy(() -> provider.authorize(call("pm_card_visa")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Metadata is too long");
        }

        private StripeProvider through(Fault fault) {
            return fault == Fault.LATE || fault == Fault.SILENT ? hasty() : provider;
        }

        private static void resetAll(ServerSocket listener) {
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                    // Closing without lingering is a reset.
                    socket.setSoLinger(true, 0);
                } catch (IOException closed) {
                    return;
                }
            }
        }
    }

    @Nested
    class Counting {

        @ParameterizedTest
        @CsvSource({
            "JPY, 500, 500",
            "EUR, 500, 500",
            "BHD, 5250, 5250",
            "ISK, 500, 50000",
            "UGX, 500, 50000",
            "MGA, 50000, 500"
        })
        void usesStripesUnits(String currency, long minor, String sent) {
            var amount = new Money(minor, currency);

            LedgerEntry held = provider.authorize(call("pm_card_visa", amount));
            assertThat(stub.lastChange().form()).containsEntry("amount", sent);
            LedgerEntry captured = done(provider.capture(call(held), PARCEL, amount, true));
            LedgerEntry refunded = done(provider.refund(call(held), RETURN, amount, "all"));

            assertThat(held.amount()).isEqualTo(amount);
            assertThat(held.heldMinor()).isEqualTo(minor);
            assertThat(captured.captures()).isEqualTo(Map.of(PARCEL, minor));
            assertThat(refunded.refunds()).isEqualTo(Map.of(RETURN, minor));
        }

        @ParameterizedTest
        @CsvSource({
            "BHD, 5251, AMOUNT_NOT_A_MULTIPLE_OF_10",
            "KWD, 7, AMOUNT_NOT_A_MULTIPLE_OF_10",
            "MGA, 50020, AMOUNT_NOT_A_MULTIPLE_OF_100"
        })
        void refusesWhatStripeCannotCharge(String currency, long minor, String reason) {
            var amount = new Money(minor, currency);

            LedgerEntry entry = provider.authorize(call("pm_card_visa", amount));

            assertThat(entry.state()).isEqualTo(State.CLOSED);
            assertThat(entry.reason()).isEqualTo(reason);
            assertThat(entry.amount()).isEqualTo(amount);
            assertThat(provider.voidAuthorization(call("pm_card_visa", amount)).reason())
                    .isEqualTo(reason);
            assertThat(stub.requests()).isEmpty();
        }

        @Test
        void refusesPartsThatStripeCannotTakeOrGiveBack() {
            LedgerEntry held = provider.authorize(call("pm_card_visa", new Money(5000, "BHD")));
            assertThat(provider.capture(call(held), PARCEL, new Money(1001, "BHD"), false))
                    .isEqualTo(new Refused("AMOUNT_NOT_A_MULTIPLE_OF_10", held));
            LedgerEntry captured = done(provider.capture(call(held), PARCEL, new Money(5000, "BHD"), true));

            assertThat(provider.refund(call(held), RETURN, new Money(999, "BHD"), "part"))
                    .isEqualTo(new Refused("AMOUNT_NOT_A_MULTIPLE_OF_10", captured));
        }
    }

    /** A call that meets the fault: what it asked for may get there after the caller gave up. */
    private void isLeftOpen(Fault fault, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ProviderUnreachable.class);
        if (fault == Fault.LATE || fault == Fault.SILENT || fault == Fault.CUT) {
            await().until(stub::hasStruck);
        }
    }

    private AuthorizationCall call(String token) {
        return call(token, TOTAL);
    }

    private AuthorizationCall call(String token, Money amount) {
        return new AuthorizationCall(PAYMENT, PAYMENT, order, amount, token, null, asked);
    }

    /** The call once the provider has said its name for the authorization. */
    private AuthorizationCall call(LedgerEntry entry) {
        return new AuthorizationCall(
                entry.authorizationId(),
                entry.paymentId(),
                entry.orderId(),
                entry.amount(),
                "pm_card_visa",
                entry.providerReference(),
                asked);
    }

    private LedgerEntry known(LedgerEntry entry) {
        return provider.find(call(entry)).orElseThrow();
    }

    private static LedgerEntry done(Answer answer) {
        assertThat(answer).isInstanceOf(Done.class);
        return ((Done) answer).entry();
    }

    private static Money euros(long cents) {
        return new Money(cents, "EUR");
    }
}
