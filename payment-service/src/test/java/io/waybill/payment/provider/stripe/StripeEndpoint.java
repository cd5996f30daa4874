package io.waybill.payment.provider.stripe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of Stripe's published API description that the adapter may use: which parameters there are, which are
 * required, and what their values look like. Where the adapter sends only some fields of a hash, only those are listed.
 */
enum StripeEndpoint {
    CREATE_PAYMENT_INTENT("POST", "/v1/payment_intents", """
            amount!=integer
            currency!=[a-z]{3}
            automatic_payment_methods[enabled]=boolean
            automatic_payment_methods[allow_redirects]=always|never
            capture_method=automatic|automatic_async|manual
            confirm=boolean
            confirmation_method=automatic|manual
            customer=string
            description=string
            error_on_requires_action=boolean
            expand[*]=string
            metadata[*]=string
            off_session=boolean|one_off|recurring
            on_behalf_of=string
            payment_method=string
            payment_method_data[type]=card
            payment_method_data[card][token]=string
            payment_method_options[card][capture_method]=manual
            payment_method_options[card][request_multicapture]=if_available|never
            payment_method_types[*]=string
            receipt_email=string
            return_url=string
            setup_future_usage=off_session|on_session
            statement_descriptor=string
            statement_descriptor_suffix=string
            transfer_group=string
            use_stripe_sdk=boolean"""),
    LIST_PAYMENT_INTENTS("GET", "/v1/payment_intents", """
            created[gt]=integer
            created[gte]=integer
            created[lt]=integer
            created[lte]=integer
            customer=string
            customer_account=string
            ending_before=string
            expand[*]=string
            limit=integer
            starting_after=string"""),
    SEARCH_PAYMENT_INTENTS("GET", "/v1/payment_intents/search", """
            query!=string
            expand[*]=string
            limit=integer
            page=string"""),
    RETRIEVE_PAYMENT_INTENT("GET", "/v1/payment_intents/(pi_\\w+)", """
            client_secret=string
            expand[*]=string"""),
    CAPTURE_PAYMENT_INTENT("POST", "/v1/payment_intents/(pi_\\w+)/capture", """
            amount_to_capture=integer
            application_fee_amount=integer
            expand[*]=string
            final_capture=boolean
            metadata[*]=string
            statement_descriptor=string
            statement_descriptor_suffix=string"""),
    CANCEL_PAYMENT_INTENT("POST", "/v1/payment_intents/(pi_\\w+)/cancel", """
            cancellation_reason=abandoned|duplicate|fraudulent|requested_by_customer
            expand[*]=string"""),
    RETRIEVE_PAYMENT_METHOD("GET", "/v1/payment_methods/(pm_\\w+)", """
            expand[*]=string"""),
    CREATE_REFUND("POST", "/v1/refunds", """
            amount=integer
            charge=string
            currency=[a-z]{3}
            customer=string
            expand[*]=string
            instructions_email=string
            metadata[*]=string
            origin=customer_balance
            payment_intent=string
            reason=duplicate|fraudulent|requested_by_customer
            refund_application_fee=boolean
            reverse_transfer=boolean"""),
    LIST_REFUNDS("GET", "/v1/refunds", """
            charge=string
            created[gt]=integer
            created[gte]=integer
            created[lt]=integer
            created[lte]=integer
            ending_before=string
            expand[*]=string
            limit=integer
            payment_intent=string
            starting_after=string""");

    private static final int MAX_METADATA_KEY = 40;
    private static final int MAX_METADATA_VALUE = 500;

    private final String method;
    private final Pattern path;
    private final String parameters;

    StripeEndpoint(String method, String path, String parameters) {
        this.method = method;
        this.path = Pattern.compile(path);
        this.parameters = parameters;
    }

    /** An endpoint, and the ID that its path names, or nothing. */
    record Match(StripeEndpoint endpoint, String id) {}

    static Optional<Match> match(String method, String path) {
        for (StripeEndpoint endpoint : values()) {
            Matcher matcher = endpoint.path.matcher(path);
            // "search" is no ID: those begin with the kind of their object.
            if (endpoint.method.equals(method) && matcher.matches()) {
                return Optional.of(new Match(endpoint, matcher.groupCount() == 0 ? "" : matcher.group(1)));
            }
        }
        return Optional.empty();
    }

    /** @throws StripeFault for what is unknown, missing, or not of its form */
    void check(Map<String, String> form) {
        List<Parameter> parameters =
                this.parameters.lines().map(Parameter::parse).toList();
        form.forEach((name, value) -> {
            Parameter parameter = parameters.stream()
                    .filter(known -> known.name().matcher(name).matches())
                    .findFirst()
                    .orElseThrow(() ->
                            StripeFault.parameter("parameter_unknown", name, "Received unknown parameter: " + name));
            if (!parameter.value().matcher(value).matches()) {
                String code = parameter.isInteger() ? "parameter_invalid_integer" : "parameter_invalid_enum";
                throw StripeFault.parameter(code, name, "Invalid " + name + ": " + value);
            }
            checkMetadata(name, value);
        });
        for (Parameter parameter : parameters) {
            if (parameter.required() && !form.containsKey(parameter.name().pattern())) {
                String name = parameter.name().pattern();
                throw StripeFault.parameter("parameter_missing", name, "Missing required param: " + name + ".");
            }
        }
    }

    private static void checkMetadata(String name, String value) {
        if (name.startsWith("metadata[")
                && (name.length() - "metadata[]".length() > MAX_METADATA_KEY || value.length() > MAX_METADATA_VALUE)) {
            throw StripeFault.parameter("parameter_invalid_string", name, "Metadata is too long: " + name);
        }
    }

    private record Parameter(Pattern name, boolean required, Pattern value) {

        private static final String INTEGER = "\\d{1,18}";

        static Parameter parse(String line) {
            String[] parts = line.strip().split("=", 2);
            boolean required = parts[0].endsWith("!");
            String name = required ? parts[0].substring(0, parts[0].length() - 1) : parts[0];
            String pattern = name.replace("[", "\\[").replace("]", "\\]").replace("*", "[^\\[\\]]+");
            String value = parts[1].replace("integer", INTEGER)
                    .replace("boolean", "true|false")
                    .replace("string", "(?s).{1,5000}");
            return new Parameter(Pattern.compile(pattern), required, Pattern.compile(value));
        }

        boolean isInteger() {
            return value.pattern().equals(INTEGER);
        }
    }
}
