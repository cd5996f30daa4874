package io.waybill.messages;

import java.util.Currency;
import java.util.Objects;

/**
 * An amount of money in the minor unit of its currency (cents for EUR, yen for JPY, fils for BHD), so that no amount is
 * ever rounded.
 *
 * @param minor amount in minor units; may be negative where a difference is meant
 * @param currency ISO 4217 code, three capital letters
 */
public record Money(long minor, String currency) {

    /**
     * @throws IllegalArgumentException if the currency is not an ISO 4217 code known to the JDK
     */
    public Money {
        Objects.requireNonNull(currency, "currency");
        Currency.getInstance(currency);
    }

    /**
     * The sum of this and another amount of the same currency.
     *
     * @throws IllegalArgumentException if the currencies differ
     * @throws ArithmeticException if the sum does not fit
     */
    public Money plus(Money other) {
        return new Money(Math.addExact(minor, other.sameCurrency(this).minor), currency);
    }

    /**
     * This amount less another of the same currency.
     *
     * @throws IllegalArgumentException if the currencies differ
     * @throws ArithmeticException if the difference does not fit
     */
    public Money minus(Money other) {
        return new Money(Math.subtractExact(minor, other.sameCurrency(this).minor), currency);
    }

    /** No money, in this currency. */
    public Money zero() {
        return new Money(0, currency);
    }

    private Money sameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot combine " + currency + " with " + other.currency);
        }
        return this;
    }

    /**
     * This amount taken {@code quantity} times.
     *
     * @throws ArithmeticException if the product does not fit
     */
    public Money times(long quantity) {
        return new Money(Math.multiplyExact(minor, quantity), currency);
    }
}
