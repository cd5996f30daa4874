/** Payments as the shop sees them. */
@NullMarked
package io.waybill.payment.view;

import org.jspecify.annotations.NullMarked;
