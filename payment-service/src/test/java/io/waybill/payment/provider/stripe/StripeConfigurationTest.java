package io.waybill.payment.provider.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.payment.provider.PaymentProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class StripeConfigurationTest {

    private static final Map<String, String> COMPLETE = Map.of(
            "waybill.payment.provider", "stripe",
            "waybill.payment.stripe.api-key", "sk_test_1a2b",
            "waybill.payment.stripe.webhook-secret", "whsec_1a2b",
            "waybill.payment.stripe.return-url", "https://shop.example/paid");

    private final ApplicationContextRunner service =
            new ApplicationContextRunner().withUserConfiguration(StripeConfiguration.class);

    @Test
    void isTheProviderWhereItIsAskedFor() {
        with("waybill.payment.stripe.read-timeout", "1500ms")
                .run(context -> assertThat(
                                context.getBean(PaymentProvider.class).name())
                        .isEqualTo("stripe"));
    }

    @Test
    void isNotThereWhereItIsNotAskedFor() {
        service.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PaymentProvider.class));
        with("waybill.payment.provider", "sandbox")
                .run(context -> assertThat(context).doesNotHaveBean(PaymentProvider.class));
    }

    @ParameterizedTest
    @CsvSource({
        "api-key, '', \"\", STRIPE_API_KEY",
        "api-key, pk_live_1a2b, pk_..., sk_",
        "api-key, sk_test 1a2b, sk_..., STRIPE_API_KEY",
        "webhook-secret, '', \"\", STRIPE_WEBHOOK_SECRET",
        "webhook-secret, sk_test_1a2b, sk_..., whsec_",
        "return-url, '', \"\", STRIPE_RETURN_URL",
        "return-url, /paid, /paid, https://",
        "base-url, http://api.stripe.com, http://api.stripe.com, https://",
        "base-url, https://api.stripe.com/v1, https://api.stripe.com/v1, without a path",
        "read-timeout, 0s, PT0S, 5s",
        "connect-timeout, -1s, PT-1S, 5s",
        "webhook-tolerance, 0s, PT0S, 5s",
        "search-lag, 0s, PT0S, 5s"
    })
    void doesNotStartWithWhatCannotWork(String property, String value, String shown, String remedy) {
        with("waybill.payment.stripe." + property, value)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("waybill.payment.stripe." + property)
                        .hasMessageContaining(shown)
                        .hasMessageContaining(remedy)
                        .hasMessageNotContaining("1a2b"));
    }

    @Test
    void keepsItsSecretsToItself() {
        with("waybill.payment.stripe.read-timeout", "20s")
                .run(context -> assertThat(context.getBean(StripeSettings.class))
                        .asString()
                        .doesNotContain("1a2b")
                        .contains("https://api.stripe.com"));
    }

    private ApplicationContextRunner with(String property, String value) {
        List<String> properties = new ArrayList<>();
        COMPLETE.forEach((name, good) -> properties.add(name + "=" + good));
        properties.add(property + "=" + value);
        return service.withPropertyValues(properties.toArray(String[]::new));
    }
}
