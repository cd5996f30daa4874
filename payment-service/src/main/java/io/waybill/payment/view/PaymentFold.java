package io.waybill.payment.view;

import io.waybill.messages.Money;
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
import io.waybill.messages.payment.PaymentQuery.Refund;
import io.waybill.messages.payment.PaymentQuery.RefundStatus;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.payment.view.PaymentPage.Line;
import io.waybill.payment.view.PaymentPage.Stage;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From a payment before an event to the payment after it. Lives for one event; what goes in is left as it was. */
final class PaymentFold {

    private final String paymentId;
    private final String orderId;

    private @Nullable String currency;
    private long askedMinor;
    private List<Line> lines;
    private long capturedMinor;
    private long refundedMinor;
    private boolean settled;
    private @Nullable String reason;
    private List<Refund> refunds;
    private List<String> unknown;

    private PaymentFold(PaymentEvent first) {
        paymentId = first.paymentId();
        orderId = first.orderId();
        lines = List.of();
        refunds = List.of();
        unknown = List.of();
    }

    private PaymentFold(PaymentPage before) {
        paymentId = before.paymentId();
        orderId = before.orderId();
        currency = before.currency();
        askedMinor = before.askedMinor();
        lines = before.lines();
        capturedMinor = before.capturedMinor();
        refundedMinor = before.refundedMinor();
        settled = before.settled();
        reason = before.reason();
        refunds = before.refunds();
        unknown = before.unknown();
    }

    /** @param payment before the event, or null if it is the first */
    static PaymentPage fold(@Nullable PaymentPage payment, PaymentEvent event, Instant at) {
        var fold = payment == null ? new PaymentFold(event) : new PaymentFold(payment);
        fold.on(event);
        return fold.page(at);
    }

    private void on(PaymentEvent event) {
        switch (event) {
            case AuthorizationRequested e -> asked(e);
            case CustomerActionRequired e -> onLine(e.authorizationId(), line -> line.awaitsCustomer(e.actionUrl()));
            case PaymentAuthorized e -> {
                onLine(e.authorizationId(), line -> line.at(Stage.GRANTED, line.askedMinor()));
                known(ProviderOperation.AUTHORIZE, e.authorizationId());
            }
            case PaymentDeclined e -> {
                closed(e.authorizationId(), Stage.DECLINED);
                reason = e.reason();
                countAsked();
            }
            case AuthorizationExpired e -> {
                onLine(e.authorizationId(), line -> line.expired(e.amount().minor()));
                countAsked();
            }
            case PaymentVoided e -> closed(e.authorizationId(), Stage.VOIDED);
            case PaymentCaptured e -> captured(e);
            case CaptureCompleted e -> reason = null;
            case CaptureRefused e -> {
                reason = e.reason();
                known(ProviderOperation.CAPTURE, e.captureId());
            }
            case PaymentRefunded e -> {
                refundedMinor += e.amount().minor();
                onRefund(e.refundId(), e.amount(), refund -> givenBack(refund, e.amount()));
                known(ProviderOperation.REFUND, e.refundId());
            }
            case RefundRefused e -> {
                onRefund(e.refundId(), e.amount(), refund -> refused(refund, e.reason()));
                known(ProviderOperation.REFUND, e.refundId());
            }
            case PaymentSettled e -> settled = true;
            case OutcomeUnknown e -> unknown = with(unknown, name(e.operation(), e.operationId()));
            case VoidRequested e -> {}
            case CaptureStarted e -> {}
            case CaptureRequested e -> {}
            case RefundStarted e -> onRefund(e.refundId(), e.amount(), UnaryOperator.identity());
            case RefundRequested e -> onRefund(e.refundId(), e.amount(), UnaryOperator.identity());
            case RefundCompleted e -> {}
            case PaymentCancelled e -> {}
            case PaymentUndone e -> {}
        }
    }

    private PaymentPage page(Instant at) {
        return new PaymentPage(
                paymentId,
                orderId,
                currency,
                askedMinor,
                lines,
                capturedMinor,
                refundedMinor,
                settled,
                reason,
                refunds,
                unknown,
                at);
    }

    private void asked(AuthorizationRequested request) {
        long minor = request.amount().minor();
        lines = with(lines, new Line(request.authorizationId(), Stage.ASKED, minor, 0, null));
        currency = request.amount().currency();
        countAsked();
    }

    private void captured(PaymentCaptured captured) {
        long minor = captured.amount().minor();
        onLine(captured.authorizationId(), line -> line.at(line.stage(), Math.max(0, line.heldMinor() - minor)));
        capturedMinor += minor;
        known(ProviderOperation.CAPTURE, captured.captureId());
    }

    /** An authorization that holds nothing and never will. */
    private void closed(String authorizationId, Stage stage) {
        onLine(authorizationId, line -> line.at(stage, 0));
        known(ProviderOperation.AUTHORIZE, authorizationId);
        known(ProviderOperation.VOID, authorizationId);
    }

    /** Counts anew what was asked for; a payment that was declined altogether still shows what it was about. */
    private void countAsked() {
        List<Line> counting =
                lines.stream().filter(line -> line.stage() != Stage.DECLINED).toList();
        long minor = counting.stream().mapToLong(Line::askedMinor).sum();
        if (minor != 0 || counting.size() == lines.size()) {
            askedMinor = minor;
        }
    }

    private void onLine(String authorizationId, UnaryOperator<Line> change) {
        lines = lines.stream()
                .map(line -> line.authorizationId().equals(authorizationId) ? change.apply(line) : line)
                .toList();
    }

    /** One that is not known yet is of an event of old, or was found by reconciliation: it is about that amount. */
    private void onRefund(String refundId, Money amount, UnaryOperator<Refund> change) {
        if (refunds.stream().noneMatch(refund -> refund.refundId().equals(refundId))) {
            refunds = with(refunds, new Refund(refundId, RefundStatus.REQUESTED, amount, 0, null));
        }
        refunds = refunds.stream()
                .map(refund -> refund.refundId().equals(refundId) ? change.apply(refund) : refund)
                .toList();
    }

    private static Refund givenBack(Refund refund, Money part) {
        long minor = refund.refundedMinor() + part.minor();
        RefundStatus status = minor >= refund.amount().minor() ? RefundStatus.COMPLETED : refund.status();
        return new Refund(refund.refundId(), status, refund.amount(), minor, refund.reason());
    }

    private static Refund refused(Refund refund, String reason) {
        return new Refund(refund.refundId(), RefundStatus.REFUSED, refund.amount(), refund.refundedMinor(), reason);
    }

    private void known(ProviderOperation operation, String id) {
        String name = name(operation, id);
        unknown = unknown.stream().filter(it -> !it.equals(name)).toList();
    }

    private static String name(ProviderOperation operation, String id) {
        return operation + " " + id;
    }

    private static <T> List<T> with(List<T> some, T more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }
}
