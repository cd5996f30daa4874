package io.waybill.payment;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.DerivedId;
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
import io.waybill.messages.payment.ProviderOperation;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a payment's events add up to, and questions about it. Decides nothing. Amounts are minor units.
 *
 * <p>Money that was captured and belongs to no capture that was asked for is <em>ahead</em>: all that payments of old
 * took on confirmation, and what reconciliation found. Captures use it up before anything is asked of the provider.
 */
final class Books {

    private @Nullable String paymentId;
    private @Nullable String orderId;
    private @Nullable AuthorizationRequested first;
    private boolean settled;
    private boolean cancelled;
    private boolean undone;
    private final Map<String, Authorization> authorizations = new LinkedHashMap<>();
    private final Map<String, Capture> captures = new LinkedHashMap<>();
    private final Map<String, Refund> refunds = new LinkedHashMap<>();
    private final Set<Question> unknown = new HashSet<>();
    private long aheadMinor;
    /** What could not be given back although the payment wanted to; it is not tried for ever. */
    private long unrefundableMinor;

    private record Question(ProviderOperation operation, String operationId) {}

    void enter(PaymentEvent event) {
        paymentId = event.paymentId();
        orderId = event.orderId();
        switch (event) {
            case AuthorizationRequested requested -> requested(requested);
            case CustomerActionRequired required ->
                of(required.authorizationId()).customerActionRequired();
            case PaymentAuthorized authorized ->
                of(authorized.authorizationId()).authorized();
            case PaymentDeclined declined -> of(declined.authorizationId()).declined();
            case AuthorizationExpired expired -> {
                of(expired.authorizationId()).expired(expired.amount().minor());
                captures.values().forEach(capture -> capture.giveUp(expired.authorizationId()));
            }
            case VoidRequested requested -> of(requested.authorizationId()).voidRequested();
            case PaymentVoided voided -> of(voided.authorizationId()).voided();
            case CaptureStarted started ->
                captureOf(started.captureId()).started(started.amount().minor());
            case CaptureRequested requested -> {
                long minor = requested.amount().minor();
                of(requested.authorizationId()).captureRequested(minor);
                captureOf(requested.captureId()).requested(requested.authorizationId(), minor);
            }
            case PaymentCaptured captured -> captured(captured);
            case CaptureCompleted completed -> {
                Capture capture = captureOf(completed.captureId());
                capture.completed();
                aheadMinor -= capture.totalMinor() - capture.capturedMinor();
            }
            case CaptureRefused refused -> refused(captureOf(refused.captureId()));
            case RefundStarted started -> refundStarted(started);
            case RefundRequested requested -> refundRequested(requested);
            case PaymentRefunded refunded -> refunded(refunded);
            case RefundCompleted completed -> refundOf(completed.refundId(), 0).ended();
            case RefundRefused refused -> refundRefused(refused);
            case PaymentSettled all -> settled = true;
            case PaymentCancelled all -> cancelled = true;
            case PaymentUndone all -> undone = true;
            case OutcomeUnknown question -> unknown.add(new Question(question.operation(), question.operationId()));
        }
    }

    private void requested(AuthorizationRequested requested) {
        String id = requested.authorizationId();
        @Nullable Capture capture = openCapture();
        if (capture != null && id.equals(reauthorizationId(capture.id()))) {
            capture.awaiting(id);
        }
        first = first == null ? requested : first;
        authorizations.put(id, Authorization.asked(id, requested.amount().minor()));
    }

    private void captured(PaymentCaptured captured) {
        long minor = captured.amount().minor();
        Authorization authorization = of(captured.authorizationId());
        Capture capture = captureOf(captured.captureId());
        if (capture.isAskedOf(authorization.id())) {
            authorization.captureEnded();
        }
        authorization.captured(minor);
        capture.captured(authorization.id(), minor);
        if (!capture.isOpen()) {
            aheadMinor += minor;
        }
    }

    private void refused(Capture capture) {
        if (capture.isOpen()) {
            aheadMinor += capture.capturedMinor();
        }
        @Nullable String refusing = capture.refused();
        if (refusing != null) {
            of(refusing).captureEnded();
        }
    }

    private void refundStarted(RefundStarted started) {
        long minor = started.amount().minor();
        boolean own = started.refundId().equals(ownRefundId());
        refunds.put(started.refundId(), Refund.started(started.refundId(), own, started.reason(), minor));
        if (own) {
            aheadMinor = Math.max(0, aheadMinor - minor);
        }
    }

    private void refundRequested(RefundRequested requested) {
        long minor = requested.amount().minor();
        refundOf(requested.refundId(), minor).requested(requested.authorizationId(), minor);
    }

    private void refunded(PaymentRefunded refunded) {
        long minor = refunded.amount().minor();
        of(refunded.authorizationId()).refunded(minor);
        refundOf(refunded.refundId(), minor).refunded(refunded.authorizationId(), minor);
    }

    private void refundRefused(RefundRefused refused) {
        long minor = refused.amount().minor();
        Refund refund = refundOf(refused.refundId(), minor);
        refund.ended();
        if (refund.isOwn()) {
            unrefundableMinor += minor;
        }
    }

    private Authorization of(String authorizationId) {
        return authorizations.computeIfAbsent(authorizationId, Authorization::neverAsked);
    }

    private Capture captureOf(String captureId) {
        return captures.computeIfAbsent(captureId, Capture::new);
    }

