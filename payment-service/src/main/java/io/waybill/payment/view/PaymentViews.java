package io.waybill.payment.view;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentEvent;
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
import io.waybill.messages.payment.PaymentQuery.FindPayment;
import io.waybill.messages.payment.PaymentQuery.FindPaymentsOfOrder;
import io.waybill.messages.payment.PaymentQuery.PaymentList;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import io.waybill.messages.payment.PaymentStatus;
import java.time.Instant;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/** One document per payment. */
@Projection
@ProcessingGroup("payments")
class PaymentViews {

    /** Stands for the amount of a payment that was cancelled before any was asked for. */
    private static final Money NOTHING = new Money(0, "XXX");

    private final ViewStore<PaymentView> payments;

    PaymentViews(MongoDatabase database) {
        payments = new ViewStore<>(database, "payments", PaymentView.class);
    }

    @EventHandler
    void on(PaymentEvent event, TrackingToken token, @Timestamp Instant at) {
        payments.fold(event.paymentId(), Positions.of(token), payment -> fold(payment, event, at));
    }

    @QueryHandler
    @Nullable
    PaymentView handle(FindPayment query) {
        return payments.find(query.paymentId());
    }

    @QueryHandler
    PaymentList handle(FindPaymentsOfOrder query) {
        return new PaymentList(payments.find(eq("view.orderId", query.orderId()), ascending("view.paymentId"), 0));
    }

    static PaymentView fold(@Nullable PaymentView payment, PaymentEvent event, Instant at) {
        PaymentView before = payment != null
                ? payment
                : new PaymentView(event.paymentId(), event.orderId(), PaymentStatus.VOIDED, NOTHING, 0, 0, null, at);
        return switch (event) {
            case AuthorizationRequested requested ->
                new PaymentView(
                        requested.paymentId(),
                        requested.orderId(),
                        PaymentStatus.REQUESTED,
                        requested.amount(),
                        0,
                        0,
                        null,
                        at);
            case PaymentAuthorized authorized -> with(before, PaymentStatus.AUTHORIZED, before.reason(), at);
            case PaymentDeclined declined -> with(before, PaymentStatus.DECLINED, declined.reason(), at);
            case CaptureRefused refused -> with(before, before.status(), refused.reason(), at);
            case PaymentVoided voided -> with(before, PaymentStatus.VOIDED, before.reason(), at);
            case PaymentCaptured captured ->
                moved(before, PaymentStatus.CAPTURED, captured.amount().minor(), before.refundedMinor(), at);
            case PaymentRefunded refunded ->
                moved(
                        before,
                        PaymentStatus.REFUNDED,
                        before.capturedMinor(),
                        refunded.amount().minor(),
                        at);
            case CaptureRequested requested -> with(before, before.status(), before.reason(), at);
            case PaymentCancelled cancelled -> with(before, before.status(), before.reason(), at);
            case VoidRequested requested -> with(before, before.status(), before.reason(), at);
            case RefundRequested requested -> with(before, before.status(), before.reason(), at);
        };
    }

    private static PaymentView with(PaymentView payment, PaymentStatus status, @Nullable String reason, Instant at) {
        return new PaymentView(
                payment.paymentId(),
                payment.orderId(),
                status,
                payment.amount(),
                payment.capturedMinor(),
                payment.refundedMinor(),
                reason,
                at);
    }

    private static PaymentView moved(
            PaymentView payment, PaymentStatus status, long capturedMinor, long refundedMinor, Instant at) {
        return new PaymentView(
                payment.paymentId(),
                payment.orderId(),
                status,
                payment.amount(),
                capturedMinor,
                refundedMinor,
                payment.reason(),
                at);
    }
}
