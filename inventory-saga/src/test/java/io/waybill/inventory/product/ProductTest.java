package io.waybill.inventory.product;

import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.Test;

class ProductTest {

    private static final Money PRICE = new Money(1250, "EUR");
    private static final Money NEW_PRICE = new Money(1300, "EUR");
    private static final ProductListed LISTED = new ProductListed("TEA-500", "Tea, 500 g", PRICE, false, 10);

    private final AggregateTestFixture<Product> fixture = new AggregateTestFixture<>(Product.class);

    @Test
    void listsANewProduct() {
        fixture.givenNoPriorActivity()
                .when(new ListProduct("TEA-500", "Tea, 500 g", PRICE, false, 10))
                .expectEvents(LISTED)
                .expectResultMessagePayload(true);
    }

    @Test
    void listingItAgainAsItIsChangesNothing() {
        fixture.given(LISTED)
                .when(new ListProduct("TEA-500", "Tea, 500 g", PRICE, false, 10))
                .expectNoEvents()
                .expectResultMessagePayload(false);
    }

    @Test
    void changesThePriceAlone() {
        fixture.given(LISTED)
                .when(new ListProduct("TEA-500", "Tea, 500 g", NEW_PRICE, false, 10))
                .expectEvents(new ProductPriceChanged("TEA-500", NEW_PRICE))
                .expectResultMessagePayload(false);
    }

    @Test
    void changesTheDescriptionAlone() {
        fixture.given(LISTED)
                .when(new ListProduct("TEA-500", "Green tea", PRICE, true, 5))
                .expectEvents(new ProductChanged("TEA-500", "Green tea", true, 5));
    }

    @Test
    void changesDescriptionAndPrice() {
        fixture.given(LISTED)
                .when(new ListProduct("TEA-500", "Green tea", NEW_PRICE, false, 10))
                .expectEvents(
                        new ProductChanged("TEA-500", "Green tea", false, 10),
                        new ProductPriceChanged("TEA-500", NEW_PRICE));
    }

    @Test
    void changingBackIsAChange() {
        fixture.given(LISTED, new ProductPriceChanged("TEA-500", NEW_PRICE))
                .when(new ListProduct("TEA-500", "Tea, 500 g", PRICE, false, 10))
                .expectEvents(new ProductPriceChanged("TEA-500", PRICE));
    }

    @Test
    void remembersEachChange() {
        fixture.given(
                        LISTED,
                        new ProductChanged("TEA-500", "Green tea", true, 5),
                        new ProductPriceChanged("TEA-500", NEW_PRICE))
                .when(new ListProduct("TEA-500", "Green tea", NEW_PRICE, true, 5))
                .expectNoEvents();
    }
}
