/** This service's own copy of the prices, so that an order can be priced without asking anyone. */
@NullMarked
package io.waybill.ordering.pricelist;

import org.jspecify.annotations.NullMarked;
