package io.waybill.payment.provider.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.Answer.Done;
import io.waybill.payment.provider.PaymentProvider.Answer.Refused;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.Notice;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import io.waybill.payment.provider.PaymentProvider.State;
import io.waybill.payment.provider.PaymentProvider.UntrustedWebhook;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxProviderTest {

    private static final Duration LIFETIME = Duration.ofDays(7);
    private static final SandboxSettings SETTINGS = new SandboxSettings(LIFETIME, null, "secret");
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static SandboxProvider sandbox;

    private static Instant now = START;

    private final String id = UUID.randomUUID().toString();

    @BeforeAll
    static void open() {
        databases = new Databases("", folder);
        sandbox = new SandboxProvider(databases, SETTINGS, clock());
    }

    private static Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }

    @AfterEach
    void mend() {
        now = START;
        sandbox.set(Faults.NONE);
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    @ParameterizedTest
    @CsvSource({
        "tok_ok,HELD,",
        "tok_capture_fails,HELD,",
        "tok_declined,CLOSED,DECLINED",
        "tok_insufficient_funds,CLOSED,INSUFFICIENT_FUNDS",
        "tok_3ds,PENDING,",
        "tok_anything_else,CLOSED,UNKNOWN_TOKEN"
    })
    void answersAsTheTokenSays(String token, State state, String reason) {
        LedgerEntry entry = sandbox.authorize(call(token));

        assertThat(entry.state()).isEqualTo(state);
        assertThat(entry.reason()).isEqualTo(reason);
        assertThat(entry.heldMinor()).isEqualTo(state == State.HELD ? 100 : 0);
        assertThat(sandbox.find(call(token))).contains(entry);
        assertThat(sandbox.authorize(call("tok_declined"))).isEqualTo(entry);
    }

    @Test
    void timesOutAndHoldsTheAmountAllTheSame() {
        assertThatThrownBy(() -> sandbox.authorize(call("tok_timeout"))).isInstanceOf(ProviderUnreachable.class);
        assertThat(found().state()).isEqualTo(State.HELD);
    }

    @Test
    void timesOutAndNeverSawTheCall() {
        assertThatThrownBy(() -> sandbox.authorize(call("tok_timeout_lost"))).isInstanceOf(ProviderUnreachable.class);
        assertThat(sandbox.find(call("tok_ok"))).isEmpty();
    }

    @Test
    void capturesInPartsOncePerKey() {
        sandbox.authorize(call("tok_ok"));

        sandbox.capture(call("tok_ok"), "s1", eur(60), false);
        assertThat(sandbox.capture(call("tok_ok"), "s1", eur(60), false)).isInstanceOf(Done.class);
        assertThat(found().heldMinor()).isEqualTo(40);
        assertThat(sandbox.capture(call("tok_ok"), "s2", eur(41), false)).isInstanceOf(Refused.class);
        sandbox.capture(call("tok_ok"), "s2", eur(40), false);

        assertThat(found().captures()).isEqualTo(Map.of("s1", 60L, "s2", 40L));
        assertThat(found().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void givesTheRestUpWithTheLastCapture() {
        sandbox.authorize(call("tok_ok"));
        sandbox.capture(call("tok_ok"), "s1", eur(60), true);

        assertThat(found().heldMinor()).isZero();
        assertThat(found().capturedMinor()).isEqualTo(60);
    }

    @Test
    void refusesCapturesAsTheTokenSaysAndKeepsTheHold() {
        sandbox.authorize(call("tok_capture_fails"));

        assertThat(sandbox.capture(call("tok_ok"), "s1", eur(60), false))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo("CAPTURE_REFUSED"));
        assertThat(found().state()).isEqualTo(State.HELD);
    }

    @Test
    void givesBackInPartsOncePerKeyAndNeverMoreThanWasCaptured() {
        sandbox.authorize(call("tok_ok"));
        sandbox.capture(call("tok_ok"), "s1", eur(60), false);

        sandbox.refund(call("tok_ok"), "r1", eur(50), "too small");
        assertThat(sandbox.refund(call("tok_ok"), "r1", eur(50), "too small")).isInstanceOf(Done.class);
        assertThat(sandbox.refund(call("tok_ok"), "r2", eur(11), "too small")).isInstanceOf(Refused.class);

        assertThat(found().refunds()).isEqualTo(Map.of("r1", 50L));
    }

    @Test
    void voidsWhatItHoldsOrMayComeToHold() {
        for (String token : new String[] {"tok_ok", "tok_3ds"}) {
            var held = new AuthorizationCall(id + token, "payment-1", "order-7", eur(100), token, null, null);
            sandbox.authorize(held);

            sandbox.voidAuthorization(held);

            assertThat(sandbox.voidAuthorization(held).reason()).isEqualTo("VOIDED");
            assertThat(sandbox.authorize(held).state()).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void whatWasVoidedBeforeItWasAskedForIsNeverHeld() {
        sandbox.voidAuthorization(call("tok_ok"));

        assertThat(sandbox.authorize(call("tok_ok")).reason()).isEqualTo("VOIDED");
    }

    @Test
    void holdRunsOut() {
        assertThat(sandbox.authorize(call("tok_ok")).expiresAt()).isEqualTo(START.plus(LIFETIME));
        now = START.plus(LIFETIME).plusSeconds(1);

        assertThat(found().reason()).isEqualTo("EXPIRED");
        assertThat(sandbox.capture(call("tok_ok"), "s1", eur(60), false))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.reason()).isEqualTo("EXPIRED");
                    assertThat(refused.entry().state()).isEqualTo(State.CLOSED);
                });
    }

    @Test
    void customerConfirmsOnce() {
        sandbox.authorize(call("tok_3ds"));

        assertThat(sandbox.confirm(id, true).orElseThrow().heldMinor()).isEqualTo(100);
        assertThat(sandbox.confirm(id, false)).isEmpty();
        assertThat(found().state()).isEqualTo(State.HELD);
    }

    @Test
    void faultsHappenWhenTheyAreAskedFor() {
        sandbox.set(new Faults(true, false, 0, false, false, false, false));
        assertThatThrownBy(() -> sandbox.authorize(call("tok_ok"))).isInstanceOf(ProviderUnreachable.class);
        sandbox.set(new Faults(false, true, 0, false, false, false, false));
        assertThatThrownBy(() -> sandbox.authorize(call("tok_ok"))).isInstanceOf(ProviderUnreachable.class);
        sandbox.set(new Faults(false, false, 0, true, true, false, false));
        assertThat(found().state()).isEqualTo(State.HELD);
        assertThat(sandbox.capture(call("tok_ok"), "s1", eur(60), false)).isInstanceOf(Refused.class);
        sandbox.set(Faults.NONE);
        sandbox.capture(call("tok_ok"), "s1", eur(60), false);
        sandbox.set(new Faults(false, false, 0, false, true, false, false));
        assertThat(sandbox.refund(call("tok_ok"), "r1", eur(60), "too small")).isInstanceOf(Refused.class);
    }

    @Test
    void ledgerShowsWhatWasMadeSinceAlsoWhatNobodyAskedFor() {
        now = START.plus(Duration.ofDays(1));
        sandbox.invent(call("tok_ok"), 30);

        try (var entries = sandbox.ledger(now)) {
            assertThat(entries).singleElement().satisfies(entry -> {
                assertThat(entry.authorizationId()).isEqualTo(id);
                assertThat(entry.capturedMinor()).isEqualTo(30);
            });
        }
        try (var entries = sandbox.ledger(now.plusSeconds(1))) {
            assertThat(entries).isEmpty();
        }
    }

    @Test
    void believesOnlyWhatItSignedItselfAndJustNow() {
        var signature = new SandboxSignature("secret");
        var notice = new Notice("n1", id, "payment-1", "order-7");
        byte[] body = SandboxSignature.write(notice);
        String header = signature.sign(body, now);

        assertThat(sandbox.readWebhook(name -> header, body)).contains(notice);
        assertUntrusted(header, "{}".getBytes(UTF_8));
        assertUntrusted(new SandboxSignature("other").sign(body, now), body);
        assertUntrusted("", body);
        now = START.plus(Duration.ofMinutes(6));
        assertUntrusted(header, body);
        now = START.minus(Duration.ofMinutes(6));
        assertUntrusted(header, body);
    }

    private static void assertUntrusted(String header, byte[] body) {
        assertThatThrownBy(() -> sandbox.readWebhook(name -> header, body)).isInstanceOf(UntrustedWebhook.class);
    }

    @Test
    void remembersItsLedgerAfterARestart(@TempDir Path ownFolder) {
        try (var before = new Databases("", ownFolder)) {
            new SandboxProvider(before, SETTINGS, clock()).authorize(call("tok_ok"));
        }
        try (var after = new Databases("", ownFolder)) {
            assertThat(new SandboxProvider(after, SETTINGS, clock()).find(call("tok_ok")))
                    .hasValueSatisfying(entry -> assertThat(entry.heldMinor()).isEqualTo(100));
        }
    }

    @Test
    void takesTheLedgerOfOldOver(@TempDir Path ownFolder) {
        try (var before = new Databases("", ownFolder)) {
            before.open("sandbox_provider")
                    .getCollection("ledger")
                    .insertOne(new Document("_id", id)
                            .append("reference", "sandbox-" + id)
                            .append("minor", 100L)
                            .append("currency", "EUR")
                            .append("token", "tok_ok")
                            .append("state", "CAPTURED")
                            .append("reason", null));
        }
        try (var after = new Databases("", ownFolder)) {
            var old = new SandboxProvider(after, SETTINGS, clock());

            assertThat(old.find(call("tok_ok")))
                    .hasValueSatisfying(entry -> assertThat(entry.captures()).isEqualTo(Map.of(id, 100L)));
            assertThat(old.refund(call("tok_ok"), "r1", eur(100), "CANCELLED")).isInstanceOf(Done.class);
        }
    }

    private LedgerEntry found() {
        return sandbox.find(call("tok_ok")).orElseThrow();
    }

    private AuthorizationCall call(String token) {
        return new AuthorizationCall(id, "payment-1", "order-7", eur(100), token, null, null);
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }
}
