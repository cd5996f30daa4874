package io.waybill.payment.provider.stripe;

import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentCreateParams.CaptureMethod;
import com.stripe.param.PaymentIntentCreateParams.PaymentMethodOptions;
import com.stripe.param.PaymentIntentCreateParams.PaymentMethodOptions.Card.RequestMulticapture;
import com.stripe.param.RefundCreateParams;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.stripe.StripeApi.KeyTaken;
import io.waybill.payment.provider.stripe.StripeApi.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stripe. An authorization is a PaymentIntent that is captured by hand; its metadata carries our IDs, and the captures
 * that were asked for.
 *
 * <p>Each thing is done once: at first because Stripe remembers our idempotency keys, and when it has forgotten them
 * because what it did is asked for before it is asked to do it.
 */
final class StripeProvider implements PaymentProvider {

    static final String NAME = "stripe";

    /** Stripe keeps keys for at least 24 hours; an hour is left for clocks that differ and calls that take long. */
    private static final Duration KEYS_KEPT = Duration.ofHours(23);

    /** Clocks of ours and of Stripe's may differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final String CARD = "card";
    private static final String TOKEN = "tok_";
    private static final String PAYMENT_METHOD = "pm_";

    /** What Stripe allows as a value in metadata. */
    private static final int MAX_METADATA_LENGTH = 500;

    private final StripeApi stripe;
    private final StripeWebhook webhook;
    private final String returnUrl;
    private final Duration searchLag;
    private final InstantSource clock;

    StripeProvider(StripeSettings settings, InstantSource clock) {
        this.stripe = new StripeApi(settings);
        this.webhook = new StripeWebhook(settings.webhookSecret(), settings.webhookTolerance(), clock);
        this.returnUrl = settings.returnUrl();
        this.searchLag = settings.searchLag();
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LedgerEntry authorize(AuthorizationCall call) {
        Optional<String> refusal = refusal(call);
        if (refusal.isPresent()) {
            return neverMade(call, refusal.get());
        }
        Optional<LedgerEntry> known = keyMayBeForgotten(call) ? find(call) : Optional.empty();
        return known.orElseGet(() -> create(call));
    }

    private LedgerEntry create(AuthorizationCall call) {
        try {
            return entry(stripe.create(confirmed(call), key("authorize", call)));
        } catch (Refusal declined) {
            return declined.paymentIntent().map(this::entry).orElseGet(() -> neverMade(call, declined.reason()));
        } catch (KeyTaken taken) {
            // Voided before it was asked for; or the customer of a payment method has changed since.
            return find(call)
                    .orElseThrow(() -> new ProviderUnreachable(
                            "Stripe was asked for this authorization before and does not show it", taken));
        }
    }

    @Override
    public Optional<LedgerEntry> find(AuthorizationCall call) {
        return paymentIntent(call).map(this::entry);
    }

    @Override
    public Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last) {
        PaymentIntent intent = existing(call);
        LedgerEntry entry = entry(intent);
        if (entry.captures().containsKey(captureId)) {
            return done(entry, entry.captures().get(captureId), captureId, amount);
        }
        Optional<String> refusal = entry.state() == State.HELD
                ? StripeAmounts.refusal(amount)
                : Optional.of(entry.reason() == null ? "NOTHING_HELD" : entry.reason());
        if (refusal.isPresent()) {
            return new Answer.Refused(refusal.get(), entry);
        }
        long minor = StripeAmounts.toStripe(amount);
        var params = PaymentIntentCaptureParams.builder()
                .setAmountToCapture(minor)
                .putMetadata(StripeEntries.captureField(captureId), Long.toString(minor));
        if (StripeEntries.hasMulticapture(intent)) {
            params.setFinalCapture(last || minor == intent.getAmountCapturable());
        }
        try {
            return new Answer.Done(entry(stripe.capture(intent.getId(), params, key("capture", call, captureId))));
        } catch (Refusal refused) {
            return new Answer.Refused(refused.reason(), entry(stripe.retrieve(intent.getId())));
        }
    }

    @Override
    public LedgerEntry voidAuthorization(AuthorizationCall call) {
        Optional<String> refusal = refusal(call);
        return refusal.isPresent()
                ? neverMade(call, refusal.get())
                : paymentIntent(call).map(intent -> release(call, intent)).orElseGet(() -> shut(call));
    }

