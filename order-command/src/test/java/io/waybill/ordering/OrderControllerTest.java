package io.waybill.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.web.InvalidRequest;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderLine;
import io.waybill.ordering.OrderController.NewLine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class OrderControllerTest {

    private static final Map<String, Money> PRICES =
            Map.of("TEA-500", new Money(1250, "EUR"), "CUP-1", new Money(999, "EUR"));

    @Test
    void takesPricesFromThePriceList() {
        assertThat(priced("TEA-500", "CUP-1"))
                .containsExactly(
                        new OrderLine("TEA-500", 1, new Money(1250, "EUR")),
                        new OrderLine("CUP-1", 1, new Money(999, "EUR")));
    }

    @Test
    void pointsAtEveryRepeatedSku() {
        refuses(
                () -> OrderController.refuseRepeatedSkus("/wanted", List.of("TEA-500", "CUP-1", "TEA-500", "TEA-500")),
                "INVALID_REQUEST",
                "/wanted/2/sku REPEATED_SKU",
                "/wanted/3/sku REPEATED_SKU");
    }

    @Test
    void pointsAtEveryUnknownSku() {
        refuses(
                () -> priced("NONE", "TEA-500", "NADA"),
                "UNKNOWN_SKU",
                "/lines/0/sku UNKNOWN_SKU",
                "/lines/2/sku UNKNOWN_SKU");
    }

    private static List<OrderLine> priced(String... skus) {
        List<NewLine> lines =
                List.of(skus).stream().map(sku -> new NewLine(sku, 1)).toList();
        return OrderController.priced("/lines", lines, sku -> Optional.ofNullable(PRICES.get(sku)));
    }

    private static void refuses(ThrowingCallable request, String code, String... faults) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        refusal -> assertThat(refusal.faults())
                                .extracting(fault -> fault.pointer() + " " + fault.code())
                                .containsExactly(faults))
                .hasFieldOrPropertyWithValue("code", code);
    }
}
