package io.waybill.payment;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * The payment of one order. It never calls a provider: it asks by a {@code ...Requested} event and is told the answer
 * by a {@code Record...} command. The provider is asked in the order of these events, so an authorization that is
 * still out can be voided: the provider drops it, or lifts the hold that it made meanwhile. A capture is waited for,
 * then refunded.
 */
@Aggregate
class Payment {

    private enum Step {
        NEW,
        AUTHORIZING,
        AUTHORIZED,
        DECLINED,
        CAPTURING,
        CAPTURED,
        VOIDING,
        VOIDED,
        REFUNDING,
        REFUNDED
    }

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String paymentId;

    private @Nullable AuthorizationRequested request;
    private Step step = Step.NEW;
    /** Whether the provider has said what came of the authorization. */
    private boolean answered;

    private boolean cancelled;

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AuthorizePayment command) {
        if (step == Step.NEW) {
            apply(new AuthorizationRequested(
                    command.paymentId(), command.orderId(), command.amount(), command.paymentToken()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CapturePayment command) {
        AuthorizationRequested known = known(command.paymentId());
        if (step == Step.AUTHORIZED && !cancelled) {
            apply(new CaptureRequested(known.paymentId(), known.orderId(), known.amount()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CancelPayment command) {
        if (cancelled || step == Step.DECLINED) {
            return;
        }
        apply(new PaymentCancelled(command.paymentId(), command.orderId()));
        if (request == null) {
            apply(new PaymentVoided(command.paymentId(), command.orderId()));
        } else {
            undo(request, step);
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordAuthorization command) {
        AuthorizationRequested known = known(command.paymentId());
        if (awaitsAuthorization()) {
            apply(new PaymentAuthorized(
                    known.paymentId(), known.orderId(), known.amount(), command.providerReference()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordDecline command) {
        AuthorizationRequested known = known(command.paymentId());
        if (awaitsAuthorization()) {
            apply(new PaymentDeclined(known.paymentId(), known.orderId(), command.reason()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordCapture command) {
        AuthorizationRequested known = known(command.paymentId());
        if (step == Step.CAPTURING) {
            apply(new PaymentCaptured(known.paymentId(), known.orderId(), known.amount()));
            if (cancelled) {
                undo(known, step);
            }
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordCaptureRefusal command) {
        AuthorizationRequested known = known(command.paymentId());
        if (step == Step.CAPTURING) {
            apply(new CaptureRefused(known.paymentId(), known.orderId(), command.reason()));
            if (cancelled) {
                undo(known, step);
            }
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordVoid command) {
        AuthorizationRequested known = known(command.paymentId());
        if (step == Step.VOIDING) {
            apply(new PaymentVoided(known.paymentId(), known.orderId()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordRefund command) {
        AuthorizationRequested known = known(command.paymentId());
        if (step == Step.REFUNDING) {
            apply(new PaymentRefunded(known.paymentId(), known.orderId(), known.amount()));
        }
    }

    private boolean awaitsAuthorization() {
        return step == Step.AUTHORIZING || (step == Step.VOIDING && !answered);
    }

    /** Asks the provider to undo what has been done so far; the answer to a capture has to come first. */
    private static void undo(AuthorizationRequested known, Step step) {
        switch (step) {
            case AUTHORIZING, AUTHORIZED ->
                apply(new VoidRequested(known.paymentId(), known.orderId(), known.amount()));
            case CAPTURED -> apply(new RefundRequested(known.paymentId(), known.orderId(), known.amount()));
            case CAPTURING, NEW, DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED -> {}
        }
    }

    @EventSourcingHandler
    void on(PaymentEvent event) {
        paymentId = event.paymentId();
        switch (event) {
            case AuthorizationRequested requested -> {
                request = requested;
                step = Step.AUTHORIZING;
            }
            case PaymentAuthorized authorized -> {
                answered = true;
                step = step == Step.AUTHORIZING ? Step.AUTHORIZED : step;
            }
            case PaymentDeclined declined -> {
                answered = true;
                step = Step.DECLINED;
            }
            case CaptureRequested requested -> step = Step.CAPTURING;
            case PaymentCaptured captured -> step = Step.CAPTURED;
            case CaptureRefused refused -> step = Step.AUTHORIZED;
            case PaymentCancelled asked -> cancelled = true;
            case VoidRequested requested -> step = Step.VOIDING;
            case PaymentVoided voided -> step = Step.VOIDED;
            case RefundRequested requested -> step = Step.REFUNDING;
            case PaymentRefunded refunded -> step = Step.REFUNDED;
        }
    }

    private AuthorizationRequested known(String id) {
        if (request == null) {
            throw Misuse.notFound("PAYMENT_NOT_FOUND", "There is no payment " + id + ".");
        }
        return request;
    }
}
