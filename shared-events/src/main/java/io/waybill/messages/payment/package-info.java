/** Payments: one per order, authorized, captured, and undone by void or refund; and disagreements about them. */
@NullMarked
package io.waybill.messages.payment;

import org.jspecify.annotations.NullMarked;
