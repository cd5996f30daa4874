package io.waybill.payment.provider.stripe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Stripe account as its API shows it: PaymentIntents, their charges and refunds, and which state may follow which.
 * Payment methods and tokens do what Stripe's test cards of the same names do; the others are explained where they are.
 */
final class StripeAccount {

    static final String SAVED = "pm_saved";
    static final String CUSTOMER = "cus_1";

    private static final Duration HOLD = Duration.ofDays(7);
    private static final long MINIMUM = 50;
    private static final Pattern QUERY = Pattern.compile("metadata\\['(\\w+)']:'([^']*)'");

    /** Payment methods that are neither saved nor test cards are good for one payment. */
    private static final Set<String> ONCE = Set.of("pm_once", "tok_once");

    private static final Map<String, String> DECLINES = Map.of(
            "pm_card_chargeDeclined", "generic_decline",
            "tok_chargeDeclined", "generic_decline",
            "pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds");

    private final List<Intent> intents = new ArrayList<>();
    private final List<Refund> refunds = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    /** How far the search is behind. */
    private Duration searchLag = Duration.ofMinutes(1);

    synchronized void searchLag(Duration lag) {
        searchLag = lag;
    }

    synchronized Map<String, Object> answer(StripeEndpoint.Match match, Map<String, String> form, Instant now) {
        String id = match.id();
        return switch (match.endpoint()) {
            case CREATE_PAYMENT_INTENT -> create(form, now).json(form, "");
            case RETRIEVE_PAYMENT_INTENT -> intent(id).json(form, "");
            case CAPTURE_PAYMENT_INTENT -> capture(intent(id), form).json(form, "");
            case CANCEL_PAYMENT_INTENT -> cancel(intent(id), form).json(form, "");
            case LIST_PAYMENT_INTENTS -> page("/v1/payment_intents", intents, created(form), form);
            case SEARCH_PAYMENT_INTENTS -> search(form, now);
            case RETRIEVE_PAYMENT_METHOD -> paymentMethod(id);
            case CREATE_REFUND -> refund(form, now).json(form, "");
            case LIST_REFUNDS ->
                page("/v1/refunds", refunds, refund -> refund.intent.id.equals(form.get("payment_intent")), form);
        };
    }

    /** The customer does what was asked for. */
    synchronized void customerConfirms(String id, Instant now) {
        hold(intent(id), now);
    }

    synchronized void customerFails(String id) {
        Intent intent = intent(id);
        intent.status = "requires_payment_method";
        intent.error = Map.of(
                "type", "card_error",
                "code", "payment_intent_authentication_failure",
                "message", "The customer could not be authenticated.");
    }

    /** The bank does not hold it any longer. */
    synchronized void expire(String id) {
        Intent intent = intent(id);
        intent.status = intent.received == 0 ? "canceled" : "succeeded";
        intent.cancellationReason = intent.received == 0 ? "automatic" : null;
        intent.capturable = 0;
    }

    /** Somebody works at Stripe's dashboard. */
    synchronized void captureByHand(String id) {
        capture(intent(id), Map.of());
    }

    synchronized String refundByHand(String id, long amount, Instant now) {
        return refund(Map.of("payment_intent", id, "amount", Long.toString(amount)), now).id;
    }

    /** The bank takes its time with the refunds, or sends them back. */
    synchronized void refundsAre(String status) {
        refunds.forEach(refund -> refund.status = status);
    }

    synchronized Map<String, Object> object(String id) {
        return intent(id).json(Map.of(), "");
    }

    synchronized int paymentIntents() {
        return intents.size();
    }

    private Intent create(Map<String, String> form, Instant now) {
        boolean confirm = "true".equals(form.get("confirm"));
        checkConfirmation(form, confirm);
        long amount = Long.parseLong(form.getOrDefault("amount", ""));
        if (amount < MINIMUM) {
            throw StripeFault.request(400, "amount_too_small", "Amount must convert to at least 50 cents.")
                    .with("param", "amount");
        }
        var intent = new Intent("pi_" + (intents.size() + 1), amount, form, now);
        if (confirm) {
            checkPaymentMethod(intent.paymentMethod, form.get("customer"));
        }
        // The newest comes first.
        intents.addFirst(intent);
        if (confirm) {
            confirm(intent, form, now);
        }
        return intent;
    }

