package io.waybill.payment.provider;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.payment.provider.PaymentProvider.Authorization;
import io.waybill.payment.provider.PaymentProvider.Authorization.Approved;
import io.waybill.payment.provider.PaymentProvider.Authorization.Declined;
import io.waybill.payment.provider.PaymentProvider.Authorization.Pending;
import io.waybill.payment.provider.PaymentProvider.ProviderTimeout;
import java.util.Optional;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.springframework.stereotype.Component;

/**
 * Carries what payments ask for to the provider and the answers back. A request may be carried twice, after a crash in
 * between; the provider's idempotency makes that one.
 */
@Component
@ProcessingGroup("payment-provider")
class ProviderRequests {

    /** A provider that loses three calls in a row is not going to take the fourth. */
    private static final int MAX_ATTEMPTS = 3;

    private final PaymentProvider provider;

    ProviderRequests(PaymentProvider provider) {
        this.provider = provider;
    }

    @EventHandler
    void on(AuthorizationRequested request, SagaCommands commands) {
        switch (authorize(request)) {
            case Approved approved ->
                commands.send(new RecordAuthorization(request.paymentId(), approved.providerReference()));
            case Declined declined -> commands.send(new RecordDecline(request.paymentId(), declined.reason()));
            case Pending pending -> {}
        }
    }

    @EventHandler
    void on(CaptureRequested request, SagaCommands commands) {
        Optional<String> refusal = provider.capture(request.paymentId(), request.amount());
        if (refusal.isPresent()) {
            commands.send(new RecordCaptureRefusal(request.paymentId(), refusal.get()));
        } else {
            commands.send(new RecordCapture(request.paymentId()));
        }
    }

    @EventHandler
    void on(VoidRequested request, SagaCommands commands) {
        provider.voidAuthorization(request.paymentId());
        commands.send(new RecordVoid(request.paymentId()));
    }

    @EventHandler
    void on(RefundRequested request, SagaCommands commands) {
        provider.refund(request.paymentId(), request.amount());
        commands.send(new RecordRefund(request.paymentId()));
    }

    /** After a timeout the provider is asked what it knows before it is asked to do anything again. */
    private Authorization authorize(AuthorizationRequested request) {
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            try {
                return provider.authorize(request.paymentId(), request.amount(), request.paymentToken());
            } catch (ProviderTimeout unknown) {
                Optional<Authorization> known = provider.findAuthorization(request.paymentId());
                if (known.isPresent()) {
                    return known.get();
                }
            }
        }
        // One of the lost calls may still get there, and nobody would lift the hold it makes.
        provider.voidAuthorization(request.paymentId());
        return new Declined("PROVIDER_UNREACHABLE");
    }
}
