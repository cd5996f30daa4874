/** Sees the processes as they see themselves. */
@NullMarked
package io.waybill.inventory.checkout;

import org.jspecify.annotations.NullMarked;