    private static void checkConfirmation(Map<String, String> form, boolean confirm) {
        for (String name : List.of("return_url", "off_session")) {
            if (form.containsKey(name) && !confirm) {
                throw StripeFault.parameter(
                        "parameter_unknown", name, "You cannot provide " + name + " without confirm=true.");
            }
        }
        if (form.containsKey("payment_method") && form.containsKey("payment_method_data[type]")) {
            throw StripeFault.parameter("parameters_exclusive", "payment_method", "You may only specify one of these.");
        }
        boolean listed = form.containsKey("payment_method_types[0]");
        if (confirm && !listed && !form.containsKey("return_url")) {
            throw StripeFault.parameter("parameter_missing", "return_url", "You must provide a return_url.");
        }
    }

    private void checkPaymentMethod(@Nullable String method, @Nullable String customer) {
        if (method == null) {
            throw StripeFault.parameter("parameter_missing", "payment_method", "You must provide a payment method.");
        }
        if (method.contains("nobodys")) {
            throw StripeFault.request(400, "resource_missing", "No such PaymentMethod: " + method)
                    .with("param", "payment_method");
        }
        if (method.equals(SAVED) != CUSTOMER.equals(customer)) {
            throw StripeFault.request(400, null, "Please include the Customer in the `customer` parameter.");
        }
        if (ONCE.contains(method) && !used.add(method)) {
            throw method.startsWith("tok_")
                    ? StripeFault.request(400, "token_already_used", "You cannot use a token more than once.")
                    : StripeFault.request(400, null, "The PaymentMethod was used before and may not be used again.")
                            .with("param", "payment_method");
        }
    }

    private static void confirm(Intent intent, Map<String, String> form, Instant now) {
        String method = intent.paymentMethod;
        boolean offSession = "true".equals(form.get("off_session"));
        String decline = DECLINES.get(method);
        if (decline != null) {
            throw declined(intent, form, "card_declined", decline);
        }
        if ("pm_card_authenticationRequired".equals(method)) {
            if (offSession) {
                throw declined(intent, form, "authentication_required", "authentication_required");
            }
            intent.status = "requires_action";
            intent.returnUrl = form.get("return_url");
        } else {
            hold(intent, now);
        }
    }

    private static StripeFault declined(Intent intent, Map<String, String> form, String code, String decline) {
        intent.status = "requires_payment_method";
        intent.error = Map.of(
                "type", "card_error", "code", code, "decline_code", decline, "message", "Your card was declined.");
        return StripeFault.card(code, decline).with("payment_intent", intent.json(form, ""));
    }

    private static void hold(Intent intent, Instant now) {
        intent.charge = intent.id.replace("pi_", "ch_");
        intent.heldUntil = now.plus(HOLD);
        intent.status = "requires_capture";
        intent.capturable = intent.amount;
        if (!intent.manual) {
            intent.received = intent.amount;
            intent.capturable = 0;
            intent.status = "succeeded";
        }
    }

    private static Intent capture(Intent intent, Map<String, String> form) {
        if (!intent.status.equals("requires_capture")) {
            throw unexpected(intent, form, "captured");
        }
        boolean last = !"false".equals(form.get("final_capture"));
        if (form.containsKey("final_capture") && !intent.multicapture) {
            throw StripeFault.request(400, null, "Multicapture is not available for this PaymentIntent.")
                    .with("param", "final_capture");
        }
        long amount = Long.parseLong(form.getOrDefault("amount_to_capture", Long.toString(intent.capturable)));
        if (amount > intent.capturable) {
            throw StripeFault.request(400, "amount_too_large", "More than can be captured.")
                    .with("param", "amount_to_capture");
        }
        if (amount == 0 && (intent.received == 0 || !last)) {
            throw StripeFault.parameter("parameter_invalid_integer", "amount_to_capture", "Must be at least 1.");
        }
        intent.received += amount;
        intent.capturable = last ? 0 : intent.capturable - amount;
        intent.status = last ? "succeeded" : intent.status;
        intent.metadata.putAll(metadata(form));
        return intent;
    }

