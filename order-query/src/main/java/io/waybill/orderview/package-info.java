/** Read models of orders. */
@NullMarked
package io.waybill.orderview;

import org.jspecify.annotations.NullMarked;
