package io.waybill.payment.provider.stripe;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.model.HasId;
import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.model.StripeCollection;
import com.stripe.model.StripeError;
import com.stripe.net.RequestOptions;
import com.stripe.param.PaymentIntentCancelParams;
import com.stripe.param.PaymentIntentCancelParams.CancellationReason;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.PaymentIntentSearchParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.service.V1Services;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls to Stripe, each once: repeating them is up to the caller. Whatever goes wrong ends as one of four:
 * {@link Refusal} (Stripe says no to this payment), {@link KeyTaken}, {@link ProviderUnreachable} (nobody knows what
 * happened, or Stripe wants to be asked later), or {@link IllegalStateException} (our settings or requests are wrong,
 * and asking again will not help).
 */
final class StripeApi {

    /** An answer has what the port asks for only with the charge inside. */
    private static final String CHARGE = "latest_charge";

    /** The most that Stripe puts on a page. */
    private static final long PAGE = 100;

    /** Beginnings of Stripe's error codes that are about the payment, not about how it was asked for. */
    private static final List<String> ABOUT_THE_PAYMENT = List.of(
            "amount_", "capture_", "card_", "charge_", "payment_intent_", "payment_method_", "refund_", "token_");

    static {
        // Else the SDK leaves an ID in the home folder and tells Stripe of this machine.
        Stripe.enableTelemetry = false;
    }

    private final V1Services stripe;

    StripeApi(StripeSettings settings) {
        stripe = StripeClient.builder()
                .setApiKey(settings.apiKey())
                .setApiBase(settings.baseUrl())
                .setMaxNetworkRetries(0)
                .setHttpClient(new StripeHttp(settings.connectTimeout(), settings.readTimeout()))
                .build()
                .v1();
    }

    PaymentIntent create(PaymentIntentCreateParams.Builder params, String key) {
        return current(call(
                () -> stripe.paymentIntents().create(params.addExpand(CHARGE).build(), keyed(key))));
    }

    PaymentIntent capture(String reference, PaymentIntentCaptureParams.Builder params, String key) {
        return current(call(() -> stripe.paymentIntents()
                .capture(reference, params.addExpand(CHARGE).build(), keyed(key))));
    }

    PaymentIntent cancel(String reference, String key) {
        var params = PaymentIntentCancelParams.builder()
                .setCancellationReason(CancellationReason.ABANDONED)
                .addExpand(CHARGE)
                .build();
        return current(call(() -> stripe.paymentIntents().cancel(reference, params, keyed(key))));
    }

    PaymentIntent retrieve(String reference) {
        var params = PaymentIntentRetrieveParams.builder().addExpand(CHARGE).build();
        return call(() -> stripe.paymentIntents().retrieve(reference, params));
    }

    /** References of PaymentIntents with this value in their metadata, except perhaps of the last hour. */
    List<String> search(String field, String value) {
        var params = PaymentIntentSearchParams.builder()
                .setQuery("metadata['%s']:'%s'".formatted(field, value.replace("'", "\\'")))
                .build();
        return call(() -> stripe.paymentIntents().search(params)).getData().stream()
                .map(PaymentIntent::getId)
                .toList();
    }

    /** PaymentIntents made since, newest first; a page is asked for when it is needed. */
    Stream<PaymentIntent> list(Instant since) {
        var created = PaymentIntentListParams.Created.builder()
                .setGte(since.getEpochSecond())
                .build();
        return pages(after -> {
            var params = PaymentIntentListParams.builder()
                    .setCreated(created)
                    .setLimit(PAGE)
                    .addExpand("data." + CHARGE);
            after.ifPresent(params::setStartingAfter);
            return call(() -> stripe.paymentIntents().list(params.build()));
        });
    }

    /** Whose payment method it is; empty if it belongs to nobody and is good for one payment only. */
    Optional<String> customerOf(String paymentMethod) {
        return Optional.ofNullable(
                call(() -> stripe.paymentMethods().retrieve(paymentMethod)).getCustomer());
    }

    void refund(RefundCreateParams params, String key) {
        call(() -> stripe.refunds().create(params, keyed(key)));
    }

