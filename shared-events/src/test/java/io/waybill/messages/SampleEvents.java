package io.waybill.messages;

import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.ProductEvent.ProductPriceChanged;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.BackorderReduced;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ExtensionUndone;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.ReservationReduced;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockPolicyChanged;
import io.waybill.messages.inventory.StockEvent.StockRanLow;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.operations.AuditEvent.AuditDataRead;
import io.waybill.messages.operations.AuditEvent.VerificationRequested;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterDiscarded;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetried;
import io.waybill.messages.operations.DeadLetterEvent.DeadLetterRetryRequested;
import io.waybill.messages.operations.DeadLetterEvent.DeadLettersRetried;
import io.waybill.messages.operations.ProviderEvent.ProviderRetryRequested;
import io.waybill.messages.operations.ProviderEvent.ReconciliationRequested;
import io.waybill.messages.operations.ReadModelEvent.RebuildDiscarded;
import io.waybill.messages.operations.ReadModelEvent.RebuildRolledBack;
import io.waybill.messages.operations.ReadModelEvent.RebuildShown;
import io.waybill.messages.operations.ReadModelEvent.RebuildStarted;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
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
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.DiscrepancyKind;
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
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;
import java.time.Instant;
import java.util.List;

/** One event of every kind, the ones the golden files were written from. */
final class SampleEvents {

    private static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String PAYMENT = DerivedId.payment(ORDER);
    private static final String RESERVATION = DerivedId.reservation(ORDER, "TEA-500");
    private static final Money PRICE = new Money(1250, "EUR");
    private static final String AUTHORIZATION = DerivedId.authorization(ORDER, "amendment-1");
    private static final List<OrderLine> LINES = List.of(new OrderLine("TEA-500", 2, PRICE));
    private static final List<LineQuantity> PIECES = List.of(new LineQuantity("TEA-500", 1));
    private static final List<Allocation> PARTS = List.of(new Allocation("main", 2));
    private static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");

