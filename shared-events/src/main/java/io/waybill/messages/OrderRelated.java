package io.waybill.messages;

/** An event that belongs to the story of one order, whichever service it happened in. */
public interface OrderRelated {

    /** The order's ID. */
    String orderId();
}