    private Refund refundOf(String refundId, long minor) {
        return refunds.computeIfAbsent(refundId, id -> Refund.unasked(id, "CANCELLED", minor));
    }

    // The whole payment.

    String paymentId() {
        return Objects.requireNonNull(paymentId);
    }

    String orderId() {
        return Objects.requireNonNull(orderId);
    }

    /**
     * The request for the first authorization.
     *
     * @throws Misuse if nothing was ever asked for
     */
    AuthorizationRequested first(String id) {
        if (first == null) {
            throw Misuse.notFound("PAYMENT_NOT_FOUND", "There is no payment " + id + ".");
        }
        return first;
    }

    String currency() {
        return first(paymentId()).amount().currency();
    }

    boolean settled() {
        return settled;
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean undone() {
        return undone;
    }

    /** Whether nothing is held, nothing kept, and no answer could change that. */
    boolean isEmpty() {
        return authorizations.values().stream().allMatch(a -> a.isOver() && a.keptMinor() == 0) && !isCaptureInFlight();
    }

    // Authorizations.

    List<Authorization> authorizations() {
        return List.copyOf(authorizations.values());
    }

    @Nullable
    Authorization authorization(String id) {
        return authorizations.get(id);
    }

    boolean awaitsAuthorization() {
        return authorizations.values().stream().anyMatch(Authorization::isAwaited);
    }

    /** ID for another authorization on behalf of this one or this capture; a different one each time. */
    String reauthorizationId(String cause) {
        return DerivedId.derive("reauthorization", paymentId(), cause, String.valueOf(authorizations.size()));
    }

    // Captures.

    @Nullable
    Capture capture(String id) {
        return captures.get(id);
    }

    /** The capture that is being worked at: the oldest that is not done; null if all are. */
    @Nullable
    Capture openCapture() {
        return captures.values().stream().filter(Capture::isOpen).findFirst().orElse(null);
    }

    boolean isCaptureInFlight() {
        return captures.values().stream().anyMatch(Capture::isInFlight);
    }

    /** Who to ask for a part of a capture: one who holds all of it, otherwise the oldest that holds something. */
    @Nullable
    Authorization holderOf(Capture capture, long minor) {
        return pick(
                authorizations.values().stream()
                        .filter(authorization ->
                                capture.unansweredMinor(authorization.id()).isEmpty()
                                        && !capture.wasCapturedOf(authorization.id()))
                        .toList(),
                Authorization::availableMinor,
                minor);
    }

    /** What was captured for nothing that was asked for, and was not given back either. */
    long aheadMinor() {
        return Math.max(0, Math.min(aheadMinor, refundableMinor()));
    }

    // Refunds.

    @Nullable
    Refund refund(String id) {
        return refunds.get(id);
    }

    @Nullable
    Refund openRefund() {
        return refunds.values().stream().filter(Refund::isOpen).findFirst().orElse(null);
    }

    boolean isRefundInFlight() {
        return refunds.values().stream().anyMatch(Refund::isInFlight);
    }

    /** Who to give the rest of a refund back through: one who took that much, otherwise the oldest that took some. */
    @Nullable
    Authorization takerOf(Refund refund) {
        return pick(
                authorizations.values().stream()
                        .filter(authorization -> !refund.wasRefundedOf(authorization.id()))
                        .toList(),
                Authorization::keptMinor,
                refund.leftMinor());
    }

    /** What was captured, is not being used by a capture in progress, and is not given back nor about to be. */
    long refundableMinor() {
        long kept = authorizations.values().stream()
                .mapToLong(Authorization::keptMinor)
                .sum();
        long inProgress = captures.values().stream()
                .filter(Capture::isOpen)
                .mapToLong(Capture::capturedMinor)
                .sum();
        long pending = refunds.values().stream().mapToLong(Refund::pendingMinor).sum();
        return Math.max(0, kept - inProgress - pending);
    }

    /** What can be given back and was not refused before. */
    long returnableMinor() {
        return refundableMinor() - unrefundableMinor;
    }

    /** ID of the next refund that the payment makes by itself. */
    String ownRefundId() {
        return DerivedId.derive("refund", paymentId(), String.valueOf(refunds.size()));
    }

    // Outcomes.

    boolean isSaidToBeUnknown(ProviderOperation operation, String operationId) {
        return unknown.contains(new Question(operation, operationId));
    }

    boolean awaitsAnswer(ProviderOperation operation, String operationId) {
        @Nullable Authorization authorization = authorizations.get(operationId);
        @Nullable Capture capture = captures.get(operationId);
        @Nullable Refund refund = refunds.get(operationId);
        return switch (operation) {
            case AUTHORIZE -> authorization != null && authorization.isUnanswered();
            case VOID -> authorization != null && authorization.isVoiding();
            case CAPTURE -> capture != null && capture.isInFlight();
            case REFUND -> refund != null && refund.isInFlight();
        };
    }

    private static @Nullable Authorization pick(
            Collection<Authorization> candidates, ToLongFunction<Authorization> minor, long wanted) {
        @Nullable Authorization some = null;
        for (Authorization candidate : candidates) {
            long there = minor.applyAsLong(candidate);
            if (there >= wanted && there > 0) {
                return candidate;
            }
            if (some == null && there > 0) {
                some = candidate;
            }
        }
        return some;
    }
}
