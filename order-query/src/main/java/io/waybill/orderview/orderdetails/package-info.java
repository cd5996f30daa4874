/** One order as its customer sees it. */
@NullMarked
package io.waybill.orderview.orderdetails;

import org.jspecify.annotations.NullMarked;