    private static Intent cancel(Intent intent, Map<String, String> form) {
        if (Set.of("canceled", "succeeded").contains(intent.status) || intent.received > 0) {
            throw unexpected(intent, form, "canceled");
        }
        intent.status = "canceled";
        intent.cancellationReason = form.get("cancellation_reason");
        intent.capturable = 0;
        return intent;
    }

    private static StripeFault unexpected(Intent intent, Map<String, String> form, String what) {
        return StripeFault.request(
                        400,
                        "payment_intent_unexpected_state",
                        "This PaymentIntent could not be " + what + " because it has a status of " + intent.status)
                .with("payment_intent", intent.json(form, ""));
    }

    private Refund refund(Map<String, String> form, Instant now) {
        String of = form.get("payment_intent");
        if (of == null) {
            throw StripeFault.parameter("parameter_missing", "payment_intent", "One of charge, payment_intent.");
        }
        Intent intent = intent(of);
        long refundable = intent.received - refunded(intent);
        long amount = Long.parseLong(form.getOrDefault("amount", Long.toString(refundable)));
        if (intent.received > 0 && refundable == 0) {
            throw StripeFault.request(400, "charge_already_refunded", "Has already been refunded.");
        }
        if (amount > refundable) {
            throw StripeFault.request(400, null, "Refund amount is greater than unrefunded amount on charge")
                    .with("param", "amount");
        }
        var refund = new Refund("re_" + (refunds.size() + 1), intent, amount, metadata(form), now);
        refunds.addFirst(refund);
        return refund;
    }

    private long refunded(Intent intent) {
        return refunds.stream()
                .filter(refund -> refund.intent == intent && refund.status.equals("succeeded"))
                .mapToLong(refund -> refund.amount)
                .sum();
    }

    private static Map<String, Object> paymentMethod(String id) {
        if (id.contains("nobodys")) {
            throw StripeFault.request(404, "resource_missing", "No such PaymentMethod: " + id)
                    .with("param", "payment_method");
        }
        var json = new HashMap<String, Object>(Map.of("id", id, "object", "payment_method", "type", "card"));
        json.put("customer", id.equals(SAVED) ? CUSTOMER : null);
        return json;
    }

    private Map<String, Object> search(Map<String, String> form, Instant now) {
        Matcher query = QUERY.matcher(form.getOrDefault("query", ""));
        if (!query.matches()) {
            throw StripeFault.parameter("parameter_invalid_string", "query", "We were unable to parse your query.");
        }
        List<Map<String, Object>> found = intents.stream()
                .filter(intent -> !intent.created.isAfter(now.minus(searchLag)))
                .filter(intent -> query.group(2).equals(intent.metadata.get(query.group(1))))
                .map(intent -> intent.json(form, "data."))
                .toList();
        return Map.of("object", "search_result", "url", "/v1/payment_intents/search", "has_more", false, "data", found);
    }

    private static Predicate<Intent> created(Map<String, String> form) {
        long from = Long.parseLong(form.getOrDefault("created[gte]", "0"));
        return intent -> intent.created.getEpochSecond() >= from;
    }

    private static <T extends Listed> Map<String, Object> page(
            String url, List<T> all, Predicate<T> matching, Map<String, String> form) {
        int limit = Integer.parseInt(form.getOrDefault("limit", "10"));
        if (limit < 1 || limit > 100) {
            throw StripeFault.parameter("parameter_invalid_integer", "limit", "Must be between 1 and 100.");
        }
        String after = form.get("starting_after");
        List<T> rest = all.stream()
                .dropWhile(item -> after != null && !item.id().equals(after))
                .skip(after == null ? 0 : 1)
                .filter(matching)
                .toList();
        return Map.of(
                "object",
                "list",
                "url",
                url,
                "has_more",
                rest.size() > limit,
                "data",
                rest.stream().limit(limit).map(item -> item.json(form, "data.")).toList());
    }

    private Intent intent(String id) {
        return intents.stream()
                .filter(intent -> intent.id.equals(id))
                .findFirst()
                .orElseThrow(() -> StripeFault.request(404, "resource_missing", "No such payment_intent: " + id)
                        .with("param", "intent"));
    }

    private static Map<String, String> metadata(Map<String, String> form) {
        var metadata = new HashMap<String, String>();
        form.forEach((name, value) -> {
            if (name.startsWith("metadata[")) {
                metadata.put(name.substring("metadata[".length(), name.length() - 1), value);
            }
        });
        return metadata;
    }

