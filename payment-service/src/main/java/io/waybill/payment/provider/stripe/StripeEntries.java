package io.waybill.payment.provider.stripe;

import com.stripe.model.Charge;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentIntent.NextAction;
import com.stripe.model.Refund;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads entries out of PaymentIntents. What Stripe has no field for stands in their metadata. */
final class StripeEntries {

    static final String AUTHORIZATION_ID = "authorizationId";
    static final String PAYMENT_ID = "paymentId";
    static final String ORDER_ID = "orderId";
    static final String REFUND_ID = "refundId";

    /** Stands where Stripe has written nothing down. */
    static final String NO_REFERENCE = "";

    /** Begins the field of a capture; with a UUID it has the 40 characters that Stripe allows. */
    private static final String CAPTURE = "cap_";

    private static final int MAX_FIELD_LENGTH = 40;

    private static final Set<String> NOTHING_GIVEN_BACK = Set.of("failed", "canceled");

    private StripeEntries() {}

    static Map<String, String> metadata(AuthorizationCall call) {
        return Map.of(AUTHORIZATION_ID, call.authorizationId(), PAYMENT_ID, call.paymentId(), ORDER_ID, call.orderId());
    }

    /**
     * The field that remembers a capture.
     *
     * @throws IllegalArgumentException if the ID is too long for Stripe to remember
     */
    static String captureField(String captureId) {
        String field = CAPTURE + captureId;
        if (field.length() > MAX_FIELD_LENGTH) {
            throw new IllegalArgumentException("Stripe cannot remember a name as long as that of capture " + captureId);
        }
        return field;
    }

    static boolean isOurs(PaymentIntent intent) {
        return intent.getMetadata().keySet().containsAll(Set.of(AUTHORIZATION_ID, PAYMENT_ID, ORDER_ID));
    }

    /** Whether something was given back, so that the refunds have to be asked for as well. */
    static boolean hasRefunds(PaymentIntent intent) {
        Charge charge = intent.getLatestChargeObject();
        return charge != null && charge.getAmountRefunded() > 0;
    }

    /** Whether nothing is held and nothing can come to be. */
    static boolean isOver(PaymentIntent intent) {
        return switch (intent.getStatus()) {
            case "canceled", "succeeded" -> true;
            case "requires_payment_method" -> intent.getLastPaymentError() != null;
            default -> false;
        };
    }

    static long received(PaymentIntent intent) {
        return intent.getAmountReceived() == null ? 0 : intent.getAmountReceived();
    }

    static LedgerEntry entry(PaymentIntent intent, List<Refund> refunds) {
        String currency = intent.getCurrency();
        State state = state(intent);
        long held = state == State.HELD ? intent.getAmountCapturable() : 0;
        return new LedgerEntry(
                ours(intent, AUTHORIZATION_ID),
                ours(intent, PAYMENT_ID),
                ours(intent, ORDER_ID),
                intent.getId(),
                state,
                new Money(StripeAmounts.fromStripe(intent.getAmount(), currency), StripeAmounts.iso(currency)),
                StripeAmounts.fromStripe(held, currency),
                captures(intent),
                refunds(refunds),
                state == State.CLOSED ? reason(intent) : null,
                state == State.PENDING ? actionUrl(intent) : null,
                state == State.HELD ? heldUntil(intent) : null,
                Instant.ofEpochSecond(intent.getCreated()));
    }

    /** An authorization that Stripe was not asked for, because it cannot be had, or that it would not even write down. */
    static LedgerEntry neverMade(AuthorizationCall call, String reason, Instant now) {
        return new LedgerEntry(
                call.authorizationId(),
                call.paymentId(),
                call.orderId(),
                NO_REFERENCE,
                State.CLOSED,
                call.amount(),
                0,
                Map.of(),
                Map.of(),
                reason,
                null,
                null,
                now);
    }

