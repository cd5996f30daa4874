/** How much of each product there is, and for whom it is set aside. */
@NullMarked
package io.waybill.inventory.stock;

import org.jspecify.annotations.NullMarked;
