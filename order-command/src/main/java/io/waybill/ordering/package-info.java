/** Accepts orders and decides what may happen to them. */
@NullMarked
package io.waybill.ordering;

import org.jspecify.annotations.NullMarked;
