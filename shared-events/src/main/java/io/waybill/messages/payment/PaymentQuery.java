package io.waybill.messages.payment;

import io.waybill.messages.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be read about payments. */
public sealed interface PaymentQuery {

    /** Asks for one payment; answered by {@link PaymentView}, or null if there is none. */
    record FindPayment(String paymentId) implements PaymentQuery {}

    /** Asks for the payments of an order; answered by a {@link PaymentList}. */
    record FindPaymentsOfOrder(String orderId) implements PaymentQuery {}

    /**
     * A payment as the shop sees it.
     *
     * @param amount sum of what was asked for and not declined
     * @param heldMinor minor units that the provider holds for us and we have not taken
     * @param capturedMinor minor units taken so far
     * @param refundedMinor minor units given back so far
     * @param reason why it was declined or its capture refused; null otherwise
     * @param actionUrl where the customer has something to do; null otherwise
     * @param refunds all that were asked for, in that order
     * @param unknown what of it nobody knows the outcome of; empty if all is known
     */
    record PaymentView(
            String paymentId,
            String orderId,
            PaymentStatus status,
            Money amount,
            long heldMinor,
            long capturedMinor,
            long refundedMinor,
            @Nullable String reason,
            @Nullable String actionUrl,
            List<Refund> refunds,
            List<String> unknown,
            Instant updatedAt) {}

    /**
     * Money that is to be given back, or was.
     *
     * @param amount that was asked for
     * @param refundedMinor minor units of it given back so far
     * @param reason why it, or what is left of it, was refused; null otherwise
     */
    record Refund(
            String refundId,
            RefundStatus status,
            Money amount,
            long refundedMinor,
            @Nullable String reason) {}

    /** Where a refund stands. */
    enum RefundStatus {
        REQUESTED,
        COMPLETED,
        REFUSED
    }

    /** Payments of an order. A wrapper, because a bare list loses its element type on the wire. */
    record PaymentList(List<PaymentView> items) {}
}
