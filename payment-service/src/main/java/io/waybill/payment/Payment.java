package io.waybill.payment;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.payment.PaymentCommand.AuthorizeMore;
import io.waybill.messages.payment.PaymentCommand.AuthorizePayment;
import io.waybill.messages.payment.PaymentCommand.CancelPayment;
import io.waybill.messages.payment.PaymentCommand.CapturePayment;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordCustomerAction;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordFoundCapture;
import io.waybill.messages.payment.PaymentCommand.RecordFoundRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordUnknownOutcome;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentCommand.SettlePayment;
import io.waybill.messages.payment.PaymentCommand.VoidAuthorization;
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
import java.util.OptionalLong;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * The payment of one order. It never calls a provider: it asks by a {@code ...Requested} event and is told the answer
 * by a {@code Record...} command.
 *
 * <p>Each command says what is wanted or known; {@link #proceed} then asks for whatever is the next step towards it.
 * Captures are worked off one after another, as are refunds, and each of them one part after another: so an answer is
 * never about more than one open question, and a hold is never promised twice. An authorization that is still
 * unanswered can be voided at once, because the provider then drops it; a capture is waited for, then refunded.
 */
@Aggregate
class Payment {

    private static final String CANCELLED = "PAYMENT_CANCELLED";
    private static final String SETTLED = "PAYMENT_SETTLED";
    private static final String EXCEEDS_CAPTURED = "REFUND_EXCEEDS_CAPTURED";
    /** What the provider calls an authorization of nothing, for which it is not asked. */
    private static final String NO_REFERENCE = "NONE";

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String paymentId;

    private final Books books = new Books();

    // What the processes ask for.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AuthorizePayment command) {
        if (!books.cancelled() && books.authorization(command.paymentId()) == null) {
            authorize(new AuthorizationRequested(
                    command.paymentId(),
                    command.orderId(),
                    command.paymentId(),
                    notNegative(command.amount()),
                    command.paymentToken()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AuthorizeMore command) {
        String id = command.authorizationId();
        if (books.authorization(id) != null) {
            return;
        }
        if (books.cancelled()) {
            apply(new PaymentDeclined(command.paymentId(), command.orderId(), id, CANCELLED));
            return;
        }
        AuthorizationRequested first = books.first(command.paymentId());
        Money amount = checked(command.amount());
        if (books.settled()) {
            apply(new PaymentDeclined(first.paymentId(), first.orderId(), id, SETTLED));
        } else {
            authorize(new AuthorizationRequested(first.paymentId(), first.orderId(), id, amount, first.paymentToken()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(VoidAuthorization command) {
        @Nullable Authorization authorization = books.authorization(command.authorizationId());
        if (authorization == null) {
            apply(new PaymentVoided(command.paymentId(), command.orderId(), command.authorizationId()));
        } else if (!authorization.wasTouched()) {
            lift(authorization);
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CapturePayment command) {
        @Nullable Capture known = books.capture(command.captureId());
        if (known != null && known.wasStarted()) {
            return;
        }
        if (books.cancelled() || books.settled()) {
            String reason = books.cancelled() ? CANCELLED : SETTLED;
            apply(new CaptureRefused(command.paymentId(), command.orderId(), command.captureId(), reason));
            return;
        }
        AuthorizationRequested first = books.first(command.paymentId());
        Money amount = checked(command.amount());
        apply(new CaptureStarted(first.paymentId(), first.orderId(), command.captureId(), amount));
        proceed();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(SettlePayment command) {
        AuthorizationRequested first = books.first(command.paymentId());
        if (!books.settled() && !books.cancelled()) {
            apply(new PaymentSettled(first.paymentId(), first.orderId()));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CancelPayment command) {
        if (!books.cancelled()) {
            apply(new PaymentCancelled(command.paymentId(), command.orderId()));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RefundPayment command) {
        AuthorizationRequested first = books.first(command.paymentId());
        String id = command.refundId();
        if (books.refund(id) != null) {
            return;
        }
        Money amount = checked(command.amount());
        if (amount.minor() > books.refundableMinor()) {
            apply(new RefundRefused(first.paymentId(), first.orderId(), id, amount, EXCEEDS_CAPTURED));
        } else {
            apply(new RefundStarted(first.paymentId(), first.orderId(), id, amount, command.reason()));
            proceed();
        }
    }

    // What the provider answered.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordCustomerAction command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        if (authorization.isAwaited() && !authorization.customerActs()) {
            apply(new CustomerActionRequired(
                    first.paymentId(), first.orderId(), authorization.id(), command.actionUrl(), command.deadline()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordAuthorization command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        if (authorization.wasGranted() || authorization.askedMinor() == 0) {
            return;
        }
        boolean late = authorization.isClosed();
        apply(new PaymentAuthorized(
                first.paymentId(),
                first.orderId(),
                authorization.id(),
                money(authorization.askedMinor()),
                command.providerReference(),
                command.expiresAt()));
        if (late) {
            lift(authorization);
        }
        proceed();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordDecline command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        if (!authorization.isUnanswered()) {
            return;
        }
        apply(new PaymentDeclined(first.paymentId(), first.orderId(), authorization.id(), command.reason()));
        @Nullable Capture waiting = books.openCapture();
        if (waiting != null && waiting.awaits(authorization.id()) && !waiting.isInFlight()) {
            refuse(waiting, command.reason());
        }
        proceed();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordExpiry command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        long lostMinor = authorization.heldMinor();
        // Also if nothing was left to lose: a capture that is still asked of it has to go on without it.
        if (authorization.isVoiding() || (lostMinor == 0 && !authorization.isCapturing())) {
            return;
        }
        apply(new AuthorizationExpired(first.paymentId(), first.orderId(), authorization.id(), money(lostMinor)));
        if (lostMinor > 0 && !books.cancelled() && !books.settled()) {
            authorizeAgain(authorization.id(), lostMinor);
        }
        proceed();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordVoid command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        if (authorization.isVoiding()) {
            apply(new PaymentVoided(first.paymentId(), first.orderId(), authorization.id()));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordCapture command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Authorization authorization = known(command.authorizationId());
        OptionalLong minor = knownCapture(command.captureId()).unansweredMinor(authorization.id());
        if (minor.isEmpty()) {
            return;
        }
        apply(new PaymentCaptured(
                first.paymentId(), first.orderId(), command.captureId(), authorization.id(), money(minor.getAsLong())));
        if (!command.restHeld()) {
            letGo(authorization);
        }
        proceed();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordCaptureRefusal command) {
        books.first(command.paymentId());
        Capture capture = knownCapture(command.captureId());
        if (capture.isAskedOf(command.authorizationId())) {
            refuse(capture, command.reason());
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordRefund command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Refund refund = knownRefund(command.refundId());
        if (refund.isAskedOf(command.authorizationId())) {
            apply(new PaymentRefunded(
                    first.paymentId(),
                    first.orderId(),
                    refund.id(),
                    command.authorizationId(),
                    money(refund.askedMinor())));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordRefundRefusal command) {
        AuthorizationRequested first = books.first(command.paymentId());
        Refund refund = knownRefund(command.refundId());
        if (refund.isAskedOf(command.authorizationId())) {
            apply(new RefundRefused(
                    first.paymentId(), first.orderId(), refund.id(), money(refund.leftMinor()), command.reason()));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordUnknownOutcome command) {
        AuthorizationRequested first = books.first(command.paymentId());
        if (books.awaitsAnswer(command.operation(), command.operationId())
                && !books.isSaidToBeUnknown(command.operation(), command.operationId())) {
            apply(new OutcomeUnknown(
                    first.paymentId(), first.orderId(), command.operation(), command.operationId(), command.error()));
        }
    }

    // What reconciliation found.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordFoundCapture command) {
        AuthorizationRequested first = books.first(command.paymentId());
        @Nullable Capture capture = books.capture(command.captureId());
        if (capture == null || !capture.wasCapturedOf(command.authorizationId())) {
            apply(new PaymentCaptured(
                    first.paymentId(),
                    first.orderId(),
                    command.captureId(),
                    command.authorizationId(),
                    checked(command.amount())));
            proceed();
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordFoundRefund command) {
        AuthorizationRequested first = books.first(command.paymentId());
        @Nullable Refund refund = books.refund(command.refundId());
        if (refund != null && refund.wasRefundedOf(command.authorizationId())) {
            return;
        }
        Money amount = checked(command.amount());
        @Nullable Authorization authorization = books.authorization(command.authorizationId());
        if (authorization == null || amount.minor() > authorization.keptMinor()) {
            throw Misuse.conflict(
                    EXCEEDS_CAPTURED,
                    "More was given back than was captured as far as is known. Record the capture first.");
        }
        apply(new PaymentRefunded(
                first.paymentId(), first.orderId(), command.refundId(), command.authorizationId(), amount));
        proceed();
    }

    // What follows.

    /** Asks for the next steps towards what is wanted; without effect while an answer has to come first. */
    private void proceed() {
        proceedWithCaptures();
        if (books.cancelled()) {
            books.authorizations().forEach(this::lift);
            giveBack(books.returnableMinor(), "CANCELLED");
        } else if (books.settled() && books.openCapture() == null) {
            books.authorizations().forEach(this::lift);
            giveBack(Math.min(books.aheadMinor(), books.returnableMinor()), "NEVER_SHIPPED");
        }
        proceedWithRefunds();
        if (books.cancelled() && books.isEmpty() && !books.undone()) {
            apply(new PaymentUndone(books.paymentId(), books.orderId()));
        }
    }

    private void proceedWithCaptures() {
        @Nullable Capture capture = books.openCapture();
        while (capture != null && !books.isCaptureInFlight()) {
            long missingMinor = capture.missingMinor() - books.aheadMinor();
            if (books.cancelled()) {
                refuse(capture, CANCELLED);
            } else if (missingMinor <= 0) {
                apply(new CaptureCompleted(
                        books.paymentId(), books.orderId(), capture.id(), money(capture.totalMinor())));
            } else if (!askForPart(capture, missingMinor)) {
                return;
            }
            capture = books.openCapture();
        }
    }

    /** Whether a part is asked for now; if not, an authorization has to be answered first. */
    private boolean askForPart(Capture capture, long missingMinor) {
        @Nullable Authorization source = books.holderOf(capture, missingMinor);
        if (source != null) {
            long partMinor = Math.min(missingMinor, source.availableMinor());
            apply(new CaptureRequested(
                    books.paymentId(), books.orderId(), capture.id(), source.id(), money(partMinor)));
            return true;
        }
        if (!books.awaitsAuthorization()) {
            authorizeAgain(capture.id(), missingMinor);
        }
        return false;
    }

    private void proceedWithRefunds() {
        @Nullable Refund refund = books.openRefund();
        while (refund != null && !books.isRefundInFlight()) {
            long leftMinor = refund.leftMinor();
            @Nullable Authorization source = books.takerOf(refund);
            if (leftMinor == 0) {
                apply(new RefundCompleted(books.paymentId(), books.orderId(), refund.id(), money(refund.totalMinor())));
            } else if (source == null) {
                apply(new RefundRefused(
                        books.paymentId(), books.orderId(), refund.id(), money(leftMinor), EXCEEDS_CAPTURED));
            } else {
                apply(new RefundRequested(
                        books.paymentId(),
                        books.orderId(),
                        refund.id(),
                        source.id(),
                        money(Math.min(leftMinor, source.keptMinor())),
                        refund.reason()));
            }
            refund = books.openRefund();
        }
    }

    /** What the provider holds at no cost it is not asked to hold. */
    private static void authorize(AuthorizationRequested request) {
        apply(request);
        if (request.amount().minor() == 0) {
            apply(new PaymentAuthorized(
                    request.paymentId(),
                    request.orderId(),
                    request.authorizationId(),
                    request.amount(),
                    NO_REFERENCE,
                    null));
        }
    }

    private void authorizeAgain(String cause, long minor) {
        AuthorizationRequested first = books.first(books.paymentId());
        apply(new AuthorizationRequested(
                first.paymentId(),
                first.orderId(),
                books.reauthorizationId(cause),
                money(minor),
                first.paymentToken()));
    }

    private void lift(Authorization authorization) {
        if (authorization.canBeVoided()) {
            apply(new VoidRequested(
                    books.paymentId(), books.orderId(), authorization.id(), money(authorization.voidableMinor())));
        }
    }

    /** The provider gave up what a capture left over: as it was to be, or to be held anew when it is needed. */
    private void letGo(Authorization authorization) {
        long restMinor = authorization.heldMinor();
        if (restMinor == 0) {
            return;
        }
        if (books.cancelled() || books.settled()) {
            apply(new PaymentVoided(books.paymentId(), books.orderId(), authorization.id()));
        } else {
            apply(new AuthorizationExpired(books.paymentId(), books.orderId(), authorization.id(), money(restMinor)));
        }
    }

    private void refuse(Capture capture, String reason) {
        long takenMinor = capture.wasStarted() ? capture.capturedMinor() : 0;
        apply(new CaptureRefused(books.paymentId(), books.orderId(), capture.id(), reason));
        if (!books.cancelled()) {
            giveBack(takenMinor, "CAPTURE_REFUSED");
        }
    }

    private void giveBack(long minor, String reason) {
        if (minor > 0) {
            apply(new RefundStarted(books.paymentId(), books.orderId(), books.ownRefundId(), money(minor), reason));
        }
    }

    @EventSourcingHandler
    void on(PaymentEvent event) {
        paymentId = event.paymentId();
        books.enter(event);
    }

    private Authorization known(String authorizationId) {
        @Nullable Authorization authorization = books.authorization(authorizationId);
        if (authorization == null) {
            throw Misuse.notFound("AUTHORIZATION_NOT_FOUND", "There is no authorization " + authorizationId + ".");
        }
        return authorization;
    }

    private Capture knownCapture(String captureId) {
        @Nullable Capture capture = books.capture(captureId);
        if (capture == null) {
            throw Misuse.notFound("CAPTURE_NOT_FOUND", "There is no capture " + captureId + ".");
        }
        return capture;
    }

    private Refund knownRefund(String refundId) {
        @Nullable Refund refund = books.refund(refundId);
        if (refund == null) {
            throw Misuse.notFound("REFUND_NOT_FOUND", "There is no refund " + refundId + ".");
        }
        return refund;
    }

    private Money money(long minor) {
        return new Money(minor, books.currency());
    }

    private Money checked(Money amount) {
        if (!amount.currency().equals(books.currency())) {
            throw Misuse.invalid("CURRENCY_MISMATCH", "This payment is in " + books.currency() + ".");
        }
        return notNegative(amount);
    }

    private static Money notNegative(Money amount) {
        if (amount.minor() < 0) {
            throw Misuse.invalid("AMOUNT_NEGATIVE", "An amount of money to be moved is not negative.");
        }
        return amount;
    }
}
