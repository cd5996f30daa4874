package io.waybill.payment.provider.stripe;

import io.waybill.messages.Money;
import java.util.Currency;
import java.util.Locale;
import java.util.Optional;

/**
 * Amounts as Stripe counts them: in minor units, but not always those of ISO 4217, and not every amount of a currency
 * can be charged. Source: Stripe's documentation of supported currencies.
 */
final class StripeAmounts {

    private StripeAmounts() {}

    /** Why Stripe cannot charge the amount, such as {@code AMOUNT_NOT_A_MULTIPLE_OF_10}; empty if it can. */
    static Optional<String> refusal(Money amount) {
        int step = step(amount.currency());
        return amount.minor() % step == 0 ? Optional.empty() : Optional.of("AMOUNT_NOT_A_MULTIPLE_OF_" + step);
    }

    /**
     * @throws IllegalArgumentException if Stripe cannot charge it
     * @throws ArithmeticException if it does not fit
     */
    static long toStripe(Money amount) {
        refusal(amount).ifPresent(reason -> {
            throw new IllegalArgumentException(amount + " cannot be charged: " + reason);
        });
        return switch (amount.currency()) {
            case "ISK", "UGX" -> Math.multiplyExact(amount.minor(), 100L);
            case "MGA" -> amount.minor() / 100;
            default -> amount.minor();
        };
    }

    /** @param currency Stripe's code, in small letters */
    static long fromStripe(long amount, String currency) {
        return switch (iso(currency)) {
            case "ISK", "UGX" -> amount / 100;
            case "MGA" -> Math.multiplyExact(amount, 100L);
            default -> amount;
        };
    }

    static String iso(String currency) {
        return currency.toUpperCase(Locale.ROOT);
    }

    /** Stripe has no fifths of an ariary, and its partners take dinars and rials to the hundredth only. */
    private static int step(String currency) {
        if (currency.equals("MGA")) {
            return 100;
        }
        return Currency.getInstance(currency).getDefaultFractionDigits() == 3 ? 10 : 1;
    }
}
