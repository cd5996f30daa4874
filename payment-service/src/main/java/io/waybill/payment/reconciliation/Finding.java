package io.waybill.payment.reconciliation;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ReconciliationCommand.ReportDiscrepancy;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import java.util.List;

/**
 * A disagreement, as it was seen.
 *
 * @param subject the authorization it is about
 * @param expected what we recorded; for a disagreement with the order, what the order says is kept
 * @param found what the provider says; for a disagreement with the order, what the payment kept
 * @param about what of it disagrees
 */
record Finding(DiscrepancyKind kind, AuthorizationCall subject, Money expected, Money found, List<String> about) {

    /** The same finding is one discrepancy, however often and by whomever it is made. */
    String discrepancyId() {
        return DerivedId.derive("discrepancy", subject.authorizationId(), kind.name());
    }

    ReportDiscrepancy asReport() {
        return new ReportDiscrepancy(
                discrepancyId(),
                subject.orderId(),
                subject.paymentId(),
                subject.authorizationId(),
                subject.providerReference(),
                kind,
                expected,
                found,
                about);
    }
}
