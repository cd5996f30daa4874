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
     * @param reason why it was declined or its capture refused; null otherwise
     * @param capturedMinor minor units taken so far
     * @param refundedMinor minor units given back so far
     */
    record PaymentView(
            String paymentId,
            String orderId,
            PaymentStatus status,
            Money amount,
            long capturedMinor,
            long refundedMinor,
            @Nullable String reason,
            Instant updatedAt) {}

    /** Payments of an order. A wrapper, because a bare list loses its element type on the wire. */
    record PaymentList(List<PaymentView> items) {}
}
