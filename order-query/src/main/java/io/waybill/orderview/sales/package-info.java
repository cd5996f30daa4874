/** What was sold, per day and SKU. */
@NullMarked
package io.waybill.orderview.sales;

import org.jspecify.annotations.NullMarked;
