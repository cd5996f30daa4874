package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckoutPropertiesTest {

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1M"})
    void refusesADeadlineThatIsAlreadyPast(Duration deadline) {
        assertThatThrownBy(() -> new CheckoutProperties(deadline))
                .hasMessageContaining("waybill.checkout.deadline")
                .hasMessageContaining(deadline.toString());
    }
}
