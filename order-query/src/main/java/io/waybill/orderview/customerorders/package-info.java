/** Lists of orders, newest first. */
@NullMarked
package io.waybill.orderview.customerorders;

import org.jspecify.annotations.NullMarked;
