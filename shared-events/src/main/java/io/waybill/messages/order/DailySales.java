package io.waybill.messages.order;

import io.waybill.messages.Money;
import java.time.LocalDate;

/**
 * What became of one SKU on one day, in one currency. Each movement counts on the day on which it happened, at the price
 * that was ordered: so what is shown of a day that is over stays as it is, and what was kept in the end is what was
 * confirmed less what was cancelled and returned, whenever that was.
 *
 * @param day in UTC
 * @param confirmed pieces that orders were confirmed for, and those that amendments added to confirmed orders
 * @param cancelled confirmed pieces that will never leave the house, because they were withdrawn or amended away
 * @param shipped pieces that left the house
 * @param returned shipped pieces that came back and were inspected, at the price they were sold for; what the customer is
 *     given back for them may be less
 */
public record DailySales(LocalDate day, String sku, Goods confirmed, Goods cancelled, Goods shipped, Goods returned) {

    /** So many pieces, and what they cost together. */
    public record Goods(long pieces, Money amount) {

        /** None of these, in the same currency. */
        public Goods none() {
            return new Goods(0, amount.zero());
        }

        /**
         * Both together.
         *
         * @throws IllegalArgumentException if the currencies differ
         */
        public Goods plus(Goods other) {
            return new Goods(Math.addExact(pieces, other.pieces), amount.plus(other.amount));
        }
    }

    /** ISO 4217 code of all amounts in it. */
    public String currency() {
        return confirmed.amount().currency();
    }

    /** Whether another is of the same day, SKU and currency, so that they may be added. */
    public boolean isLike(DailySales other) {
        return day.equals(other.day) && sku.equals(other.sku) && currency().equals(other.currency());
    }

    /**
     * Both together.
     *
     * @throws IllegalArgumentException if they are not of the same day, SKU and currency
     */
    public DailySales plus(DailySales other) {
        if (!isLike(other)) {
            throw new IllegalArgumentException("cannot combine " + this + " with " + other);
        }
        return new DailySales(
                day,
                sku,
                confirmed.plus(other.confirmed),
                cancelled.plus(other.cancelled),
                shipped.plus(other.shipped),
                returned.plus(other.returned));
    }
}