    private LedgerEntry release(AuthorizationCall call, PaymentIntent intent) {
        try {
            return entry(released(call, intent));
        } catch (Refusal moved) {
            throw new ProviderUnreachable(intent.getId() + " changed while it was to be given up", moved);
        }
    }

    /** The key names what is given up: the next void of the same authorization may meet it in another state. */
    private PaymentIntent released(AuthorizationCall call, PaymentIntent intent) {
        if (StripeEntries.isOver(intent)) {
            return intent;
        }
        long received = StripeEntries.received(intent);
        String key = key("void", call, intent.getStatus(), Long.toString(received));
        if (received == 0) {
            return stripe.cancel(intent.getId(), key);
        }
        // What was captured in part has to end as a success: a last capture of nothing gives up the rest.
        var nothing =
                PaymentIntentCaptureParams.builder().setAmountToCapture(0L).setFinalCapture(true);
        return stripe.capture(intent.getId(), nothing, key);
    }

    /**
     * Takes the key of an authorization that Stripe does not know with a PaymentIntent that is never confirmed, so that
     * a call that is still on its way finds the key taken.
     */
    private LedgerEntry shut(AuthorizationCall call) {
        try {
            return release(call, stripe.create(unconfirmed(call), key("authorize", call)));
        } catch (Refusal refused) {
            return neverMade(call, refused.reason());
        } catch (KeyTaken arrived) {
            return paymentIntent(call)
                    .map(intent -> release(call, intent))
                    .orElseThrow(() ->
                            new ProviderUnreachable("Stripe has got this authorization and does not show it", arrived));
        }
    }

    @Override
    public Answer refund(AuthorizationCall call, String refundId, Money amount, String reason) {
        PaymentIntent intent = existing(call);
        List<Refund> refunds = stripe.refunds(intent.getId());
        LedgerEntry entry = StripeEntries.entry(intent, refunds);
        Optional<Refund> known = refunds.stream()
                .filter(refund -> refundId.equals(refund.getMetadata().get(StripeEntries.REFUND_ID)))
                .findFirst();
        if (known.isPresent()) {
            return answer(known.get(), entry, refundId, amount);
        }
        Optional<String> refusal = StripeAmounts.refusal(amount);
        if (refusal.isPresent()) {
            return new Answer.Refused(refusal.get(), entry);
        }
        var params = RefundCreateParams.builder()
                .setPaymentIntent(intent.getId())
                .setAmount(StripeAmounts.toStripe(amount))
                .putAllMetadata(StripeEntries.metadata(call))
                .putMetadata(StripeEntries.REFUND_ID, refundId)
                .putMetadata("reason", reason.substring(0, Math.min(reason.length(), MAX_METADATA_LENGTH)))
                .build();
        try {
            stripe.refund(params, key("refund", call, refundId));
            return new Answer.Done(refunded(intent.getId()));
        } catch (Refusal refused) {
            return new Answer.Refused(refused.reason(), refunded(intent.getId()));
        }
    }

    /** With all refunds, also those that are pending, which the charge does not count yet. */
    private LedgerEntry refunded(String reference) {
        return StripeEntries.entry(stripe.retrieve(reference), stripe.refunds(reference));
    }

    @Override
    public Stream<LedgerEntry> ledger(Instant since) {
        return stripe.list(since).filter(StripeEntries::isOurs).map(this::entry);
    }

    @Override
    public Optional<Notice> readWebhook(Headers header, byte[] body) {
        return webhook.read(header.get(StripeWebhook.SIGNATURE), body);
    }

    /**
     * By its reference if there is one. Else the list is read back to when it was asked for or Stripe's search may be
     * behind, since the list is always up to date; what is older is searched for.
     */
    private Optional<PaymentIntent> paymentIntent(AuthorizationCall call) {
        String reference = call.providerReference();
        if (reference != null && !reference.equals(StripeEntries.NO_REFERENCE)) {
            return Optional.of(stripe.retrieve(reference));
        }
        Instant asked = askedAt(call).minus(CLOCK_SKEW);
        Instant searchable = clock.instant().minus(searchLag);
        return asked.isAfter(searchable) ? listed(call, asked) : searched(call).or(() -> listed(call, searchable));
    }

