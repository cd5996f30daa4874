/** The processes that span services: they decide what happens next, never whether it may. */
@NullMarked
package io.waybill.inventory.checkout;

import org.jspecify.annotations.NullMarked;
