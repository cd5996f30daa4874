/** The port to payment providers, and the outstanding operations that are carried through it. */
@NullMarked
package io.waybill.payment.provider;

import org.jspecify.annotations.NullMarked;
