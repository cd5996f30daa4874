package io.waybill.payment;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.PastViews;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentQuery.FindPayment;
import io.waybill.messages.payment.PaymentQuery.FindPaymentsOfOrder;
import io.waybill.messages.payment.PaymentQuery.PaymentList;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows payments to the outside, and takes refunds that no return asks for. */
@RestController
@RequestMapping("/api/payments")
class PaymentController {

    private final RequestCommands commands;
    private final RequestQueries queries;
    private final Idempotency idempotency;
    private final History<PaymentView> history;
    private final PastViews past;

    PaymentController(
            RequestCommands commands,
            RequestQueries queries,
            Idempotency idempotency,
            History<PaymentView> history,
            PastViews past) {
        this.commands = commands;
        this.queries = queries;
        this.idempotency = idempotency;
        this.history = history;
        this.past = past;
    }

    record Amount(
            @NotNull @Min(1) Long minor,

            @NotBlank @Pattern(regexp = "[A-Z]{3}", message = "must be an ISO 4217 code, such as EUR")
            String currency) {}

    record WantedRefund(
            @NotNull @Valid Amount amount,
            @NotBlank @Size(max = 500) String reason) {}

    record AcceptedRefund(String paymentId, String refundId, long position) {}

    @GetMapping
    @ReadsFrom("payment-pages")
    @Nullable
    PaymentList ofOrder(@RequestParam String orderId) {
        return queries.ask(new FindPaymentsOfOrder(orderId), PaymentList.class);
    }

    @GetMapping("/{paymentId}")
    @ReadsFrom(value = "payment-pages", aggregate = "{paymentId}")
    ResponseEntity<PaymentView> one(
            @PathVariable String paymentId, @RequestParam @Nullable Long version, @RequestParam @Nullable Instant at) {
        return version == null && at == null
                ? ResponseEntity.ok(latest(paymentId))
                : past.show(history, paymentId, version, at, () -> unknown(paymentId));
    }

    @GetMapping("/{paymentId}/changes")
    PastViews.Changes changes(
            @PathVariable String paymentId, @RequestParam @Nullable Long from, @RequestParam @Nullable Long to) {
        return past.changes(history, paymentId, from, to, () -> unknown(paymentId));
    }

    @PostMapping("/{paymentId}/refunds")
    ResponseEntity<Object> refund(
            @PathVariable String paymentId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody WantedRefund refund) {
        PaymentView payment = latest(paymentId);
        Money amount = money(refund.amount());
        return idempotency.once("POST /api/payments/" + paymentId + "/refunds", key, refund, refundId -> {
            long position = commands.send(
                            new RefundPayment(paymentId, payment.orderId(), refundId, amount, refund.reason()))
                    .position();
            return ResponseEntity.accepted().body(new AcceptedRefund(paymentId, refundId, position));
        });
    }

    private PaymentView latest(String paymentId) {
        @Nullable PaymentView payment = queries.ask(new FindPayment(paymentId), PaymentView.class);
        if (payment == null) {
            throw unknown(paymentId);
        }
        return payment;
    }

    private static RequestRefused unknown(String paymentId) {
        return RequestRefused.notFound("PAYMENT_NOT_FOUND", "There is no payment " + paymentId + ".");
    }

    private static Money money(Amount amount) {
        try {
            return new Money(amount.minor(), amount.currency());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "/amount/currency", "UNKNOWN_CURRENCY", "There is no currency of this code.")));
        }
    }
}