    List<Refund> refunds(String reference) {
        return pages(after -> {
                    var params = RefundListParams.builder()
                            .setPaymentIntent(reference)
                            .setLimit(PAGE);
                    after.ifPresent(params::setStartingAfter);
                    return call(() -> stripe.refunds().list(params.build()));
                })
                .toList();
    }

    /** The name of the refusal: the bank's if it gave one. */
    static String reason(@Nullable StripeError error) {
        if (error == null) {
            return "REFUSED";
        }
        String declined = error.getDeclineCode();
        String code = declined == null ? error.getCode() : declined;
        return code == null ? "REFUSED" : code.toUpperCase(Locale.ROOT);
    }

    /** An answer out of the store of a key tells what was, not what is. */
    private PaymentIntent current(PaymentIntent answer) {
        boolean replayed = answer.getLastResponse()
                .headers()
                .firstValue("Idempotent-Replayed")
                .isPresent();
        return replayed ? retrieve(answer.getId()) : answer;
    }

    private static <T extends HasId> Stream<T> pages(Function<Optional<String>, StripeCollection<T>> pageAfter) {
        var elements = new Pages<>(pageAfter);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(elements, Spliterator.ORDERED), false);
    }

    /**
     * Elements one by one. A stream of pages that is flattened sees to all elements of a page before it hands out the first;
     * and for each there may be more to ask.
     */
    private static final class Pages<T extends HasId> implements Iterator<T> {

        private final Function<Optional<String>, StripeCollection<T>> pageAfter;
        private StripeCollection<T> page;
        private int next;

        Pages(Function<Optional<String>, StripeCollection<T>> pageAfter) {
            this.pageAfter = pageAfter;
            this.page = pageAfter.apply(Optional.empty());
        }

        @Override
        public boolean hasNext() {
            if (next == page.getData().size() && page.getHasMore()) {
                page = pageAfter.apply(Optional.of(page.getData().getLast().getId()));
                next = 0;
            }
            return next < page.getData().size();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return page.getData().get(next++);
        }
    }

    private static RequestOptions keyed(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.make();
        } catch (StripeException e) {
            throw translated(e);
        }
    }

    private static RuntimeException translated(StripeException e) {
        return switch (e) {
            case ApiConnectionException lost -> new ProviderUnreachable("Stripe did not answer", lost);
            case RateLimitException later -> new ProviderUnreachable("Stripe wants fewer calls", later);
            // A conflict with a call that is under way, or an answer that is not Stripe's.
            case ApiException odd -> new ProviderUnreachable("Stripe answered " + odd.getStatusCode(), odd);
            case CardException declined -> new Refusal(declined);
            case IdempotencyException taken -> new KeyTaken(taken);
            case InvalidRequestException refused when isAboutThePayment(refused) -> new Refusal(refused);
            case AuthenticationException unknown ->
                new IllegalStateException(
                        "Stripe does not let us in with waybill.payment.stripe.api-key. Set STRIPE_API_KEY to a key of"
                                + " the account that may write PaymentIntents and refunds and read payment methods: "
                                + unknown.getMessage(),
                        unknown);
            default -> new IllegalStateException("Stripe calls our request wrong: " + e.getMessage(), e);
        };
    }

    private static boolean isAboutThePayment(InvalidRequestException e) {
        String code = e.getCode() == null ? "" : e.getCode();
        String parameter = e.getParam() == null ? "" : e.getParam();
        return ABOUT_THE_PAYMENT.stream().anyMatch(code::startsWith)
                || (!code.startsWith("parameter_")
                        && (parameter.startsWith("payment_method") || parameter.equals("amount")));
    }

    /** A call to the SDK. */
    @FunctionalInterface
    private interface Call<T> {
        T make() throws StripeException;
    }

    /** Stripe says no to this payment, and did nothing. */
    static final class Refusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient @Nullable StripeError error;

        Refusal(StripeException cause) {
            super(cause);
            error = cause.getStripeError();
        }

        String reason() {
            return StripeApi.reason(error);
        }

        /** The PaymentIntent that was declined; empty if it did not come to one. */
        Optional<PaymentIntent> paymentIntent() {
            return Optional.ofNullable(error).map(StripeError::getPaymentIntent);
        }
    }

    /** The key was used for another request before. */
    static final class KeyTaken extends RuntimeException {

        private static final long serialVersionUID = 1L;

        KeyTaken(StripeException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
