package io.waybill.payment;

import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.payment.PaymentQuery.FindPayment;
import io.waybill.messages.payment.PaymentQuery.FindPaymentsOfOrder;
import io.waybill.messages.payment.PaymentQuery.PaymentList;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows payments to the outside. */
@RestController
@RequestMapping("/api/payments")
class PaymentController {

    private final RequestQueries queries;

    PaymentController(RequestQueries queries) {
        this.queries = queries;
    }

    @GetMapping
    @Nullable
    PaymentList ofOrder(@RequestParam String orderId) {
        return queries.ask(new FindPaymentsOfOrder(orderId), PaymentList.class);
    }

    @GetMapping("/{paymentId}")
    PaymentView one(@PathVariable String paymentId) {
        @Nullable PaymentView payment = queries.ask(new FindPayment(paymentId), PaymentView.class);
        if (payment == null) {
            throw RequestRefused.notFound("PAYMENT_NOT_FOUND", "There is no payment " + paymentId + ".");
        }
        return payment;
    }
}
