package io.waybill.orderview.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SummaryTest {

    private static final String ORDER = "order-7";
    private static final Money AMOUNT = new Money(2500, "EUR");

    static Stream<Arguments> told() {
        var line = new OrderLine("TEA-500", 2, new Money(1250, "EUR"));
        var address = new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
        var placed = new OrderPlaced(ORDER, "customer-7", List.of(line), AMOUNT, address, "tok_secret");
        return Stream.of(
                Arguments.of(placed, "1 line(s), 25.00 EUR"),
                Arguments.of(new OrderConfirmed(ORDER), ""),
                Arguments.of(new OrderRejected(ORDER, "OUT_OF_STOCK"), "OUT_OF_STOCK"),
                Arguments.of(
                        new OrderCancelled(ORDER, "changed my mind", OrderStatus.PLACED, List.of()), "changed my mind"),
                Arguments.of(new StockReserved("TEA-500", "r-1", ORDER, 2, List.of()), "2 x TEA-500"),
                Arguments.of(new StockReleased("TEA-500", "r-1", ORDER, 0, List.of()), "0 x TEA-500"),
                Arguments.of(
                        new StockReservationRefused("TEA-500", "r-1", ORDER, 2, 1, "OUT_OF_STOCK"),
                        "OUT_OF_STOCK: 2 x TEA-500, available 1"),
                Arguments.of(new AuthorizationRequested("payment-1", ORDER, AMOUNT, "tok_secret"), "25.00 EUR"),
                Arguments.of(new PaymentDeclined("payment-1", ORDER, "DECLINED"), "DECLINED"),
                Arguments.of(new PaymentVoided("payment-1", ORDER), ""),
                Arguments.of(
                        new CheckoutDeadlinePassed(ORDER, Instant.parse("2026-11-01T12:15:00Z")),
                        "2026-11-01T12:15:00Z"));
    }

    @ParameterizedTest
    @MethodSource("told")
    void tellsTheGistInOneLine(OrderRelated event, String summary) {
        assertThat(Summary.of(event)).isEqualTo(summary);
    }

    @ParameterizedTest
    @CsvSource({
        "2500, EUR, 25.00 EUR",
        "5, EUR, 0.05 EUR",
        "1800, JPY, 1800 JPY",
        "1234, BHD, 1.234 BHD",
        "7, XXX, 7 XXX"
    })
    void writesAmountsWithTheDigitsOfTheirCurrency(long minor, String currency, String text) {
        assertThat(Summary.of(new AuthorizationRequested("payment-1", ORDER, new Money(minor, currency), "tok_ok")))
                .isEqualTo(text);
    }

    @Test
    void tellsOfAnEventItDoesNotKnowNothing() {
        OrderRelated unknown = () -> ORDER;

        assertThat(Summary.of(unknown)).isEmpty();
    }
}
