/** Compares what the provider, our payments and the orders say about money, and what is done where they disagree. */
@NullMarked
package io.waybill.payment.reconciliation;

import org.jspecify.annotations.NullMarked;
