package io.waybill.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import java.util.Currency;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One order in odd prices, shipped, returned and refunded in parts, in currencies of every exponent. */
class TotalsTest {

    private static final String ORDER = "order-1";

    private final Services services = new Services();

    @ParameterizedTest
    @CsvSource({"JPY, 0", "EUR, 2", "BHD, 3"})
    void addUpToTheLastMinorUnit(String currency, int exponent) {
        assertThat(Currency.getInstance(currency).getDefaultFractionDigits()).isEqualTo(exponent);
        var pen = new OrderLine("pen", 3, new Money(333, currency));
        var ink = new OrderLine("ink", 2, new Money(1, currency));
        var world = new World(services, Choices.seeded(exponent), false);
        world.bank().calmDown();
        for (OrderLine line : List.of(pen, ink)) {
            world.request(new ListProduct(line.sku(), line.sku(), line.unitPrice(), false, 0));
            world.request(new ReceiveStock(line.sku(), line.sku() + "/receipt-1", 9, "main"));
        }
        world.request(new PlaceOrder(ORDER, "customer", List.of(pen, ink), Clients.ADDRESS, "token", null));
        world.calmDown();
        assertThat(kept(world)).isZero();
        assertThat(world.books().payments().heldByProvider(ORDER)).isEqualTo(1001);

        ship(world, "/ship-1", new LineQuantity("pen", 1), new LineQuantity("ink", 1));
        assertThat(kept(world)).isEqualTo(334);
        ship(world, "/ship-2", new LineQuantity("pen", 2));
        assertThat(kept(world)).isEqualTo(1000);
        ship(world, "/ship-3", new LineQuantity("ink", 1));
        assertThat(kept(world)).isEqualTo(1001);

        world.request(new RequestReturn(ORDER, ORDER + "/return-1", List.of(new LineQuantity("pen", 3)), "dry"));
        world.request(new InspectReturn(
                ORDER, ORDER + "/return-1", List.of(new InspectedLine("pen", 1, 1)), new Money(665, currency)));
        world.calmDown();
        assertThat(kept(world)).isEqualTo(336);

        world.request(new RefundPayment(
                DerivedId.payment(ORDER), ORDER, ORDER + "/refund-1", new Money(335, currency), "with our apologies"));
        world.calmDown();
        assertThat(kept(world)).isEqualTo(1);
        assertThat(world.books().payments().heldByProvider(ORDER)).isZero();
    }

    private static void ship(World world, String id, LineQuantity... lines) {
        world.request(new ShipOrder(ORDER, ORDER + id, List.of(lines), "track", null));
        world.calmDown();
    }

    private static long kept(World world) {
        return world.books().payments().captured(ORDER)
                - world.books().payments().refunded(ORDER);
    }
}