    private interface Listed {
        String id();

        /** @param within what stands before the fields to expand, such as {@code data.} in lists */
        Map<String, Object> json(Map<String, String> form, String within);
    }

    private final class Intent implements Listed {
        private final String id;
        private final long amount;
        private final String currency;
        private final boolean manual;
        private final boolean multicapture;
        private final @Nullable String paymentMethod;
        private final Map<String, String> metadata;
        private final Instant created;
        private String status = "requires_payment_method";
        private long capturable;
        private long received;
        private @Nullable String charge;
        private @Nullable String returnUrl;
        private @Nullable String cancellationReason;
        private @Nullable Map<String, Object> error;
        private Instant heldUntil = Instant.EPOCH;

        Intent(String id, long amount, Map<String, String> form, Instant created) {
            this.id = id;
            this.amount = amount;
            this.created = created;
            currency = form.getOrDefault("currency", "");
            manual = "manual".equals(form.get("capture_method"));
            paymentMethod = form.getOrDefault("payment_method", form.get("payment_method_data[card][token]"));
            // A card whose network has no multicapture.
            multicapture = !"pm_card_single".equals(paymentMethod)
                    && "if_available".equals(form.get("payment_method_options[card][request_multicapture]"));
            metadata = metadata(form);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Map<String, Object> json(Map<String, String> form, String within) {
            boolean expanded = form.entrySet().stream()
                    .anyMatch(field -> field.getKey().startsWith("expand[")
                            && field.getValue().equals(within + "latest_charge"));
            var json = new HashMap<String, Object>();
            json.put("id", id);
            json.put("object", "payment_intent");
            json.put("amount", amount);
            json.put("amount_capturable", capturable);
            json.put("amount_received", received);
            json.put("cancellation_reason", cancellationReason);
            json.put("capture_method", manual ? "manual" : "automatic");
            json.put("created", created.getEpochSecond());
            json.put("currency", currency);
            json.put("last_payment_error", error);
            json.put("latest_charge", expanded && charge != null ? chargeJson() : charge);
            json.put("metadata", Map.copyOf(metadata));
            json.put("next_action", status.equals("requires_action") ? nextAction() : null);
            json.put("status", status);
            return json;
        }

        private Map<String, Object> chargeJson() {
            return Map.of(
                    "id",
                    String.valueOf(charge),
                    "object",
                    "charge",
                    "amount",
                    amount,
                    "amount_captured",
                    received,
                    "amount_refunded",
                    refunded(this),
                    "metadata",
                    Map.copyOf(metadata),
                    "payment_method_details",
                    Map.of(
                            "type",
                            "card",
                            "card",
                            Map.of(
                                    "capture_before",
                                    heldUntil.getEpochSecond(),
                                    "multicapture",
                                    Map.of("status", multicapture ? "available" : "unavailable"))));
        }

        private Map<String, Object> nextAction() {
            return returnUrl == null
                    ? Map.of("type", "use_stripe_sdk", "use_stripe_sdk", Map.of())
                    : Map.of(
                            "type",
                            "redirect_to_url",
                            "redirect_to_url",
                            Map.of("url", "https://hooks.stripe.com/3ds/" + id, "return_url", returnUrl));
        }
    }

    private static final class Refund implements Listed {
        private final String id;
        private final Intent intent;
        private final long amount;
        private final Map<String, String> metadata;
        private final Instant created;
        private String status = "succeeded";

        Refund(String id, Intent intent, long amount, Map<String, String> metadata, Instant created) {
            this.id = id;
            this.intent = intent;
            this.amount = amount;
            this.metadata = metadata;
            this.created = created;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Map<String, Object> json(Map<String, String> form, String within) {
            var json = new HashMap<String, Object>(Map.of(
                    "id",
                    id,
                    "object",
                    "refund",
                    "amount",
                    amount,
                    "currency",
                    intent.currency,
                    "payment_intent",
                    intent.id,
                    "metadata",
                    Collections.unmodifiableMap(metadata),
                    "created",
                    created.getEpochSecond(),
                    "status",
                    status));
            json.put("failure_reason", status.equals("failed") ? "lost_or_stolen_card" : null);
            return json;
        }
    }
}