    private static String ours(PaymentIntent intent, String field) {
        String value = intent.getMetadata().get(field);
        if (value == null) {
            throw new IllegalStateException(intent.getId() + " was not made by us: its metadata has no " + field);
        }
        return value;
    }

    static boolean gaveBack(Refund refund) {
        return !NOTHING_GIVEN_BACK.contains(refund.getStatus());
    }

    private static State state(PaymentIntent intent) {
        return switch (intent.getStatus()) {
            case "requires_capture" -> State.HELD;
            case "requires_action", "processing" -> State.PENDING;
            // Only we could confirm it, and we do so when we create it or never.
            case "requires_payment_method", "requires_confirmation", "canceled", "succeeded" -> State.CLOSED;
            default ->
                throw new IllegalStateException(
                        "PaymentIntent " + intent.getId() + " has an unknown status: " + intent.getStatus());
        };
    }

    private static String reason(PaymentIntent intent) {
        return switch (intent.getStatus()) {
            case "succeeded" -> "CAPTURED";
            case "canceled" -> cancellation(intent.getCancellationReason());
            default -> intent.getLastPaymentError() == null ? "VOIDED" : StripeApi.reason(intent.getLastPaymentError());
        };
    }

    private static String cancellation(@Nullable String reason) {
        return switch (reason) {
            case "automatic", "expired" -> "EXPIRED";
            case "abandoned", "requested_by_customer" -> "VOIDED";
            case null -> "VOIDED";
            default -> reason.toUpperCase(Locale.ROOT);
        };
    }

    /** What came in beyond the captures we asked for was captured by somebody else, and is named by its charge. */
    private static Map<String, Long> captures(PaymentIntent intent) {
        var captures = new HashMap<String, Long>();
        long others = received(intent);
        for (Map.Entry<String, String> field : intent.getMetadata().entrySet()) {
            if (field.getKey().startsWith(CAPTURE)) {
                long amount = Long.parseLong(field.getValue());
                captures.put(
                        field.getKey().substring(CAPTURE.length()),
                        StripeAmounts.fromStripe(amount, intent.getCurrency()));
                others -= amount;
            }
        }
        if (others > 0) {
            captures.put(intent.getLatestCharge(), StripeAmounts.fromStripe(others, intent.getCurrency()));
        }
        return captures;
    }

    /** Refunds that were not asked for by us go by Stripe's name for them. */
    private static Map<String, Long> refunds(List<Refund> refunds) {
        var byId = new HashMap<String, Long>();
        for (Refund refund : refunds) {
            if (gaveBack(refund)) {
                byId.merge(
                        refund.getMetadata().getOrDefault(REFUND_ID, refund.getId()),
                        StripeAmounts.fromStripe(refund.getAmount(), refund.getCurrency()),
                        Long::sum);
            }
        }
        return byId;
    }

    private static @Nullable String actionUrl(PaymentIntent intent) {
        NextAction next = intent.getNextAction();
        return next == null || next.getRedirectToUrl() == null
                ? null
                : next.getRedirectToUrl().getUrl();
    }

    private static @Nullable Instant heldUntil(PaymentIntent intent) {
        Charge.PaymentMethodDetails.Card card = StripeEntries.card(intent);
        return card == null || card.getCaptureBefore() == null ? null : Instant.ofEpochSecond(card.getCaptureBefore());
    }

    /** Whether the rest can stay held when a part is captured. */
    static boolean hasMulticapture(PaymentIntent intent) {
        Charge.PaymentMethodDetails.Card card = card(intent);
        return card != null
                && card.getMulticapture() != null
                && "available".equals(card.getMulticapture().getStatus());
    }

    private static Charge.PaymentMethodDetails.@Nullable Card card(PaymentIntent intent) {
        Charge charge = intent.getLatestChargeObject();
        return charge == null || charge.getPaymentMethodDetails() == null
                ? null
                : charge.getPaymentMethodDetails().getCard();
    }
}
