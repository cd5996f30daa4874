/** How much there is of each product, as the shop sees it. */
@NullMarked
package io.waybill.inventory.stocklevels;

import org.jspecify.annotations.NullMarked;
