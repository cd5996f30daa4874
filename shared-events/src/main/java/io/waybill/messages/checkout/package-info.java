/** The checkout process itself, as far as it leaves facts of its own. */
@NullMarked
package io.waybill.messages.checkout;

import org.jspecify.annotations.NullMarked;
