package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProviderCallsTest {

    private final ProviderCalls calls = new ProviderCalls(
            new FakeProvider(),
            new ProviderSettings(
                    1,
                    Duration.ofMillis(50),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(200),
                    Duration.ofMillis(100),
                    Duration.ofMinutes(1),
                    5,
                    75,
                    Duration.ofMinutes(1)));

    @AfterEach
    void stop() {
        calls.stop();
    }

    @Test
    void callThatTakesTooLongHasNoKnownOutcome() {
        var never = new CompletableFuture<String>();

        assertThatThrownBy(() -> calls.call(provider -> never.join()))
                .isInstanceOf(ProviderUnreachable.class)
                .hasMessageContaining("50 ms");
    }

    @Test
    void providerThatIsAwayIsLeftAloneForAWhile() {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> calls.call(CallsLost::fail)).isInstanceOf(ProviderUnreachable.class);
        }

        assertThatThrownBy(() -> calls.call(PaymentProvider::name)).isInstanceOf(CallNotPermittedException.class);
    }

    @Test
    void failuresOfOursDoNotCountAsItsAbsence() {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> calls.call(provider -> {
                        throw new IllegalStateException("a bug");
                    }))
                    .hasMessage("a bug");
        }

        assertThat(calls.<String>call(PaymentProvider::name)).isEqualTo("fake");
    }

    private static final class CallsLost {
        static String fail(PaymentProvider provider) {
            throw new ProviderUnreachable(provider.name() + " is away");
        }
    }
}
