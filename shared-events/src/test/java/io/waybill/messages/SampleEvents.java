package io.waybill.messages;

import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
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
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import java.time.Instant;
import java.util.List;

/** One event of every kind, the ones the golden files were written from. */
final class SampleEvents {

    private static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final String RESERVATION = DerivedId.reservation(ORDER, "TEA-500");
    private static final Money PRICE = new Money(1250, "EUR");

    static final List<Object> ALL = List.of(
            new OrderPlaced(
                    ORDER,
                    "customer-7",
                    List.of(new OrderLine("TEA-500", 2, PRICE)),
                    new Money(2500, "EUR"),
                    new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB"),
                    "tok_ok"),
            new OrderConfirmed(ORDER),
            new OrderRejected(ORDER, "OUT_OF_STOCK"),
            new OrderCancelled(ORDER, "changed my mind", OrderStatus.CONFIRMED, List.of("TEA-500")),
            new ProductListed("TEA-500", "Tea, 500 g", PRICE, false, 10),
            new ProductChanged("TEA-500", "Green tea, 500 g", true, 5),
            new ProductPriceChanged("TEA-500", new Money(1300, "EUR")),
            new StockReceived("TEA-500", "receipt-1", 100, "main"),
            new StockAdjusted("TEA-500", "adjustment-1", -2, "damaged", "main"),
            new StockReserved("TEA-500", RESERVATION, ORDER, 2, List.of(new Allocation("main", 2))),
            new StockReservationRefused("TEA-500", RESERVATION, ORDER, 2, 1, "OUT_OF_STOCK"),
            new StockReleased("TEA-500", RESERVATION, ORDER, 2),
            new StockCommitted("TEA-500", RESERVATION, ORDER, 2),
            new AuthorizationRequested(PAYMENT, ORDER, PRICE, "tok_ok"),
            new PaymentAuthorized(PAYMENT, ORDER, PRICE, "auth-1"),
            new PaymentDeclined(PAYMENT, ORDER, "DECLINED"),
            new CaptureRequested(PAYMENT, ORDER, PRICE),
            new PaymentCaptured(PAYMENT, ORDER, PRICE),
            new CaptureRefused(PAYMENT, ORDER, "CAPTURE_REFUSED"),
            new PaymentCancelled(PAYMENT, ORDER),
            new VoidRequested(PAYMENT, ORDER, PRICE),
            new PaymentVoided(PAYMENT, ORDER),
            new RefundRequested(PAYMENT, ORDER, PRICE),
            new PaymentRefunded(PAYMENT, ORDER, PRICE),
            new CheckoutDeadlinePassed(ORDER, Instant.parse("2026-11-01T12:15:00Z")));

    private SampleEvents() {}
}
