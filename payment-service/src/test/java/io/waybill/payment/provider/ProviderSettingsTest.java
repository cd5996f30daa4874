package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProviderSettingsTest {

    @Test
    void unknownProviderFailsAtStartAndSaysWhichThereAre() {
        ProviderSettings.requireKnown("stripe");

        assertThatThrownBy(() -> ProviderSettings.requireKnown("strype"))
                .hasMessageContaining("waybill.payment.provider")
                .hasMessageContaining("\"strype\"")
                .hasMessageContaining("sandbox");
    }
}
