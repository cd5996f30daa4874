package io.waybill.ordering.pricelist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.ordering.pricelist.PriceList.Price;
import org.junit.jupiter.api.Test;

class PriceListTest {

    private static final Price BEFORE = new Price("TEA-500", new Money(1250, "EUR"));

    @Test
    void listsTheFirstPrice() {
        var listed = new ProductListed("TEA-500", "Tea, 500 g", new Money(1250, "EUR"), false, 10);

        assertThat(PriceList.fold(null, listed)).isEqualTo(BEFORE);
    }

    @Test
    void followsThePrice() {
        var changed = new ProductPriceChanged("TEA-500", new Money(14, "USD"));

        assertThat(PriceList.fold(BEFORE, changed)).isEqualTo(new Price("TEA-500", new Money(14, "USD")));
    }

    @Test
    void keepsThePriceOfAProductThatIsDescribedAnew() {
        var described = new ProductChanged("TEA-500", "Green tea, 500 g", true, 0);

        assertThat(PriceList.fold(BEFORE, described)).isEqualTo(BEFORE);
    }

    @Test
    void refusesToInventAPrice() {
        var described = new ProductChanged("TEA-500", "Green tea, 500 g", true, 0);

        assertThatThrownBy(() -> PriceList.fold(null, described)).hasMessageContaining("before it was listed");
    }
}
