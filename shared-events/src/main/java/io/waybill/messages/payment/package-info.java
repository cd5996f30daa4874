/** Payments: one per order, authorized, captured, and undone by void or refund. */
@NullMarked
package io.waybill.messages.payment;

import org.jspecify.annotations.NullMarked;
