package io.waybill.orderview.timeline;

import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.CheckoutEvent;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.BackorderReduced;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ExtensionUndone;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.ReservationReduced;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureCompleted;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureStarted;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentSettled;
import io.waybill.messages.payment.PaymentEvent.PaymentUndone;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.RefundStarted;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.ReconciliationEvent;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is worth telling about an event in one line; empty if its type says it all. */
final class Summary {

    private Summary() {}

    static String of(OrderRelated event) {
        return switch (event) {
            case OrderEvent e -> ofOrder(e);
            case PaymentEvent e -> ofPayment(e);
            case CheckoutEvent e -> ofCheckout(e);
            case ProcessEvent e -> ofProcess(e);
            case ReconciliationEvent e -> ofReconciliation(e);
            default -> ofStock(event);
        };
    }

    private static String ofOrder(OrderEvent event) {
        return switch (event) {
            case OrderPlaced e -> ordered(e.lines(), e.total()) + also("in exchange for order", e.exchangeFor());
            case OrderConfirmed e -> e.backordered().isEmpty() ? "" : "waits for " + String.join(", ", e.backordered());
            case OrderRejected e -> e.reason();
            case BackorderArrived e -> e.sku();
            case OrderCancelled e -> e.reason();
            case RestCancelled e -> pieces(e.lines()) + ": " + e.reason();
            case AmendmentRequested e -> ordered(e.lines(), e.total()) + ", " + amount(e.additional()) + " more";
            case OrderAmended e -> ordered(e.lines(), e.total());
            case AmendmentRefused e -> e.reason();
            case ShipmentRequested e -> pieces(e.lines()) + ", " + amount(e.amount());
            case OrderShipped e ->
                pieces(e.lines()) + ", " + amount(e.amount()) + also("tracking code", e.trackingCode());
            case ShipmentRefused e -> e.reason();
            case ShipmentDelivered e -> e.complete() ? "the whole order" : "a part of the order";
            case ReturnRequested e -> pieces(e.lines()) + ": " + e.reason();
            case ExchangeRequested e -> joined(e.lines(), Summary::pieces) + also("as order", e.exchangeOrderId());
            case ReturnReceived e -> "";
            case ReturnInspected e -> found(e.lines()) + ", refund " + amount(e.refund());
            case ReturnCompleted e -> "refunded " + amount(e.refund());
            case ReturnRefundRefused e -> e.reason();
        };
    }

    private static String ofPayment(PaymentEvent event) {
        return switch (event) {
            case AuthorizationRequested e -> amount(e.amount());
            case CustomerActionRequired e -> "until " + e.deadline();
            case PaymentAuthorized e -> amount(e.amount());
            case PaymentDeclined e -> e.reason();
            case AuthorizationExpired e -> amount(e.amount());
            case VoidRequested e -> amount(e.amount());
            case PaymentVoided e -> "";
            case CaptureStarted e -> amount(e.amount());
            case CaptureRequested e -> amount(e.amount());
            case PaymentCaptured e -> amount(e.amount());
            case CaptureCompleted e -> amount(e.amount());
            case CaptureRefused e -> e.reason();
            case RefundStarted e -> amount(e.amount()) + ": " + e.reason();
            case RefundRequested e -> amount(e.amount()) + ": " + e.reason();
            case PaymentRefunded e -> amount(e.amount());
            case RefundCompleted e -> amount(e.amount());
            case RefundRefused e -> amount(e.amount()) + ": " + e.reason();
            case PaymentSettled e -> "";
            case PaymentCancelled e -> "";
            case PaymentUndone e -> "";
            case OutcomeUnknown e -> e.operation() + ": " + e.error();
        };
    }

    private static String ofCheckout(CheckoutEvent event) {
        return switch (event) {
            case CheckoutDeadlinePassed e -> e.deadline().toString();
        };
    }

    private static String ofProcess(ProcessEvent event) {
        return switch (event) {
            case ProcessStalled e -> e.process() + ", " + e.command() + ": " + e.code() + ", " + e.detail();
            case ProcessRetried e -> e.process();
            case ProcessResolved e -> e.process() + ": " + e.reason();
        };
    }

    private static String ofReconciliation(ReconciliationEvent event) {
        return switch (event) {
            case DiscrepancyFound e -> e.kind() + ": expected " + amount(e.expected()) + ", found " + amount(e.found());
            case DiscrepancyRepairRequested e -> "";
            case DiscrepancyRepaired e -> e.action();
            case DiscrepancyRepairFailed e -> e.code();
            case DiscrepancyDismissed e -> e.reason();
            case DiscrepancyCleared e -> "";
        };
    }

    /** Not all that happens to stock happens to an order, so there is no interface that names these and only these. */
    private static String ofStock(OrderRelated event) {
        return switch (event) {
            case StockReserved e -> pieces(e.quantity(), e.sku());
            case StockReservationRefused e -> refused(e.reason(), e.quantity(), e.sku(), e.available());
            case StockBackordered e -> pieces(e.quantity(), e.sku());
            case BackorderFilled e -> pieces(e.quantity(), e.sku());
            case BackorderReduced e -> pieces(e.quantity(), e.sku());
            case ReservationExtended e -> pieces(e.quantity(), e.sku());
            case ExtensionRefused e -> refused(e.reason(), e.quantity(), e.sku(), e.available());
            case ExtensionUndone e -> pieces(e.quantity(), e.sku());
            case ReservationReduced e -> pieces(e.quantity(), e.sku());
            case StockReleased e -> pieces(e.quantity(), e.sku());
            case StockCommitted e -> pieces(e.quantity(), e.sku());
            case StockReturned e -> inspected(new InspectedLine(e.sku(), e.restocked(), e.writtenOff()));
            default -> "";
        };
    }

    private static String ordered(List<OrderLine> lines, Money total) {
        return lines.size() + " line(s), " + amount(total);
    }

    private static String refused(String reason, int quantity, String sku, int available) {
        return reason + ": " + pieces(quantity, sku) + ", available " + available;
    }

    private static String pieces(List<LineQuantity> lines) {
        return joined(lines, line -> pieces(line.quantity(), line.sku()));
    }

    private static String pieces(OrderLine line) {
        return pieces(line.quantity(), line.sku());
    }

    private static String pieces(int quantity, String sku) {
        return quantity + " x " + sku;
    }

    private static String found(List<InspectedLine> lines) {
        return lines.isEmpty() ? "nothing came" : joined(lines, Summary::inspected);
    }

    private static String inspected(InspectedLine line) {
        return line.sku() + " " + line.restocked() + " restocked, " + line.writtenOff() + " written off";
    }

    private static String also(String what, @Nullable String value) {
        return value == null ? "" : ", " + what + " " + value;
    }

    private static <T> String joined(List<T> parts, Function<T, String> text) {
        return parts.stream().map(text).collect(Collectors.joining(", "));
    }

    /** {@code 2500} minor units of EUR as {@code 25.00 EUR}. */
    private static String amount(Money money) {
        int digits = Math.max(0, Currency.getInstance(money.currency()).getDefaultFractionDigits());
        return BigDecimal.valueOf(money.minor(), digits).toPlainString() + " " + money.currency();
    }
}
