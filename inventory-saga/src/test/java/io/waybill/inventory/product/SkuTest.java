package io.waybill.inventory.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.web.RequestRefused;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkuTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T",
                "TEA-500",
                "tea.500_a",
                "0",
                "1234567890123456789012345678901234567890123456789012345678901234"
            })
    void takesWhatIsPlain(String sku) {
        assertThat(Sku.checked(sku)).isEqualTo(sku);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-TEA",
                "TEA 500",
                "TEA/500",
                "TÉ",
                "TEA\n",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void refusesWhatIsNot(String sku) {
        assertThatThrownBy(() -> Sku.checked(sku)).isInstanceOf(RequestRefused.class);
    }
}