    static final List<Object> ALL = List.of(
            new OrderPlaced(ORDER, "customer-7", LINES, new Money(2500, "EUR"), ADDRESS, "tok_ok", "order-before"),
            new OrderConfirmed(ORDER, List.of("TEA-500")),
            new OrderRejected(ORDER, "OUT_OF_STOCK"),
            new BackorderArrived(ORDER, "TEA-500"),
            new OrderCancelled(ORDER, "changed my mind", OrderStatus.CONFIRMED, List.of("TEA-500")),
            new RestCancelled(ORDER, "cancellation-1", "too late", PIECES, true),
            new AmendmentRequested(
                    ORDER, "amendment-1", LINES, new Money(2500, "EUR"), PIECES, PIECES, new Money(1250, "EUR")),
            new OrderAmended(ORDER, "amendment-1", LINES, new Money(2500, "EUR")),
            new AmendmentRefused(ORDER, "amendment-1", "OUT_OF_STOCK"),
            new ShipmentRequested(ORDER, "shipment-1", PIECES, PRICE, "JD0002"),
            new OrderShipped(ORDER, "shipment-1", PIECES, PRICE, "JD0002", true),
            new ShipmentRefused(ORDER, "shipment-1", "CAPTURE_REFUSED"),
            new ShipmentDelivered(ORDER, "shipment-1", true),
            new ReturnRequested(ORDER, "return-1", PIECES, "too small", "order-after"),
            new ExchangeRequested(ORDER, "return-1", "order-after", "customer-7", LINES, ADDRESS, "tok_ok"),
            new ReturnReceived(ORDER, "return-1"),
            new ReturnInspected(ORDER, "return-1", List.of(new InspectedLine("TEA-500", 1, 0)), PRICE),
            new ReturnCompleted(ORDER, "return-1", PRICE),
            new ReturnRefundRefused(ORDER, "return-1", "REFUND_REFUSED"),
            new ProductListed("TEA-500", "Tea, 500 g", PRICE, false, 10),
            new ProductChanged("TEA-500", "Green tea, 500 g", true, 5),
            new ProductPriceChanged("TEA-500", new Money(1300, "EUR")),
            new StockReceived("TEA-500", "receipt-1", 100, "main"),
            new StockAdjusted("TEA-500", "adjustment-1", -2, "damaged", "main"),
            new StockCounted("TEA-500", "count-1", 97, -1, "yearly count", "main"),
            new StockReturned("TEA-500", "return-1", ORDER, 1, 1, "main"),
            new StockPolicyChanged("TEA-500", true, 5, 2),
            new StockRanLow("TEA-500", 4, 5),
            new StockReserved("TEA-500", RESERVATION, ORDER, 2, PARTS, Instant.parse("2026-11-01T12:15:00Z")),
            new StockReservationRefused("TEA-500", RESERVATION, ORDER, 2, 1, "OUT_OF_STOCK"),
            new StockBackordered("TEA-500", RESERVATION, ORDER, 2),
            new BackorderFilled("TEA-500", RESERVATION, ORDER, 2, PARTS),
            new BackorderReduced("TEA-500", RESERVATION, ORDER, 1),
            new ReservationExtended("TEA-500", RESERVATION, ORDER, "amendment-1", 2, PARTS),
            new ExtensionRefused("TEA-500", RESERVATION, ORDER, "amendment-1", 2, 1, "OUT_OF_STOCK"),
            new ExtensionUndone("TEA-500", RESERVATION, ORDER, "amendment-1", 2, PARTS),
            new ReservationReduced("TEA-500", RESERVATION, ORDER, "amendment-1", 2, PARTS),
            new StockReleased("TEA-500", RESERVATION, ORDER, 2, PARTS),
            new StockCommitted("TEA-500", RESERVATION, ORDER, 2, "shipment-1", PARTS),
            new AuthorizationRequested(PAYMENT, ORDER, AUTHORIZATION, PRICE, "tok_ok"),
            new CustomerActionRequired(
                    PAYMENT, ORDER, AUTHORIZATION, "https://bank.example/3ds", Instant.parse("2026-11-01T12:10:00Z")),
            new PaymentAuthorized(
                    PAYMENT, ORDER, AUTHORIZATION, PRICE, "auth-1", Instant.parse("2026-11-08T12:00:00Z")),
            new PaymentDeclined(PAYMENT, ORDER, AUTHORIZATION, "DECLINED"),
            new AuthorizationExpired(PAYMENT, ORDER, AUTHORIZATION, PRICE),
            new VoidRequested(PAYMENT, ORDER, AUTHORIZATION, PRICE),
            new PaymentVoided(PAYMENT, ORDER, AUTHORIZATION),
            new CaptureStarted(PAYMENT, ORDER, "shipment-1", PRICE),
            new CaptureRequested(PAYMENT, ORDER, "shipment-1", AUTHORIZATION, PRICE),
            new PaymentCaptured(PAYMENT, ORDER, "shipment-1", AUTHORIZATION, PRICE),
            new CaptureCompleted(PAYMENT, ORDER, "shipment-1", PRICE),
            new CaptureRefused(PAYMENT, ORDER, "shipment-1", "CAPTURE_REFUSED"),
            new RefundStarted(PAYMENT, ORDER, "return-1", PRICE, "too small"),
            new RefundRequested(PAYMENT, ORDER, "return-1", AUTHORIZATION, PRICE, "too small"),
            new PaymentRefunded(PAYMENT, ORDER, "return-1", AUTHORIZATION, PRICE),
            new RefundCompleted(PAYMENT, ORDER, "return-1", PRICE),
            new RefundRefused(PAYMENT, ORDER, "return-1", PRICE, "REFUND_REFUSED"),
            new PaymentSettled(PAYMENT, ORDER),
            new PaymentCancelled(PAYMENT, ORDER),
            new PaymentUndone(PAYMENT, ORDER),
            new OutcomeUnknown(PAYMENT, ORDER, ProviderOperation.CAPTURE, "shipment-1", "no answer within 10 s"),
            new CheckoutDeadlinePassed(ORDER, Instant.parse("2026-11-01T12:15:00Z")),
            new ProcessStalled(
                    ORDER, "shipment-1", "shipment", "CommitStock", "RESERVATION_NOT_FOUND", "There is none."),
            new ProcessRetried(ORDER, "shipment-1", "shipment"),
            new ProcessResolved(ORDER, "shipment-1", "shipment", "sent by hand"),
            new DiscrepancyFound(
                    "discrepancy-1",
                    ORDER,
                    PAYMENT,
                    AUTHORIZATION,
                    "auth-1",
                    DiscrepancyKind.UNRECORDED_CAPTURE,
                    PRICE.zero(),
                    PRICE,
                    List.of("shipment-1")),
            new DiscrepancyRepairRequested("discrepancy-1", ORDER),
            new DiscrepancyRepaired("discrepancy-1", ORDER, "CAPTURE_RECORDED"),
            new DiscrepancyRepairFailed("discrepancy-1", ORDER, "PROVIDER_UNREACHABLE"),
            new DiscrepancyDismissed("discrepancy-1", ORDER, "settled by telephone"),
            new DiscrepancyCleared("discrepancy-1", ORDER),
            new DeadLetterRetryRequested("order-query", "timeline", "event-1"),
            new DeadLetterRetried("order-query", "timeline", "event-1", 7, true),
            new DeadLettersRetried("order-query", "timeline", 3, 1),
            new DeadLetterDiscarded("order-query", "timeline", "event-1", 7, "a test gone astray"),
            new ProviderRetryRequested(PAYMENT),
            new ReconciliationRequested("0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10", Instant.parse("2026-11-01T12:00:00Z")),
            new RebuildStarted("order-query", "timeline", "order-query.timeline.1", true),
            new RebuildShown("order-query", "timeline", "order-query.timeline.1"),
            new RebuildRolledBack("order-query", "timeline", "order-query.timeline.1"),
            new RebuildDiscarded("order-query", "timeline", "order-query.timeline.1"),
            new AuditDataRead("/api/audit/events", "actor=ada&limit=10"),
            new VerificationRequested("0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10", 500, 999L));

