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
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import io.waybill.messages.payment.PaymentStatus;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a payment: more than is shown, because what is held adds up over authorizations.
 *
 * @param currency null as long as nothing was asked for
 * @param askedMinor minor units asked for and neither declined nor lost
 */
public record PaymentPage(
        String paymentId,
        String orderId,
        @Nullable String currency,
        long askedMinor,
        List<Line> lines,
        long capturedMinor,
        long refundedMinor,
        boolean settled,
        @Nullable String reason,
        List<String> unknown,
        Instant updatedAt) {

    /** Stands for the currency of a payment that was cancelled before any amount was asked for. */
    private static final String NO_CURRENCY = "XXX";

    /** Where an authorization stands. */
    public enum Stage {
        ASKED,
        GRANTED,
        DECLINED,
        VOIDED
    }

    /** One authorization. */
    public record Line(
            String authorizationId,
            Stage stage,
            long askedMinor,
            long heldMinor,
            @Nullable String actionUrl) {

        Line at(Stage next, long nowHeldMinor) {
            return new Line(authorizationId, next, askedMinor, nowHeldMinor, null);
        }
    }

    static PaymentPage fold(@Nullable PaymentPage before, PaymentEvent event, Instant at) {
        PaymentPage page = before != null
                ? before
                : new PaymentPage(
                        event.paymentId(), event.orderId(), null, 0, List.of(), 0, 0, false, null, List.of(), at);
        return page.after(event).at(at);
    }

    private PaymentPage after(PaymentEvent event) {
        return switch (event) {
            case AuthorizationRequested e -> asked(e);
            case CustomerActionRequired e ->
                line(
                        e.authorizationId(),
                        line -> new Line(line.authorizationId(), Stage.ASKED, line.askedMinor(), 0, e.actionUrl()));
            case PaymentAuthorized e ->
                line(e.authorizationId(), line -> line.at(Stage.GRANTED, line.askedMinor()))
                        .known(ProviderOperation.AUTHORIZE, e.authorizationId());
            case PaymentDeclined e ->
                line(e.authorizationId(), line -> line.at(Stage.DECLINED, 0))
                        .because(e.reason())
                        .counted()
                        .known(ProviderOperation.AUTHORIZE, e.authorizationId())
                        .known(ProviderOperation.VOID, e.authorizationId());
            case AuthorizationExpired e -> expired(e);
            case PaymentVoided e ->
                line(e.authorizationId(), line -> line.at(Stage.VOIDED, 0))
                        .known(ProviderOperation.AUTHORIZE, e.authorizationId())
                        .known(ProviderOperation.VOID, e.authorizationId());
            case PaymentCaptured e -> captured(e).known(ProviderOperation.CAPTURE, e.captureId());
            case CaptureCompleted e -> because(null);
            case CaptureRefused e -> because(e.reason()).known(ProviderOperation.CAPTURE, e.captureId());
            case PaymentRefunded e -> refunded(e.amount().minor()).known(ProviderOperation.REFUND, e.refundId());
            case RefundRefused e -> because(e.reason()).known(ProviderOperation.REFUND, e.refundId());
            case PaymentSettled e -> asSettled();
            case OutcomeUnknown e ->
                unknown(Stream.concat(unknown.stream(), Stream.of(name(e.operation(), e.operationId())))
                        .toList());
            case VoidRequested e -> this;
            case CaptureStarted e -> this;
            case CaptureRequested e -> this;
            case RefundStarted e -> this;
            case RefundRequested e -> this;
            case RefundCompleted e -> this;
            case PaymentCancelled e -> this;
            case PaymentUndone e -> this;
        };
    }

    /** What the shop sees of it. */
    PaymentView view() {
        return new PaymentView(
                paymentId,
                orderId,
                status(),
                new Money(askedMinor, currency == null ? NO_CURRENCY : currency),
                heldMinor(),
                capturedMinor,
                refundedMinor,
                reason,
                actionUrl(),
                unknown,
                updatedAt);
    }

    private PaymentStatus status() {
        if (refundedMinor > 0) {
            return refundedMinor >= capturedMinor ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED;
        }
        if (capturedMinor > 0) {
            return settled || capturedMinor >= askedMinor ? PaymentStatus.CAPTURED : PaymentStatus.PARTIALLY_CAPTURED;
        }
        if (any(Stage.GRANTED)) {
            return PaymentStatus.AUTHORIZED;
        }
        if (any(Stage.ASKED)) {
            return actionUrl() == null ? PaymentStatus.REQUESTED : PaymentStatus.ACTION_REQUIRED;
        }
        return any(Stage.DECLINED) ? PaymentStatus.DECLINED : PaymentStatus.VOIDED;
    }

    private boolean any(Stage stage) {
        return lines.stream().anyMatch(line -> line.stage() == stage);
    }

    private long heldMinor() {
        return lines.stream().mapToLong(Line::heldMinor).sum();
    }

    private @Nullable String actionUrl() {
        return lines.stream()
                .map(Line::actionUrl)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private PaymentPage asked(AuthorizationRequested request) {
        long minor = request.amount().minor();
        List<Line> more = new ArrayList<>(lines);
        more.add(new Line(request.authorizationId(), Stage.ASKED, minor, 0, null));
        return with(more, request.amount().currency(), askedMinor, capturedMinor)
                .counted();
    }

    private PaymentPage expired(AuthorizationExpired expired) {
        long minor = expired.amount().minor();
        return line(
                        expired.authorizationId(),
                        line -> new Line(
                                line.authorizationId(),
                                line.stage(),
                                line.askedMinor() - minor,
                                Math.max(0, line.heldMinor() - minor),
                                null))
                .counted();
    }

    private PaymentPage captured(PaymentCaptured captured) {
        long minor = captured.amount().minor();
        PaymentPage page = line(
                captured.authorizationId(),
                line -> new Line(
                        line.authorizationId(),
                        line.stage(),
                        line.askedMinor(),
                        Math.max(0, line.heldMinor() - minor),
                        null));
        return page.with(page.lines, page.currency, page.askedMinor, page.capturedMinor + minor);
    }

    /** Counts anew what was asked for; a payment that was declined altogether still shows what it was about. */
    private PaymentPage counted() {
        long minor = lines.stream()
                .filter(line -> line.stage() != Stage.DECLINED)
                .mapToLong(Line::askedMinor)
                .sum();
        return minor == 0 && any(Stage.DECLINED) ? this : with(lines, currency, minor, capturedMinor);
    }

    private PaymentPage line(String authorizationId, UnaryOperator<Line> change) {
        List<Line> changed = lines.stream()
                .map(line -> line.authorizationId().equals(authorizationId) ? change.apply(line) : line)
                .toList();
        return with(changed, currency, askedMinor, capturedMinor);
    }

    private PaymentPage known(ProviderOperation operation, String id) {
        String name = name(operation, id);
        return unknown(unknown.stream().filter(it -> !it.equals(name)).toList());
    }

    private static String name(ProviderOperation operation, String id) {
        return operation + " " + id;
    }

    private PaymentPage with(List<Line> nowLines, @Nullable String nowCurrency, long nowAsked, long nowCaptured) {
        return new PaymentPage(
                paymentId,
                orderId,
                nowCurrency,
                nowAsked,
                nowLines,
                nowCaptured,
                refundedMinor,
                settled,
                reason,
                unknown,
                updatedAt);
    }

    private PaymentPage refunded(long minor) {
        return new PaymentPage(
                paymentId,
                orderId,
                currency,
                askedMinor,
                lines,
                capturedMinor,
                refundedMinor + minor,
                settled,
                reason,
                unknown,
                updatedAt);
    }

    private PaymentPage asSettled() {
        return new PaymentPage(
                paymentId,
                orderId,
                currency,
                askedMinor,
                lines,
                capturedMinor,
                refundedMinor,
                true,
                reason,
                unknown,
                updatedAt);
    }

    private PaymentPage because(@Nullable String nowReason) {
        return new PaymentPage(
                paymentId,
                orderId,
                currency,
                askedMinor,
                lines,
                capturedMinor,
                refundedMinor,
                settled,
                nowReason,
                unknown,
                updatedAt);
    }

    private PaymentPage unknown(List<String> nowUnknown) {
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
                nowUnknown,
                updatedAt);
    }

    private PaymentPage at(Instant at) {
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
                unknown,
                at);
    }
}
