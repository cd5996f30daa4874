package io.waybill.payment;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordCaptureRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordDecline;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordRefund;
import io.waybill.messages.payment.PaymentCommand.RecordRefundRefusal;
import io.waybill.messages.payment.PaymentCommand.RecordVoid;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A provider that keeps its own books, says no at random, and never contradicts itself. */
final class SimulatedProvider {

    private final Random random;
    private final boolean refusesRefunds;
    private final boolean releasesRests;
    private boolean refusesNothing;
    private boolean everRefusedRefunds;
    private final Map<String, Hold> holds = new LinkedHashMap<>();

    private static final class Hold {
        private long heldMinor;
        private long capturedMinor;
        private long refundedMinor;
        private final Set<String> captures = new HashSet<>();
        private final Set<String> refunds = new HashSet<>();
    }

    SimulatedProvider(Random random) {
        this.random = random;
        this.refusesRefunds = random.nextInt(4) == 0;
        this.releasesRests = random.nextInt(3) == 0;
    }

    static boolean isRequest(PaymentEvent event) {
        return switch (event) {
            case AuthorizationRequested e -> e.amount().minor() > 0;
            case CaptureRequested e -> true;
            case VoidRequested e -> true;
            case RefundRequested e -> true;
            default -> false;
        };
    }

    /** Does what is asked, and says what has to be recorded. */
    List<PaymentCommand> carry(PaymentEvent request) {
        return switch (request) {
            case AuthorizationRequested e -> List.of(authorize(e));
            case CaptureRequested e -> List.of(capture(e));
            case VoidRequested e -> {
                holds.computeIfAbsent(e.authorizationId(), id -> new Hold()).heldMinor = 0;
                yield List.of(new RecordVoid(e.paymentId(), e.authorizationId()));
            }
            case RefundRequested e -> List.of(refund(e));
            default -> throw new IllegalArgumentException("Not a request: " + request);
        };
    }

    void approve(AuthorizationRequested request) {
        var hold = new Hold();
        hold.heldMinor = request.amount().minor();
        holds.put(request.authorizationId(), hold);
    }

    void refuseNothingMore() {
        refusesNothing = true;
    }

    /** Lets a hold run out of time; empty if there is none. */
    Optional<String> expireOne() {
        List<Map.Entry<String, Hold>> held = holds.entrySet().stream()
                .filter(entry -> entry.getValue().heldMinor > 0)
                .toList();
        if (held.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<String, Hold> one = held.get(random.nextInt(held.size()));
        one.getValue().heldMinor = 0;
        return Optional.of(one.getKey());
    }

    private PaymentCommand authorize(AuthorizationRequested e) {
        boolean known = holds.containsKey(e.authorizationId());
        if (known || (!refusesNothing && random.nextInt(6) == 0)) {
            holds.computeIfAbsent(e.authorizationId(), id -> new Hold());
            return new RecordDecline(e.paymentId(), e.authorizationId(), "DECLINED");
        }
        approve(e);
        return new RecordAuthorization(e.paymentId(), e.authorizationId(), "reference", null);
    }

    private PaymentCommand capture(CaptureRequested e) {
        Hold hold = holds.computeIfAbsent(e.authorizationId(), id -> new Hold());
        long minor = e.amount().minor();
        if (hold.heldMinor < minor) {
            return new RecordExpiry(e.paymentId(), e.authorizationId());
        }
        if (!refusesNothing && random.nextInt(8) == 0) {
            return new RecordCaptureRefusal(e.paymentId(), e.captureId(), e.authorizationId(), "CAPTURE_REFUSED");
        }
        if (!hold.captures.add(e.captureId())) {
            throw new IllegalStateException("Captured twice: " + e.captureId());
        }
        hold.capturedMinor += minor;
        hold.heldMinor = releasesRests ? 0 : hold.heldMinor - minor;
        return new RecordCapture(e.paymentId(), e.captureId(), e.authorizationId(), hold.heldMinor > 0);
    }

    private PaymentCommand refund(RefundRequested e) {
        Hold hold = holds.computeIfAbsent(e.authorizationId(), id -> new Hold());
        long minor = e.amount().minor();
        if (hold.capturedMinor - hold.refundedMinor < minor) {
            throw new IllegalStateException("Asked to give back more than was captured: " + e);
        }
        if (refusesRefunds && !refusesNothing && random.nextInt(3) == 0) {
            everRefusedRefunds = true;
            return new RecordRefundRefusal(e.paymentId(), e.refundId(), e.authorizationId(), "DISPUTED");
        }
        if (!hold.refunds.add(e.refundId())) {
            throw new IllegalStateException("Given back twice: " + e.refundId());
        }
        hold.refundedMinor += minor;
        return new RecordRefund(e.paymentId(), e.refundId(), e.authorizationId());
    }

    long heldMinor() {
        return holds.values().stream().mapToLong(hold -> hold.heldMinor).sum();
    }

    long capturedMinor() {
        return holds.values().stream().mapToLong(hold -> hold.capturedMinor).sum();
    }

    long refundedMinor() {
        return holds.values().stream().mapToLong(hold -> hold.refundedMinor).sum();
    }

    boolean everRefusedRefunds() {
        return everRefusedRefunds;
    }
}
