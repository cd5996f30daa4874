package io.waybill.messages.order;

/**
 * So many pieces of one line of an order.
 *
 * @param sku names the line; an order has at most one line per SKU
 * @param quantity pieces, at least 1
 */
public record LineQuantity(String sku, int quantity) {}
