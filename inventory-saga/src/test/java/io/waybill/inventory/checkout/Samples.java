package io.waybill.inventory.checkout;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
import java.util.List;

/** One order of tea and a cup, and what is asked for it by more than one process. */
final class Samples {

    static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    static final String PAYMENT = DerivedId.payment(ORDER);
    static final String RESOLUTION = "settled by telephone";
    static final Money TOTAL = eur(5497);
    static final List<OrderLine> LINES = List.of(new OrderLine("TEA", 2, eur(1250)), new OrderLine("CUP", 3, eur(999)));
    static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");

    static final CancelPayment CANCEL_PAYMENT = new CancelPayment(PAYMENT, ORDER);
    static final SettlePayment SETTLE_PAYMENT = new SettlePayment(PAYMENT, ORDER);
    static final ReleaseStock RELEASE_TEA = new ReleaseStock("TEA", reservation("TEA"), ORDER);
    static final ReleaseStock RELEASE_CUP = new ReleaseStock("CUP", reservation("CUP"), ORDER);

    static final OrderCancelled CANCELLED_FROM_PLACED = cancelledFrom(OrderStatus.PLACED);
    static final OrderCancelled CANCELLED_FROM_CONFIRMED = cancelledFrom(OrderStatus.CONFIRMED);

    private Samples() {}

    static Money eur(long minor) {
        return new Money(minor, "EUR");
    }

    static LineQuantity pieces(int quantity, String sku) {
        return new LineQuantity(sku, quantity);
    }

    static String reservation(String sku) {
        return DerivedId.reservation(ORDER, sku);
    }

    static CommitStock commit(String shipmentId, String sku, int quantity) {
        return new CommitStock(sku, reservation(sku), ORDER, shipmentId, quantity);
    }

    private static OrderCancelled cancelledFrom(OrderStatus status) {
        return new OrderCancelled(ORDER, "changed my mind", status, List.of("TEA", "CUP"));
    }
}
