package io.waybill.orderview.timeline;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import java.math.BigDecimal;
import java.util.Currency;

/** What is worth telling about an event in one line. */
final class Summary {

    private Summary() {}

    static String of(OrderRelated event) {
        return switch (event) {
            case OrderPlaced e -> e.lines().size() + " line(s), " + amount(e.total());
            case OrderRejected e -> e.reason();
            case OrderCancelled e -> e.reason();
            case StockReserved e -> e.quantity() + " x " + e.sku();
            case StockReservationRefused e ->
                e.reason() + ": " + e.quantity() + " x " + e.sku() + ", available " + e.available();
            case StockReleased e -> e.quantity() + " x " + e.sku();
            case StockCommitted e -> e.quantity() + " x " + e.sku();
            case AuthorizationRequested e -> amount(e.amount());
            case PaymentAuthorized e -> amount(e.amount());
            case PaymentDeclined e -> e.reason();
            case CaptureRequested e -> amount(e.amount());
            case PaymentCaptured e -> amount(e.amount());
            case CaptureRefused e -> e.reason();
            case VoidRequested e -> amount(e.amount());
            case RefundRequested e -> amount(e.amount());
            case PaymentRefunded e -> amount(e.amount());
            case CheckoutDeadlinePassed e -> e.deadline().toString();
            default -> "";
        };
    }

    /** {@code 2500} minor units of EUR as {@code 25.00 EUR}. */
    private static String amount(Money money) {
        int digits = Math.max(0, Currency.getInstance(money.currency()).getDefaultFractionDigits());
        return BigDecimal.valueOf(money.minor(), digits).toPlainString() + " " + money.currency();
    }
}
