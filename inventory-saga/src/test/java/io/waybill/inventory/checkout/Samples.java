package io.waybill.inventory.checkout;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import java.util.List;

/** One order of tea and a cup: what is asked for it, and what is answered. */
final class Samples {

    static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final Money TOTAL = new Money(5497, "EUR");

    static final OrderPlaced PLACED = new OrderPlaced(
            ORDER,
            "customer-7",
            List.of(new OrderLine("TEA", 2, new Money(1250, "EUR")), new OrderLine("CUP", 3, new Money(999, "EUR"))),
            TOTAL,
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB"),
            "tok_ok");

    static final ReserveStock RESERVE_TEA = new ReserveStock("TEA", reservation("TEA"), ORDER, 2);
    static final ReserveStock RESERVE_CUP = new ReserveStock("CUP", reservation("CUP"), ORDER, 3);
    static final StockReserved TEA_RESERVED =
            new StockReserved("TEA", reservation("TEA"), ORDER, 2, List.of(new Allocation("main", 2)));
    static final StockReserved CUP_RESERVED =
            new StockReserved("CUP", reservation("CUP"), ORDER, 3, List.of(new Allocation("main", 3)));
    static final StockReservationRefused CUP_REFUSED =
            new StockReservationRefused("CUP", reservation("CUP"), ORDER, 3, 1, "OUT_OF_STOCK");
    static final ReleaseStock RELEASE_TEA = new ReleaseStock("TEA", reservation("TEA"), ORDER);
    static final ReleaseStock RELEASE_CUP = new ReleaseStock("CUP", reservation("CUP"), ORDER);

    static final AuthorizePayment AUTHORIZE = new AuthorizePayment(PAYMENT, ORDER, TOTAL, "tok_ok");
    static final PaymentAuthorized AUTHORIZED = new PaymentAuthorized(PAYMENT, ORDER, TOTAL, "auth-1");
    static final PaymentDeclined DECLINED = new PaymentDeclined(PAYMENT, ORDER, "INSUFFICIENT_FUNDS");
    static final CapturePayment CAPTURE = new CapturePayment(PAYMENT);
    static final PaymentCaptured CAPTURED = new PaymentCaptured(PAYMENT, ORDER, TOTAL);
    static final CaptureRefused CAPTURE_REFUSED = new CaptureRefused(PAYMENT, ORDER, "CAPTURE_REFUSED");
    static final CancelPayment CANCEL_PAYMENT = new CancelPayment(PAYMENT, ORDER);

    static final ConfirmOrder CONFIRM = new ConfirmOrder(ORDER);
    static final OrderConfirmed CONFIRMED = new OrderConfirmed(ORDER);
    static final CancelOrder CANCEL = new CancelOrder(ORDER, "CAPTURE_REFUSED");
    static final OrderRejected REJECTED = new OrderRejected(ORDER, "OUT_OF_STOCK");
    static final OrderCancelled CANCELLED_FROM_PLACED = cancelledFrom(OrderStatus.PLACED);
    static final OrderCancelled CANCELLED_FROM_CONFIRMED = cancelledFrom(OrderStatus.CONFIRMED);

    private Samples() {}

    static RejectOrder reject(String reason) {
        return new RejectOrder(ORDER, reason);
    }

    private static OrderCancelled cancelledFrom(OrderStatus status) {
        return new OrderCancelled(ORDER, "changed my mind", status, List.of("TEA", "CUP"));
    }

    private static String reservation(String sku) {
        return DerivedId.reservation(ORDER, sku);
    }
}
