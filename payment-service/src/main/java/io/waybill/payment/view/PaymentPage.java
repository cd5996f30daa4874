package io.waybill.payment.view;

import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import io.waybill.messages.payment.PaymentQuery.Refund;
import io.waybill.messages.payment.PaymentStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
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
        List<Refund> refunds,
        List<String> unknown,
        Instant updatedAt) {

    /** Stands for the currency of a payment that was cancelled before any amount was asked for. */
    private static final String NO_CURRENCY = "XXX";

    /** Where an authorization stands. */
    public enum Stage {
        ASKED,
        GRANTED,
        EXPIRED,
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

        Line awaitsCustomer(@Nullable String at) {
            return new Line(authorizationId, Stage.ASKED, askedMinor, 0, at);
        }

        Line expired(long minor) {
            long left = Math.max(0, heldMinor - minor);
            return new Line(authorizationId, left == 0 ? Stage.EXPIRED : stage, askedMinor - minor, left, null);
        }
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
                refunds,
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
}
