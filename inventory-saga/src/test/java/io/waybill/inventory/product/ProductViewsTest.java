package io.waybill.inventory.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.messages.inventory.ProductQuery.ProductView;
import org.junit.jupiter.api.Test;

class ProductViewsTest {

    private static final Money PRICE = new Money(1250, "EUR");
    private static final ProductView LISTED = new ProductView("TEA-500", "Tea, 500 g", PRICE, false, 10);

    @Test
    void showsAListedProduct() {
        assertThat(ProductViews.fold(null, new ProductListed("TEA-500", "Tea, 500 g", PRICE, false, 10)))
                .isEqualTo(LISTED);
    }

    @Test
    void aNewDescriptionKeepsThePrice() {
        assertThat(ProductViews.fold(LISTED, new ProductChanged("TEA-500", "Green tea", true, 5)))
                .isEqualTo(new ProductView("TEA-500", "Green tea", PRICE, true, 5));
    }

    @Test
    void aNewPriceKeepsTheDescription() {
        assertThat(ProductViews.fold(LISTED, new ProductPriceChanged("TEA-500", new Money(9, "USD"))))
                .isEqualTo(new ProductView("TEA-500", "Tea, 500 g", new Money(9, "USD"), false, 10));
    }

    @Test
    void refusesAChangeOfWhatWasNeverListed() {
        assertThatThrownBy(() -> ProductViews.fold(null, new ProductPriceChanged("TEA-500", PRICE)))
                .hasMessageContaining("before it was listed");
    }
}
