package io.waybill.payment.provider;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.Money;
import io.waybill.messages.operations.ProviderEvent.ProviderRetryRequested;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows operators what payments wait for, and lets them be asked for now. That they wanted it is an event, so that it is
 * known who did, and is told before it is done.
 */
@RestController
@RequestMapping("/api/ops/payments")
class OutstandingController {

    private final ProviderOperations operations;
    private final ProviderWork work;
    private final RequestEvents events;
    private final Clock clock = Clock.systemUTC();

    OutstandingController(ProviderOperations operations, ProviderWork work, RequestEvents events) {
        this.operations = operations;
        this.work = work;
        this.events = events;
    }

    /** What is asked for, one after another. */
    record Outstanding(
            ProviderOperation operation,
            String operationId,
            String authorizationId,
            Money amount,
            Instant since,
            boolean unknown) {}

    /**
     * A payment that waits.
     *
     * @param attempts at the first of its operations that failed
     * @param lastError why; null if none did
     * @param dueAt when it is tried next
     */
    record WaitingPayment(
            String paymentId,
            String orderId,
            Instant since,
            int attempts,
            @Nullable String lastError,
            @Nullable Instant dueAt,
            List<Outstanding> operations) {}

    record WaitingPayments(List<WaitingPayment> items) {}

    record Retried(String paymentId, long position) {}

    /** @param payments number of those that wait */
    record AllRetried(int payments, long position) {}

    @GetMapping
    WaitingPayments waiting(@RequestParam(defaultValue = "false") boolean unknown) {
        List<OutstandingPayment> found = unknown ? operations.unknown() : operations.outstanding();
        return new WaitingPayments(found.stream().map(this::shown).toList());
    }

    @PostMapping("/{paymentId}/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Retried retry(@PathVariable String paymentId) {
        if (work.find(paymentId).isEmpty()) {
            throw RequestRefused.notFound(
                    "NOTHING_OUTSTANDING", "Nothing of payment " + paymentId + " waits for its provider.");
        }
        long position = events.publish(new ProviderRetryRequested(paymentId));
        boolean unusedBecauseItWasThere = work.hurry(paymentId, clock.instant());
        return new Retried(paymentId, position);
    }

    @PostMapping("/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    AllRetried retryAll() {
        List<OutstandingPayment> waiting = operations.outstanding();
        long position = events.publish(new ProviderRetryRequested(null));
        waiting.forEach(payment -> work.hurry(payment.paymentId(), clock.instant()));
        return new AllRetried(waiting.size(), position);
    }

    private WaitingPayment shown(OutstandingPayment payment) {
        Optional<ProviderWork.Item> item = work.find(payment.paymentId());
        return new WaitingPayment(
                payment.paymentId(),
                payment.orderId(),
                payment.operations().getFirst().since(),
                item.map(ProviderWork.Item::attempts).orElse(0),
                item.map(ProviderWork.Item::lastError).orElse(null),
                item.map(ProviderWork.Item::dueAt).orElse(null),
                payment.operations().stream().map(OutstandingController::shown).toList());
    }

    private static Outstanding shown(Operation operation) {
        return new Outstanding(
                operation.kind(),
                operation.operationId(),
                operation.authorizationId(),
                operation.amount(),
                operation.since(),
                operation.unknown());
    }
}
