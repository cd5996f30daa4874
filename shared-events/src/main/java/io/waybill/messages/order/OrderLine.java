package io.waybill.messages.order;

import io.waybill.messages.Money;

/**
 * One line of an order: a product, how many, and what one of them cost when the order was placed.
 *
 * @param sku the product; an order has at most one line per SKU
 * @param quantity pieces, at least 1
 * @param unitPrice from the price list at the time of placing, never from the client
 */
public record OrderLine(String sku, int quantity, Money unitPrice) {

    /** Price of the whole line. */
    public Money price() {
        return unitPrice.times(quantity);
    }
}