    /** What the golden files without a revision are read as. */
    static final List<Object> FROM_BEFORE_REVISION_1 = List.of(
            new OrderPlaced(ORDER, "customer-7", LINES, new Money(2500, "EUR"), ADDRESS, "tok_ok", null),
            new OrderConfirmed(ORDER, List.of()),
            new StockReserved("TEA-500", RESERVATION, ORDER, 2, PARTS, null),
            new StockReleased("TEA-500", RESERVATION, ORDER, 2, List.of()),
            new StockCommitted("TEA-500", RESERVATION, ORDER, 2, RESERVATION, List.of()),
            new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, PRICE, "tok_ok"),
            new PaymentAuthorized(PAYMENT, ORDER, PAYMENT, PRICE, "auth-1", null),
            new PaymentDeclined(PAYMENT, ORDER, PAYMENT, "DECLINED"),
            new CaptureRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, PRICE),
            new PaymentCaptured(PAYMENT, ORDER, PAYMENT, PAYMENT, PRICE),
            new CaptureRefused(PAYMENT, ORDER, PAYMENT, "CAPTURE_REFUSED"),
            new VoidRequested(PAYMENT, ORDER, PAYMENT, PRICE),
            new PaymentVoided(PAYMENT, ORDER, PAYMENT),
            new RefundRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, PRICE, "CANCELLED"),
            new PaymentRefunded(PAYMENT, ORDER, PAYMENT, PAYMENT, PRICE));

    private SampleEvents() {}
}
