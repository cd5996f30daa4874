/** Payments: what may happen to one, and the providers that hold and move the money. */
@NullMarked
package io.waybill.payment;

import org.jspecify.annotations.NullMarked;
