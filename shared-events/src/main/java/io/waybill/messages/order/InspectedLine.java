package io.waybill.messages.order;

/**
 * What became of the returned pieces of one line.
 *
 * @param restocked pieces that can be sold again, at least 0
 * @param writtenOff pieces that cannot, at least 0
 */
public record InspectedLine(String sku, int restocked, int writtenOff) {}
