package io.waybill.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MoneyTest {

    @Test
    void addsAndMultipliesInMinorUnits() {
        assertThat(new Money(1999, "EUR").times(3).plus(new Money(1, "EUR"))).isEqualTo(new Money(5998, "EUR"));
    }

    @Test
    void subtracts() {
        assertThat(new Money(1, "BHD").minus(new Money(1001, "BHD"))).isEqualTo(new Money(-1000, "BHD"));
    }

    @Test
    void refusesToSubtractAnotherCurrency() {
        assertThatThrownBy(() -> new Money(1, "EUR").minus(new Money(1, "JPY")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JPY");
    }

    @Test
    void refusesToAddAnotherCurrency() {
        assertThatThrownBy(() -> new Money(1, "EUR").plus(new Money(1, "JPY")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JPY");
    }

    @Test
    void refusesToOverflowSilently() {
        assertThatThrownBy(() -> new Money(Long.MAX_VALUE, "EUR").times(2)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> new Money(Long.MAX_VALUE, "EUR").plus(new Money(1, "EUR")))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void refusesWhatIsNotACurrency() {
        assertThatThrownBy(() -> new Money(1, "EURO")).isInstanceOf(IllegalArgumentException.class);
    }
}
