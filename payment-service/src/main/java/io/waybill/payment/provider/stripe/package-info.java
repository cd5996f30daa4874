/** Stripe as the payment provider, on its official SDK. */
@NullMarked
package io.waybill.payment.provider.stripe;

import org.jspecify.annotations.NullMarked;
