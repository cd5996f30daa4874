/** Sees the calls to the provider. */
@NullMarked
package io.waybill.payment.provider;

import org.jspecify.annotations.NullMarked;