    private Optional<PaymentIntent> listed(AuthorizationCall call, Instant since) {
        return stripe.list(since)
                .filter(intent ->
                        call.authorizationId().equals(intent.getMetadata().get(StripeEntries.AUTHORIZATION_ID)))
                .findFirst();
    }

    /** Of what is found only the reference counts: the rest may be behind as well. */
    private Optional<PaymentIntent> searched(AuthorizationCall call) {
        return stripe.search(StripeEntries.AUTHORIZATION_ID, call.authorizationId()).stream()
                .findFirst()
                .map(stripe::retrieve);
    }

    private PaymentIntent existing(AuthorizationCall call) {
        return paymentIntent(call)
                .orElseThrow(() -> new IllegalStateException(
                        "Stripe was never asked for authorization " + call.authorizationId()));
    }

    private boolean keyMayBeForgotten(AuthorizationCall call) {
        return askedAt(call).isBefore(clock.instant().minus(KEYS_KEPT));
    }

    private static Instant askedAt(AuthorizationCall call) {
        return call.askedAt() == null ? Instant.EPOCH : call.askedAt();
    }

    private PaymentIntentCreateParams.Builder unconfirmed(AuthorizationCall call) {
        return PaymentIntentCreateParams.builder()
                .setAmount(StripeAmounts.toStripe(call.amount()))
                .setCurrency(call.amount().currency().toLowerCase(Locale.ROOT))
                .setCaptureMethod(CaptureMethod.MANUAL)
                .addPaymentMethodType(CARD)
                .putAllMetadata(StripeEntries.metadata(call));
    }

    /** The customer is there for the first authorization of an order only. */
    private PaymentIntentCreateParams.Builder confirmed(AuthorizationCall call) {
        var card = PaymentMethodOptions.Card.builder()
                .setRequestMulticapture(RequestMulticapture.IF_AVAILABLE)
                .build();
        var params = unconfirmed(call)
                .setConfirm(true)
                .setPaymentMethodOptions(
                        PaymentMethodOptions.builder().setCard(card).build());
        payWith(params, call.paymentToken());
        return call.authorizationId().equals(call.paymentId())
                ? params.setReturnUrl(returnUrl)
                : params.setOffSession(true);
    }

    private void payWith(PaymentIntentCreateParams.Builder params, String token) {
        if (token.startsWith(TOKEN)) {
            // The API takes tokens here, the SDK has no field for them.
            params.putExtraParam("payment_method_data", Map.of("type", CARD, CARD, Map.of("token", token)));
        } else {
            params.setPaymentMethod(token);
            // What is saved for a customer works with this customer only.
            stripe.customerOf(token).ifPresent(params::setCustomer);
        }
    }

    /** Whatever else somebody takes for a token, such as the number of a card, does not leave the house. */
    private static Optional<String> refusal(AuthorizationCall call) {
        String token = call.paymentToken();
        return token.startsWith(TOKEN) || token.startsWith(PAYMENT_METHOD)
                ? StripeAmounts.refusal(call.amount())
                : Optional.of("UNKNOWN_TOKEN");
    }

    private LedgerEntry entry(PaymentIntent intent) {
        List<Refund> refunds = StripeEntries.hasRefunds(intent) ? stripe.refunds(intent.getId()) : List.of();
        return StripeEntries.entry(intent, refunds);
    }

    private LedgerEntry neverMade(AuthorizationCall call, String reason) {
        return StripeEntries.neverMade(call, reason, clock.instant());
    }

    private static Answer answer(Refund refund, LedgerEntry entry, String refundId, Money asked) {
        if (!StripeEntries.gaveBack(refund)) {
            String reason = refund.getFailureReason();
            return new Answer.Refused(reason == null ? "REFUND_FAILED" : StripeAmounts.iso(reason), entry);
        }
        return done(entry, entry.refunds().get(refundId), refundId, asked);
    }

    private static Answer done(LedgerEntry entry, @Nullable Long minor, String id, Money asked) {
        if (minor == null || minor != asked.minor()) {
            throw new IllegalStateException(
                    "%s was done with %s before, and now %s are asked for".formatted(id, minor, asked));
        }
        return new Answer.Done(entry);
    }

    private static String key(String what, AuthorizationCall call, String... more) {
        return Stream.concat(Stream.of(what, call.authorizationId()), Stream.of(more))
                .collect(Collectors.joining(":"));
    }
}
